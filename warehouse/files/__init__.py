"""The Parquet files that the embedded warehouse reads through views: the lake's and those of its largest models."""
