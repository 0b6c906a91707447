"""Rates, invoices, budgets and metrics of the configuration as the rows that dbt reads; bad files are named."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.budget_findings import find_budget_alerts
from alerts.findings import as_date, describe_missing_rate
from cloudcost.analytics.metric_queries import MetricQueryError, run_metric_queries
from cloudcost.config.budgets import BudgetSettings
from cloudcost.config.document import CloudcostConfig
from cloudcost.config.metrics import MetricSettings
from cloudcost.settings_tables.budgets import cut_stretches
from cloudcost.settings_tables.currency import CURRENCY_RATES, CURRENCY_SETTINGS
from cloudcost.settings_tables.invoices import INVOICES
from cloudcost.settings_tables.metrics import METRIC_VALUES
from core.scope import Scope, compile_scope
from warehouse import DuckDbWarehouse
from warehouse.settings_contracts import SettingsError

D = Decimal


def config(**sections: Any) -> CloudcostConfig:
    """A plain configuration with these sections."""
    return CloudcostConfig.model_validate({"sources": [{"name": "aws", "location": "exports"}], **sections})


def test_a_rate_is_known_both_ways_and_the_stated_way_counts(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "date,from,to,rate\n2025-01-02,EUR,USD,1.25\n2025-01-02,USD,EUR,0.79\n2025-01-03,EUR,USD,3\n"
    )
    rates = CURRENCY_RATES.read(config(currency={"rates_file": "r.csv", "max_age_days": 2}), tmp_path).rows
    second, third = dt.date(2025, 1, 2), dt.date(2025, 1, 3)
    assert rates == (
        ("EUR", "USD", second, 1, dt.date(2025, 1, 4), D("1.25"), "file"),
        ("EUR", "USD", third, 1, dt.date(2025, 1, 5), D(3), "file"),
        ("USD", "EUR", second, 1, dt.date(2025, 1, 4), D("0.79"), "file"),
        ("USD", "EUR", third, 1, dt.date(2025, 1, 5), D("0.333333333333"), "file, inverse"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,from,to\n", "r.csv:1: column 'rate' is missing"),
        ("date,from,to,rate,x\n", "r.csv:1: column 'x' is not expected"),
        ("date,from,to,rate\n2025-01-02,EUR,USD,\n", "r.csv:2: rate is empty"),
        ("date,from,to,rate\n2025-01-02,EUR,USD,1,1\n", "r.csv:2: 5 values for 4 columns"),
        ("date,from,to,rate\n2025-01-02,EUR,USD,one\n", "r.csv:2: rate 'one' is no number"),
        ("date,from,to,rate\n2025-01-02,EUR,USD,NaN\n", "r.csv:2: rate 'NaN' is no number"),
        ("date,from,to,rate\n2025-01-02,EUR,USD,-1\n", "r.csv:2: rate -1 is not above 0"),
        ("date,from,to,rate\n2.1.2025,EUR,USD,1\n", "r.csv:2: date '2.1.2025' is no date"),
        ("date,from,to,rate\n2025-01-02,euro,USD,1\n", "r.csv:2: from 'EURO' is no currency code"),
        ("date,from,to,rate\n2025-01-02,EUR,EUR,1\n", "r.csv:2: EUR to itself needs no rate"),
        (
            "date,from,to,rate\n" + 2 * "2025-01-02,EUR,USD,1\n",
            "r.csv:3: there is another rate of EUR to USD on 2025-01-02",
        ),
        ("date,from,to,rate\n2025-01-02,EUR,USD,0.0000000000001\n", "r.csv:2: rate '0.0000000000001' has more than"),
    ],
)
def test_a_bad_rates_file_is_named_with_row_and_value(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(SettingsError) as error:
        CURRENCY_RATES.read(config(currency={"rates_file": "r.csv"}), tmp_path)
    assert message in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.csv: no such file"):
        INVOICES.read(config(invoices={"file": "none.csv"}), tmp_path)


def test_a_rate_is_required_where_currencies_are_configured(tmp_path: Path) -> None:
    assert CURRENCY_SETTINGS.read(config(), tmp_path).rows == (("USD", True, False, 20),)
    assert CURRENCY_SETTINGS.read(config(currency={}), tmp_path).rows == (("USD", True, True, 20),)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",,,,,USD,1", "names its period, its invoice_id or both"),
        (",,,2025-01,,USD,1", "names its source, its issuer or its invoice_id"),
        ("gcp,,,2025-01,,USD,1", "there is no source 'gcp'; there are aws"),
        ("aws,,,2025-13,,USD,1", "period '2025-13' is no month"),
    ],
)
def test_an_invoice_says_what_it_is_for(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "i.csv").write_text(f"source,issuer,account,period,invoice_id,currency,amount\n{row}\n")
    with pytest.raises(SettingsError) as error:
        INVOICES.read(config(invoices={"file": "i.csv"}), tmp_path)
    assert message in str(error.value)


def test_amounts_of_single_periods_cut_the_usual_amount() -> None:
    budget = BudgetSettings(
        name="b",
        period="quarter",
        amount=D(9),
        amounts={"2025-Q2": D(5), "2024-Q1": D(1)},
        starts="2025-Q1",
        ends="2025-Q4",
    )
    assert cut_stretches(budget) == [
        (dt.date(2024, 1, 1), dt.date(2024, 4, 1), D(1)),
        (dt.date(2025, 1, 1), dt.date(2025, 4, 1), D(9)),
        (dt.date(2025, 4, 1), dt.date(2025, 7, 1), D(5)),
        (dt.date(2025, 7, 1), dt.date(2026, 1, 1), D(9)),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"amounts": {"2025-1": 1}}, {"amount": 1, "starts": "2025-Q1"},
        {"amount": 1, "starts": "2025-02", "ends": "2025-01"},
        {"amount": 1, "scope": {"team": []}}, {"amount": 1, "scope": {"tem": ["a"]}}, {"amount": -1},
    ],
)  # fmt: skip
def test_a_budget_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BudgetSettings(name="b", **wrong)


def test_a_pattern_has_no_other_wildcard_than_the_star() -> None:
    (test,), *others = compile_scope(Scope(service=" Amazon_EC2* 50%! "))
    assert (test.folded, others) == ("amazon!_ec2% 50!%!!", [])


def test_values_of_a_metric_come_once_per_day_and_other_metrics_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("date,metric,value,dimension\n2025-01-01,orders,5,Web\n2025-01-01,users,7,\n")
    rows = METRIC_VALUES.read(config(metrics=[{"name": "orders", "file": "m.csv", "per": "team"}]), tmp_path).rows
    assert rows == (("orders", dt.date(2025, 1, 1), "web", D(5)),)
    (tmp_path / "m.csv").write_text("date,metric,value\n2025-01-01,orders,5\n2025-01-01,orders,6\n")
    with pytest.raises(SettingsError, match=r"m\.csv:3: there is another value of orders on 2025-01-01"):
        METRIC_VALUES.read(config(metrics=[{"name": "orders", "file": "m.csv"}]), tmp_path)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select 1 as value", "the query gives value, not date, value"),
        ("select 'x' as date, 1 as value", "row 1 of the query: date 'x' is no date"),
        ("select date '2025-01-01' as date, 'x' as value", "value 'x' is no number"),
        ("select date '2025-01-01' as date, 1 as value from range(2)", "row 2 of the query: there is another value"),
        ("create table t (i int)", "read-only"),
        ("selec", "the query failed"),
    ],
)
def test_a_bad_query_is_named_and_none_can_write(tmp_path: Path, query: str, message: str) -> None:
    warehouse = DuckDbWarehouse(tmp_path / "w.duckdb")
    with warehouse.connect():
        pass
    metric = MetricSettings(name="orders", query=query)
    with pytest.raises(MetricQueryError) as error:
        run_metric_queries([metric], warehouse.query)
    assert message in str(error.value) and "orders" in str(error.value)


def budget_row(**more: Any) -> dict[str, Any]:
    """A row of fct_budget_status: 85 of 100 in April."""
    return {
        "budget_name": "web", "period_kind": "month", "period_start": dt.date(2025, 4, 1),
        "period_end": dt.date(2025, 5, 1), "budget_currency": "EUR", "cost_measure": "effective_cost",
        "alerts_on_forecast": True, "as_of_date": dt.date(2025, 4, 20), "is_open": True, "is_reconciled": True,
        "budget_amount": D(100), "actual_cost": D(85), "forecast_cost": None, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "thresholds"),
    [
        ({}, ["80 %"]),
        ({"forecast_cost": D("100.01")}, ["80 %", "forecast"]),
        ({"forecast_cost": D("100.01"), "alerts_on_forecast": False}, ["80 %"]),
        ({"forecast_cost": D(100)}, ["80 %"]),
        ({"actual_cost": D("79.99")}, []),
        ({"actual_cost": D(100)}, ["80 %", "100 %"]),
        ({"actual_cost": D(101), "forecast_cost": D(150)}, ["80 %", "100 %"]),
        ({"budget_amount": D(0), "actual_cost": D("0.01")}, ["80 %", "100 %"]),
        ({"budget_amount": D(0), "actual_cost": D(0)}, []),
        ({"actual_cost": None}, []),
        ({"as_of_date": dt.date(2025, 5, 20), "is_open": False}, ["80 %"]),
        ({"as_of_date": dt.date(2025, 5, 21), "is_open": False}, []),
    ],
)
def test_a_budget_is_told_of_by_threshold_and_forecast(changes: dict[str, Any], thresholds: list[str]) -> None:
    found = find_budget_alerts([budget_row(**changes)], {"web": [D(80), D(100)]}, 20)
    assert [f.scope["threshold"] for f in found.findings] == thresholds
    assert {f.scope["period"] for f in found.findings} <= {"2025-04"}


def test_a_budget_that_does_not_reconcile_is_refused_and_named() -> None:
    found = find_budget_alerts([budget_row(is_reconciled=False)], {"web": [D(80)]}, 20)
    assert (found.findings, found.refused) == ([], ["web 2025-04"])


@pytest.mark.parametrize("end", ["10000-01-01", dt.date(9999, 12, 31)])
def test_a_budget_of_a_period_beyond_the_calendar_is_no_fault(end: object) -> None:
    row = budget_row(period_start=dt.date(9999, 12, 1), period_end=end)
    assert {f.scope["period"] for f in find_budget_alerts([row], {"web": [D(1)]}, 20).findings} == {"9999-12"}


def test_days_beyond_the_calendar_are_its_first_and_last() -> None:
    found = [as_date(day) for day in ("10000-01-01", "0044-03-15 (BC)", "2025-04-01 00:00:00", dt.date(2025, 4, 2))]
    assert found == [dt.date.max, dt.date.min, dt.date(2025, 4, 1), dt.date(2025, 4, 2)]
    missing = describe_missing_rate("EUR", "USD", ["0044-03-15 (BC)", dt.date(2025, 4, 2)])
    assert missing.start == dt.date(2025, 4, 2) and "0044-03-15 (BC), 2025-04-02" in missing.summary
