"""The assets of the tables that the pipeline writes, as `dbt_project/models/written.yml` declares them."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from warehouse.written_tables import find_written_table


def describe_written(schema: str, name: str) -> dict[str, Any]:
    """Key, text and columns of a declared table, as arguments of an asset or of its spec."""
    table = find_written_table(schema, name)
    columns = [
        dg.TableColumn(
            f.name,
            str(f.type),
            description=table.texts[f.name],
            tags={"unit": table.units[f.name]} if f.name in table.units else {},
        )
        for f in table.columns
    ]
    return {
        "key": dg.AssetKey([schema, name]),
        "description": table.description,
        "metadata": {"dagster/column_schema": dg.TableSchema(columns)},
    }


def written_spec(schema: str, name: str, deps: Iterable[Any], group: str, kinds: set[str]) -> dg.AssetSpec:
    """The spec of a declared table that is made of these assets."""
    return dg.AssetSpec(**describe_written(schema, name), deps=deps, group_name=group, kinds=kinds)
