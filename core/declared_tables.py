"""The tables that the pipeline writes beside dbt, as `dbt_project/models/written.yml` declares them: the one place that
says their columns, types, units and meaning. What scores makes its columns of it, what writes holds rows to it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DECLARATION = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "written.yml"


@dataclass(frozen=True)
class DeclaredColumn:
    """A column; ``unit``: what its numbers count, None where they count nothing."""

    name: str
    data_type: str
    description: str
    unit: str | None


@dataclass(frozen=True)
class DeclaredTable:
    """A table and its columns in order."""

    schema: str
    name: str
    description: str
    columns: tuple[DeclaredColumn, ...]

    def list_columns(self, but: Collection[str] = ()) -> tuple[str, ...]:
        """The names of all columns but these; ValueError for one that it does not have."""
        names = tuple(column.name for column in self.columns)
        for unknown in set(but) - set(names):
            raise ValueError(f"{self.schema}.{self.name} has no column {unknown}")
        return tuple(name for name in names if name not in but)


@cache
def read_declared_tables() -> Mapping[tuple[str, str], DeclaredTable]:
    """Every declared table by schema and name."""
    declared = yaml.safe_load(DECLARATION.read_text(encoding="utf-8"))
    return {
        (source["schema"], table["name"]): DeclaredTable(
            source["schema"],
            table["name"],
            " ".join(table["description"].split()),
            tuple(
                DeclaredColumn(
                    column["name"],
                    column["data_type"],
                    " ".join(column["description"].split()),
                    column.get("config", {}).get("meta", {}).get("unit"),
                )
                for column in table["columns"]
            ),
        )
        for source in declared["sources"]
        for table in source["tables"]
    }


def find_declared(schema: str, name: str) -> DeclaredTable:
    """The declaration of one table."""
    return read_declared_tables()[schema, name]
