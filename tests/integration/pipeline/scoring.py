"""The tables that scoring reads, made from daily costs, and what it writes; for tests that need no dbt."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd

from cloudcost.installation import Installation
from orchestration.resources.installation import InstallationResource

CONFIG = "sources: [{name: aws, provider: aws, location: exports}]\nforecasts: {horizon_days: 7}\n"
#: What the marts and the history have beside the columns of daily rows.
TABLES = {
    "marts.fct_cost_daily": "select *, 'aws' as source_name, 1::bigint as line_item_count, '' as x_team, "
    "'' as x_environment, '' as commitment_discount_status, effective_cost as contracted_cost from rows",
    "intermediate.int_costs__changed": "select service_provider_name, charge_date, effective_cost as "
    "new_effective_cost, 0 as old_effective_cost, timestamp '2025-06-01' as changed_at from rows",
    "intermediate.int_focus__unioned": "select *, 'aws' as source_name, charge_date::timestamp as "
    "charge_period_start, effective_cost as contracted_cost, 1 as consumed_quantity, 'vol-1' as resource_id, "
    "'' as x_team, '' as pricing_category, date_trunc('month', charge_date)::date as billing_period, "
    "date_trunc('month', charge_date) + interval 1 month as billing_period_end from rows",
}


def open_installation(root: Path, rows: pd.DataFrame) -> Installation:
    """An installation whose warehouse holds these daily rows (tests/unit/ml/rows.py)."""
    (root / "cloudcost.yaml").write_text(CONFIG)
    installation = Installation(root / "cloudcost.yaml", root / "home")
    installation.home.mkdir()
    with duckdb.connect(str(installation.home / "warehouse.duckdb")) as connection:
        connection.register("rows", rows)
        for table, query in TABLES.items():
            connection.execute(f"create schema if not exists {table.partition('.')[0]}")
            connection.execute(f"create table {table} as {query}")
        connection.execute("create view marts.fct_charges as select * from intermediate.int_focus__unioned")
    return installation


def materialise(installation: Installation, assets: Sequence[Any]) -> dg.ExecuteInProcessResult:
    """One run of these assets and checks, which must succeed."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            assets, instance=instance, resources={"installation": InstallationResource.of(installation)}
        )
    assert result.success
    return result


def read(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    """Rows of the warehouse."""
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def execute(installation: Installation, *statements: str) -> None:
    """Change the warehouse, as no pipeline would."""
    with duckdb.connect(str(installation.home / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
