"""Stands for dbt's `target` while sqlfluff lints."""

database = "warehouse"
