"""The forecast asset on a small warehouse: its tables, its history over two days, and the check on its accuracy."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pytest

from cloudcost.analytics.forecasting import FORECAST_TABLES
from cloudcost.installation import Installation
from orchestration.defs.ml.forecasts import cost_forecasts, forecast_accuracy_holds
from orchestration.resources.installation import InstallationResource
from tests.unit.ml.rows import make_rows, make_weekly

CONFIG = """
sources: [{name: aws, provider: aws, location: exports}]
forecasts:
  horizon_days: 14
  immature_days: 0
  events: [{name: gone, start_date: 2025-05-05, service: S3, percent: -100}]
"""


def write_costs(installation: Installation, days: int) -> None:
    """The tables that the asset reads, with so many days known."""
    rows = pd.concat(
        [make_rows(make_weekly(days)), make_rows(make_weekly(days, 100, seed=1), service_name="S3")], ignore_index=True
    ).assign(x_team="core", x_environment="prod", commitment_discount_status="", contracted_cost=0.0)
    installation.home.mkdir(exist_ok=True)
    with duckdb.connect(str(installation.home / "warehouse.duckdb")) as connection:
        connection.register("rows", rows)
        for statement in (
            "create schema if not exists marts",
            "create schema if not exists intermediate",
            "create or replace table marts.fct_cost_daily as select * from rows",
            "create or replace table intermediate.int_costs__changed as select service_provider_name, charge_date, "
            "timestamp '2025-06-01' as changed_at, effective_cost as new_effective_cost, 0 as old_effective_cost "
            "from rows",
        ):
            connection.execute(statement)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "cloudcost.yaml").write_text(CONFIG)
    return Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")


def score(installation: Installation) -> dg.ExecuteInProcessResult:
    resources = {"installation": InstallationResource.of(installation)}
    return dg.materialize([cost_forecasts, forecast_accuracy_holds], resources=resources)


def read(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_forecasts_are_written_kept_and_checked(installation: Installation) -> None:
    write_costs(installation, 120)
    assert score(installation).success
    # 2025-01-01 and 119 days later is 30 April
    first = read(installation, "select * exclude (as_of_date) from ml.cost_forecasts order by forecast_id")
    assert read(installation, "select distinct as_of_date from ml.cost_forecasts") == [(dt.date(2025, 4, 30),)]
    assert read(installation, "select count(*) from ml.cost_forecasts where unique_id = 'total|USD'") == [(14,)]
    gone = """
        select distinct forecast_cost from ml.cost_forecasts
        where service_name = 'S3' and forecast_date > '2025-05-04'"""
    assert read(installation, gone) == [(0.0,)]
    by_day = """
        select max(abs(total - services)) from (
            select forecast_date, sum(case when scope_level = 'total' then forecast_cost end) as total,
                sum(case when scope_level = 'service' then forecast_cost end) as services
            from ml.cost_forecasts group by 1)"""
    assert read(installation, by_day)[0][0] < 1e-9
    assert score(installation).success
    assert read(installation, "select * exclude (as_of_date) from ml.cost_forecasts order by forecast_id") == first
    assert read(installation, "select count(*) from ml.forecast_runs") == [(1,)]

    write_costs(installation, 121)
    result = score(installation)
    assert result.success
    assert [e.passed for e in result.get_asset_check_evaluations()] == [True]
    known = "select count(distinct as_of_date), count(*) from ml.forecast_history where unique_id = 'total|USD'"
    # 1, 3, 7 and 14 days ahead of two days
    assert read(installation, known) == [(2, 8)]
    came = "select forecasts, wape < 0.2 from ml.forecast_accuracy where kind = 'actual' and unique_id = 'total|USD'"
    assert read(installation, came) == [(1, True)]
    assert set(FORECAST_TABLES) == {
        name for (name,) in read(installation, "select table_name from duckdb_tables() where schema_name = 'ml'")
    }


def test_a_drop_in_accuracy_opens_one_incident(installation: Installation) -> None:
    write_costs(installation, 60)
    with duckdb.connect(str(installation.home / "warehouse.duckdb")) as connection:
        connection.execute("create schema ml")
        connection.execute(
            "create table ml.forecast_runs as select date '2025-01-01' + i::integer as as_of_date, 1e-6 as wape, "
            "0.8 as coverage_80, 0.95 as coverage_95 from range(5) t(i)"
        )
        connection.execute("insert into ml.forecast_runs values ('2025-02-01', 0.5, 0.8, 0.95)")
    for _ in range(2):
        found = forecast_accuracy_holds(installation=InstallationResource.of(installation))
        assert isinstance(found, dg.AssetCheckResult) and not found.passed
    incidents = installation.store.list("incident")
    assert [r.body["finding"]["rule"] for r in incidents] == ["forecast_accuracy"]
    assert incidents[0].body["finding"]["scope"] == {"as_of": "2025-02-01"}
