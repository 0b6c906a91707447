"""What reads the tables that the pipeline writes beside dbt: models and dashboards, also where these have no rows."""

import datetime as dt
from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from dashboards.design.models import columns_of
from dashboards.design.pages import DATASETS
from dashboards.design.parts import Dataset
from tests.integration.dbt.warehouse import Warehouse
from warehouse import DuckDbWarehouse
from warehouse.written_tables import read_declaration, write_table

BUDGETS = [{"name": "all", "period": "month", "amount": 1000, "currency": "USD"}]


@pytest.fixture(scope="module")
def empty(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A built warehouse in which every written table has no rows, and the models that read these built on it."""
    built.execute("checkpoint")
    copied = replace(built, path=tmp_path_factory.mktemp("empty") / built.path.name)
    copied.path.write_bytes(built.path.read_bytes())
    for schema, name in read_declaration():
        write_table(DuckDbWarehouse(copied.path), schema, name, pd.DataFrame())
    copied.configure(budgets=BUDGETS)
    for day in ("9999-12-31", "infinity", "0001-01-01"):  # no budget stands on a day of a typing error
        copied.execute(
            f"insert into intermediate.int_costs__daily select * replace (date '{day}' as charge_date) "
            "from marts.fct_cost_daily where charge_category = 'Usage' limit 1"
        )
    result = copied.dbt("run", "--select", "tag:scored", "fct_cost_reporting_daily")
    assert result.success, result.output[-3000:]
    return copied


def test_models_read_written_tables_without_rows(empty: Warehouse) -> None:
    for schema, name in read_declaration():
        assert empty.rows(f"select count(*) from {schema}.{name}") == [(0,)]
    found = empty.rows("select period_start, as_of_date, forecast_cost is null from marts.fct_budget_status order by 1")
    last = empty.rows("select max(charge_date) from marts.fct_cost_daily where charge_date < '2100-01-01'")[0][0]
    assert found[-1][0] == dt.date(2025, 2, 1) and {row[1] for row in found} == {last}


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.key)
def test_every_dataset_can_be_asked_for_all_it_has(dataset: Dataset, empty: Warehouse) -> None:
    names = [name for name, *_ in dataset.columns or columns_of(dataset.table)]
    columns = [*(f'"{name}"' for name in names), *(sql for *_, sql in dataset.calculated)]
    table = f"({dataset.sql})" if dataset.sql else dataset.key
    with duckdb.connect(str(empty.path)) as connection:
        connection.execute(f"select {', '.join(columns)} from {table} as asked").fetchall()
        figures = ", ".join(metric.sql for metric in dataset.metrics)
        assert len(connection.execute(f"select {figures} from {table} as asked").fetchall()) == 1
