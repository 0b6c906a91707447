"""How fast exports of several kinds become FOCUS rows, against the floor that DuckDB sets."""
