"""Dagster resources: the installation (configuration, stores, warehouse) and dbt."""
