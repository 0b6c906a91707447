"""What commands print: tables, JSON, CSV, the summary of a run."""
