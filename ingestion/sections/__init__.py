"""The sections of the configuration that ingestion reads: sources, their events, and what is expected of deliveries."""
