"""The declared tables: what the models of ml make fits them, with rows and without."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.declared_tables import read_declared_tables
from ml.anomaly.tables import ANOMALY_COLUMNS
from ml.causes import CAUSE_COLUMNS, DAY_COLUMNS
from ml.errors import AnalyticsInputError
from ml.forecast.accuracy import ACCURACY_COLUMNS, HISTORY_COLUMNS
from ml.forecast.costs import FORECAST_COLUMNS
from ml.forecast.horizons import HORIZON_COLUMNS
from ml.frames import make_frame
from warehouse import WarehouseError
from warehouse.written_tables import find_written_table, fit_rows, read_declaration

CAUSES = find_written_table("ml", "anomaly_causes")
ROW = {
    "anomaly_id": "a",
    "dimension": "region_id",
    "member": "eu",
    "contribution": Decimal("1.5"),
    "share": 0.5,
    "rank": 1,
}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cost_forecasts", FORECAST_COLUMNS),
        ("cost_forecast_horizons", HORIZON_COLUMNS),
        ("forecast_accuracy", ACCURACY_COLUMNS),
        ("forecast_history", HISTORY_COLUMNS),
        ("cost_anomalies", (*ANOMALY_COLUMNS, "x_team", "top_cause", "causes")),
        ("anomaly_causes", CAUSE_COLUMNS),
        ("anomaly_days", DAY_COLUMNS),
    ],
)
def test_what_is_scored_has_the_declared_columns(name: str, columns: tuple[str, ...]) -> None:
    assert sorted(find_written_table("ml", name).columns.names) == sorted(columns)


def test_a_number_has_its_unit_unless_it_counts_nothing() -> None:
    without = {
        f"{table.name}.{column.name}"
        for table in read_declared_tables().values()
        for column in table.columns
        if column.data_type in ("bigint", "double precision", "numeric(38,12)") and not column.unit
    }
    assert without == {
        "anomaly_causes.rank", "anomaly_days.weekday", "forecast_runs.seed", "forecast_runs.weight_power",
        "forecast_runs.weight_pull",
    }  # fmt: skip
    assert CAUSES.units == {"contribution": "billing currency", "share": "share"}


def test_a_row_that_differs_from_its_table_is_refused_where_it_is_made() -> None:
    assert make_frame([ROW], CAUSE_COLUMNS).to_dict("records") == [ROW]
    with pytest.raises(AnalyticsInputError, match="differs from its table in rank"):
        make_frame([{name: value for name, value in ROW.items() if name != "rank"}], CAUSE_COLUMNS)


@pytest.mark.parametrize("key", read_declaration(), ids=".".join)
def test_every_table_has_its_columns_without_any_row(key: tuple[str, str]) -> None:
    table = find_written_table(*key)
    assert table.description
    for nothing in (pd.DataFrame(), pd.DataFrame(columns=["x"]), table.columns.empty_table()):
        assert fit_rows(table, nothing).schema == table.columns
        assert fit_rows(table, nothing).num_rows == 0


def test_rows_get_the_declared_order_and_types() -> None:
    written = fit_rows(CAUSES, pd.DataFrame([dict(reversed(ROW.items()))]))
    assert written.schema == CAUSES.columns
    assert written.to_pylist() == [ROW]
    runs = find_written_table("ml", "forecast_runs")
    days = [pd.Timestamp("2026-11-01"), dt.date(2026, 11, 2)]  # as a run finds them, and as it adds one
    frame = pd.DataFrame({**dict.fromkeys(runs.columns.names, 3.0), "as_of_date": pd.Series(days, dtype=object)})
    assert fit_rows(runs, frame)["as_of_date"].to_pylist() == [dt.date(2026, 11, 1), dt.date(2026, 11, 2)]
    assert fit_rows(runs, frame)["series"].to_pylist() == [3, 3]


def test_what_is_no_number_is_null() -> None:
    frame = pd.DataFrame([ROW, ROW, ROW, ROW]).assign(share=[0.5, np.nan, np.inf, -np.inf])
    assert fit_rows(CAUSES, frame)["share"].to_pylist() == [0.5, None, None, None]
    assert fit_rows(CAUSES, fit_rows(CAUSES, frame))["share"].null_count == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pd.DataFrame([ROW]).drop(columns="share"), r"ml\.anomaly_causes: .* differ in share"),
        (pd.DataFrame([ROW]).assign(extra=1), r"ml\.anomaly_causes: .* differ in extra"),
        (pd.DataFrame([ROW | {"rank": 1.5}]), r"ml\.anomaly_causes: column rank is no int64"),
        (pd.DataFrame([ROW | {"member": dt.date(2026, 1, 1)}]), r"ml\.anomaly_causes: column member is no string"),
        (pa.Table.from_pylist([ROW | {"share": "half"}]), r"ml\.anomaly_causes: column share is no double"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: object, message: str) -> None:
    with pytest.raises(WarehouseError, match=message):
        fit_rows(CAUSES, rows)
