"""Thin Dagster wrappers: each reads through a resource, calls one pure function, writes, and returns metadata."""
