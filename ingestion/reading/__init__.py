"""Files of any shape as rows: CSV, JSON, Avro, Parquet, packed or not."""
