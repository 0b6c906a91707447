"""Pure ingestion: what an export looks like, where it lies, and how a delivery is landed. Never imports dagster."""
