"""``inventory.json`` and ``metrics.parquet`` as what reading the clouds would have given."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.estate import aws, azure, gcp
from benchmarks.estate.listed import Listed, Maker
from benchmarks.estate.measured import Measurements
from savings.inventory.cells import read_cell
from savings.inventory.contract import KEY_COLUMNS, Window
from savings.inventory.registry import find_metrics, find_tables
from savings.inventory.taking import Taken

_METRICS = {**aws.METRICS, **azure.METRICS, **gcp.METRICS}


def take_estate(folder: Path, days: int) -> Taken:
    """What the estate in a company's folder has, measured on its last so many days.

    Every table and metric of an unreadable scope is incomplete. What the estate has no kind of is read and empty.
    """
    content = json.loads((folder / "inventory.json").read_text(encoding="utf-8"))
    window = Window.before(dt.date.fromisoformat(content["as_of"]) + dt.timedelta(days=1), days)
    listed = [Listed.read(entry) for entry in content["resources"]]
    taken = Taken(window, rows={name: [] for name in find_tables()}, looked={"aws", "azure", "gcp"})
    known = _fill_rows(taken, listed)
    measurements = Measurements(folder / "metrics.parquet", window)
    for name, metric in find_metrics().items():
        source = _METRICS.get(name)
        taken.series[name] = measurements.list_series(source, known[metric.table]) if source else []
    for scope in content["unreadable"]:
        clouds = {name: table.cloud for name, table in find_tables().items()}
        clouds |= {name: metric.cloud for name, metric in find_metrics().items()}
        for name, cloud in clouds.items():
            if cloud == scope["cloud"]:
                gaps = taken.incomplete.setdefault(name, {})
                gaps[cloud, scope["account"], scope["region"]] = scope["error"]
    return taken


def _fill_rows(taken: Taken, listed: list[Listed]) -> Mapping[str, list[tuple[str, dict[str, Any]]]]:
    """Put a row of each resource into its table; the rows of each table with the estate's own ids."""
    makers: Mapping[str, Mapping[str, tuple[str, Maker]]] = {
        "aws": aws.TABLES, "azure": azure.TABLES, "gcp": gcp.make_tables(listed),
    }  # fmt: skip
    known: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for one in listed:
        if one.kind in makers[one.cloud]:
            table, make = makers[one.cloud][one.kind]
            row = _type_cells(table, make(one))
            taken.rows[table].append(row)
            known[table].append((one.resource_id, row))
    scopes = {cloud: {(one.account, one.region) for one in listed if one.cloud == cloud} for cloud in makers}
    zones = {(row["account_id"], row["region"], row["zone"]) for row in taken.rows["gcp_instances"]}
    for sizes in (aws.list_sizes(scopes["aws"]), azure.list_sizes(scopes["azure"]), gcp.list_sizes(zones)):
        for table, row in sizes:
            taken.rows[table].append(_type_cells(table, row))
    return known


def _type_cells(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with every column of its table; what the estate does not say is unknown."""
    columns = {**dict.fromkeys(KEY_COLUMNS, "varchar"), **find_tables()[table].columns}
    unknown = set(row) - set(columns)
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {name: read_cell(row.get(name), kind) for name, kind in columns.items()}
