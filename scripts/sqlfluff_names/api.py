"""Stands for dbt's `api` while sqlfluff lints: a relation reads as its name."""

from __future__ import annotations


class Relation:
    """What dbt makes of the name of a table."""

    @staticmethod
    def create(schema: str, identifier: str, database: str = "") -> str:
        """The relation `schema.identifier`."""
        return f"{schema}.{identifier}"
