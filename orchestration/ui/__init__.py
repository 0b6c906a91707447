"""The Dagster UI behind a door: who may in, by which requests, and on whose name runs are started."""
