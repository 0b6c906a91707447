"""Google Cloud: retries and errors."""
