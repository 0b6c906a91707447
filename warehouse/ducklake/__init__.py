"""The warehouse that several machines share: DuckLake, a catalog in PostgreSQL over Parquet files on S3."""
