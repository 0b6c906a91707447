"""Currencies, budgets, unit costs, waste and invoices on hand-written charges, against figures worked out by hand."""

import calendar
import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from cloudcost.installation import Installation
from orchestration.defs.actions.assets import is_period_reconciled
from orchestration.defs.alerts.assets import incident_book, read_budget_findings
from orchestration.defs.warehouse.checks import every_cost_has_a_rate, totals_reconcile
from orchestration.resources.installation import InstallationResource
from state import SqliteStateStore
from tests.integration.dbt.charges import gcp_row
from tests.integration.dbt.stated_invoices import deliver_stated_invoices
from tests.integration.dbt.warehouse import PLAIN_CONFIG, Warehouse

D = Decimal
JANUARY = "2025-01-01"
FIFTH = dt.date(2025, 1, 5)
THIS_MONTH = dt.datetime.now(dt.UTC).date().replace(day=1)
DAYS_TO_COME = calendar.monthrange(THIS_MONTH.year, THIS_MONTH.month)[1] - 1
ODD = ("a|b", "a", "'\"\\\n%_|")
RATES = "date,from,to,rate\n2024-12-31,EUR,USD,{}\n2025-01-05,EUR,USD,{}\n" + f"{THIS_MONTH},EUR,USD,{{}}\n"

SECTIONS: dict[str, Any] = {
    "sources": [{"name": name, "location": f"exports/{name}"} for name in ("gcp", "eur", "aws_legacy", "cad", "plain")],
    "currency": {"rates_file": "rates.csv"},
    "invoices": {"file": "invoices.csv"},
    "budgets": [
        {"name": "shop", "scope": {"team": ["SHOP"]}, "amount": "8"},
        {"name": "euros", "scope": {"source": ["eur", "azure_both"]}, "amount": "100", "currency": "EUR"},
        {"name": "mixed", "scope": {"source": ["gcp", "eur"]}, "amount": "100", "currency": "EUR"},
        {"name": "all", "amount": str(D("9.09") + DAYS_TO_COME * D("5.6"))},
        {"name": "place", "scope": {"region": ["eu-*"]}, "amount": "1", "starts": f"{THIS_MONTH:%Y-%m}"},
        *({"name": f"odd {team.replace(chr(10), '/')}", "scope": {"team": [team]}, "amount": "1"} for team in ODD),
    ],
    "metrics": [
        {"name": "orders", "file": "metrics.csv", "scope": {"source": ["eur"]}},
        {"name": "visits", "file": "visits.csv", "scope": {"source": ["eur", "cad"]}, "per": "team"},
        {"name": "asked", "query": "select 1", "scope": {"source": ["eur"]}},
        {"name": "parts", "file": "metrics.csv", "scope": {"team": ["a|b"]}},
    ],
}


@pytest.fixture(scope="module")
def money(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The built warehouse with costs in five currencies, one without a rate, and one month that is open."""
    folder = tmp_path_factory.mktemp("money")
    built.execute("checkpoint")
    shutil.copy(built.path, folder / built.path.name)
    warehouse = Warehouse(folder / built.path.name)
    (folder / "rates.csv").write_text(RATES.format("1.2", "1.1", "1.3"))
    # gcp January was billed 9.19, aws_legacy January 419.100000000001, cad January 10
    (folder / "invoices.csv").write_text(
        "source,period,currency,amount\ngcp,2025-01,USD,9.19\naws_legacy,2025-01,USD,419.11\ncad,2025-01,CAD,9.98\n"
    )
    (folder / "metrics.csv").write_text(
        "date,metric,value\n2025-01-05,orders,4\n2025-01-06,orders,0\n2025-01-05,parts,27\n"
    )
    (folder / "visits.csv").write_text("date,metric,value,dimension\n2025-01-05,visits,3,shop\n")
    (folder / "cloudcost.yaml").write_text(yaml.safe_dump({**PLAIN_CONFIG, **SECTIONS}))
    label = '{"team": "Shop"}'
    for source, row in {
        "eur": gcp_row("N2 core", "10", currency="EUR", currency_conversion_rate="0.8", labels=label),
        "cad": gcp_row("N2 core", "10", currency="CAD", currency_conversion_rate="1.6"),
        "gbp": gcp_row("N2 core", "10", currency="GBP"),
    }.items():
        totals = {(row["currency"], "billed_cost"): "10"}
        warehouse.deliver("gcp_billing", [row], source_name=source, billing_period=JANUARY, totals=totals)
    # two teams and environments that read the same when they are joined, and a team of every troublesome character
    tags = [("a|b", "c", "270"), ("a", "b|c", "27000"), ("'\"\\\n%_|", "c", "3")]
    odd = [
        gcp_row("N2 core", cost, labels=json.dumps({"team": team, "environment": environment}))
        for team, environment, cost in tags
    ]
    warehouse.deliver(
        "gcp_billing", odd, source_name="odd", billing_period=JANUARY, totals={("USD", "billed_cost"): "27273"}
    )
    deliver_stated_invoices(warehouse)
    noon = f"{THIS_MONTH} 12:00:00"
    row = gcp_row("N2 core", "7", currency="EUR", usage_start_time=noon, usage_end_time=noon)
    warehouse.deliver(
        "gcp_billing", [row], source_name="now", billing_period=str(THIS_MONTH), totals={("EUR", "billed_cost"): "7"}
    )
    warehouse.configure(**SECTIONS)
    write_scores(warehouse)
    everything = warehouse.rows(
        "select distinct source_name, cast(billing_period as varchar) from raw.current_snapshots"
    )
    built_anew = warehouse.dbt("run", changed_periods=everything)
    assert built_anew.success, built_anew.output[-6000:]
    return warehouse


def write_scores(warehouse: Warehouse) -> None:
    """A forecast of 2 EUR and 3 USD for every day to come of this month, a recommendation, a queried metric."""
    warehouse.execute("create schema ml")
    warehouse.execute(
        "create table ml.cost_forecasts as select 'total' as scope_level, '' as service_provider_name, "
        "'' as sub_account_id, '' as sub_account_name, '' as service_name, currency as billing_currency, "
        "?::date + day::integer as forecast_date, cost::double as forecast_cost, ?::date as as_of_date "
        "from range(1, ?) as days (day), (values ('EUR', 2), ('USD', 3)) as costs (currency, cost)",
        [THIS_MONTH, THIS_MONTH, DAYS_TO_COME + 1],
    )
    warehouse.execute(
        "create table ml.recommendations as select 'gcp' as source_name, date '2025-01-01' as billing_period, "
        "'USD' as billing_currency, 'Google Cloud' as provider, 'p1' as account_id, 'unattached_volume' as check_name, "
        "'disk-' || i as resource_id, 1.25::decimal(38,12) as monthly_saving, 'delete' as lever, "
        "'found-' || i as recommendation_id, 'because' as reason from range(2) as t (i)"
    )
    warehouse.execute(
        "create table ml.savings_history as select 'gone' as recommendation_id, 'gcp' as source_name, "
        "'USD' as billing_currency, 'unattached_volume' as check_name, 'lapsed' as status, "
        "7::decimal(38,12) as monthly_saving, 0::decimal(38,12) as planned_saving, 0::decimal(38,12) as freed_saving, "
        "date '2025-01-02' as last_seen"
    )
    warehouse.execute("create schema business")
    warehouse.execute(
        "create table business.metric_values as select 'asked' as metric_name, date '2025-01-05' as metric_date, "
        "null::varchar as dimension_value, 2::decimal(38,12) as quantity"
    )


@pytest.fixture
def installed(money: Warehouse, tmp_path: Path) -> InstallationResource:
    """An installation whose warehouse is a copy of this one."""
    money.execute("checkpoint")
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(money.path, home / "warehouse.duckdb")
    known = {"first_period": "2025-01-01", "last_period": "2025-01-01"}
    SqliteStateStore(home / "state.sqlite").insert("partitions", "first_period", known)
    installation = Installation(money.path.parent / "cloudcost.yaml", home)
    return InstallationResource.of(installation)


def test_every_cost_is_converted_with_the_rate_of_its_day(money: Warehouse) -> None:
    rows = money.rows(
        "select source_name, sum(reporting_billed_cost), min(rate_date), min(rate_source) "
        "from marts.fct_cost_reporting_daily where source_name in ('azure_both', 'eur', 'cad', 'gbp', 'now', 'gcp') "
        "and billed_cost <> 0 group by 1 order by 1"
    )
    assert rows == [
        ("azure_both", D("128.28"), dt.date(2024, 12, 31), "file"),
        ("cad", D("6.25"), dt.date(2025, 1, 1), "export, inverse"),
        ("eur", D(11), FIFTH, "file"),
        ("gbp", None, None, None),
        ("gcp", D("9.19"), FIFTH, "same currency"),
        ("now", D("9.1"), THIS_MONTH, "file"),
    ]


def test_billing_amounts_are_left_as_they_are(money: Warehouse) -> None:
    for mart in ("fct_cost_reporting_daily", "fct_cost_daily"):
        query = f"select billing_currency, sum(billed_cost), count(*) from marts.{mart} group by 1 order by 1"
        assert money.rows(query) == money.rows(query.replace("fct_cost_reporting_daily", "fct_cost_daily"))


def test_a_missing_rate_is_an_error_that_names_pair_and_day(installed: InstallationResource) -> None:
    result = every_cost_has_a_rate(installed)
    assert isinstance(result, dg.AssetCheckResult)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert result.metadata["first missing"].value == ["GBP to USD on 2025-01-05"]
    incident = installed.open().store.list("incident")[0].body["finding"]
    assert incident["title"] == "No exchange rate of GBP to USD on 1 day(s) from 2025-01-05"


def test_closed_months_keep_their_rates_and_the_open_month_moves(money: Warehouse, tmp_path: Path) -> None:
    money.execute("checkpoint")
    shutil.copy(money.path, tmp_path / money.path.name)
    later = Warehouse(tmp_path / money.path.name)
    for name in ("invoices.csv", "metrics.csv", "visits.csv"):
        shutil.copy(money.path.parent / name, tmp_path / name)
    (tmp_path / "rates.csv").write_text(RATES.format("2.4", "2.2", "2.6") + "2025-01-05,GBP,USD,1.5\n")
    assert "currency_rates" in later.configure(**SECTIONS)
    assert later.dbt("run", "--select", "int_rates__kept", "int_rates__applied", changed_periods=[]).success
    rows = later.rows(
        "select source_name, sum(reporting_billed_cost) from marts.fct_cost_reporting_daily "
        "where source_name in ('azure_both', 'eur', 'gbp', 'now') group by 1 order by 1"
    )
    # a closed month that could not be converted before is converted now, and keeps that from then on
    assert rows == [("azure_both", D("128.28")), ("eur", D(11)), ("gbp", D(15)), ("now", D("18.2"))]
    kept = later.rows("select count(*), count(distinct kept_at) from intermediate.int_rates__kept")
    assert kept == [(6, 2)]


def test_budgets_stand_as_added_up_by_hand(money: Warehouse) -> None:
    query = (
        "select actual_cost, actual_percent, forecast_cost, status from marts.fct_budget_status "
        "where budget_name = ? and period_start = ?"
    )
    # team shop: 10 EUR at 1.1 of 8 USD
    assert money.rows(query, ["shop", JANUARY]) == [(D(11), D("137.5"), D(11), "exceeded")]
    # effective cost in euros: 10 and 18.9, nothing of it converted
    assert money.rows(query, ["euros", JANUARY]) == [(D("28.9"), D("28.9"), D("28.9"), "within")]
    assert money.rows(query, ["mixed", JANUARY]) == [(None, None, None, "mixed_currencies")]
    assert money.rows(query, ["all", JANUARY]) == [(None, None, None, "missing_rate")]
    actual, _, forecast, status = money.rows(query, ["all", THIS_MONTH])[0]
    assert (actual, forecast, status) == (D("9.1"), D("9.1") + DAYS_TO_COME * D("5.6"), "forecast_to_exceed")
    # whatever stands in a value: of two that read the same with a line between them, each counts for its own
    odd = (
        "select budget_name, actual_cost from marts.fct_budget_status "
        "where budget_name like 'odd %' and period_start = ? order by 2"
    )
    assert money.rows(odd, [JANUARY]) == [("odd '\"\\/%_|", D(3)), ("odd a|b", D(270)), ("odd a", D(27000))]
    # nobody forecasts regions
    assert money.rows(query, ["place", THIS_MONTH]) == [(D(0), D(0), None, "no_forecast")]
    assert money.rows(query, ["place", JANUARY]) == []


def test_a_combination_of_values_is_told_from_every_other(money: Warehouse) -> None:
    values = [
        "",
        None,
        "|",
        "||",
        "a",
        "a|",
        "a|b",
        "a ",
        "-",
        ":",
        "1:a",
        "1:a-",
        "'",
        '"',
        "\\",
        "\n",
        "%",
        "é",
        "漢",
    ]
    money.execute("create table if not exists texts as select unnest(?::varchar[]) as text", [values])
    query = (
        "select one.text, two.text, {{ combination_key(['one.text', 'two.text', 'one.text']) }} "
        "from texts as one cross join texts as two"
    )
    assert money.dbt("compile", "--inline", query).success
    compiled = next((money.path.parent / "target").rglob("inline_query")).read_text()
    assert len({key for _, _, key in money.rows(compiled)}) == len(values) ** 2


def test_cost_per_unit_is_null_for_no_units(money: Warehouse) -> None:
    rows = money.rows(
        "select metric_name, metric_date, dimension_value, cost, quantity, cost_per_unit "
        "from marts.fct_unit_cost_daily order by 1, 2"
    )
    assert rows == [
        ("asked", FIFTH, None, D(11), D(2), D("5.5")),
        ("orders", FIFTH, None, D(11), D(4), D("2.75")),
        ("orders", dt.date(2025, 1, 6), None, D(0), D(0), None),
        ("parts", FIFTH, None, D(270), D(27), D(10)),
        ("visits", FIFTH, "shop", D(11), D(3), D("3.666666666667")),
    ]
    monthly = money.rows(
        "select metric_name, day_count, cost, quantity, cost_per_unit from marts.fct_unit_cost_monthly order by 1"
    )
    assert monthly[1] == ("orders", 2, D(11), D(4), D("2.75"))


def test_waste_is_what_commitments_left_unused_and_what_checks_found(money: Warehouse) -> None:
    rows = money.rows(
        "select source_name, waste_kind, wasted_cost, resource_count from marts.fct_waste_monthly "
        "where source_name in ('aws_legacy', 'azure_both', 'gcp') order by 1, 2"
    )
    # the reservation left 4 + 1 unused, the plan 12 - 9; of the fee of 7 for 28 hours, 22 went unused
    assert rows == [
        ("aws_legacy", "unused_commitment", D(8), 0),
        ("azure_both", "unused_commitment", D("0.5"), 0),
        ("gcp", "unattached_volume", D("2.5"), 2), ("gcp", "unused_commitment", D("5.5"), 0),
    ]  # fmt: skip


def test_savings_are_what_is_found_and_what_was(money: Warehouse) -> None:
    rows = money.rows(
        "select recommendation_id, status, monthly_saving, planned_saving, is_found, last_seen from marts.fct_savings "
        "order by 1"
    )
    assert rows == [
        ("found-0", "found", D("1.25"), D(0), True, None), ("found-1", "found", D("1.25"), D(0), True, None),
        ("gone", "lapsed", D(7), D(0), False, dt.date(2025, 1, 2)),
    ]  # fmt: skip


def test_invoices_stand_beside_what_was_billed(money: Warehouse) -> None:
    rows = money.rows(
        "select source_name, invoice_total, invoice_variance, status from marts.fct_reconciliation "
        "where measure = 'billed_cost' and account_level = 'period' and billing_period = ? "
        "and source_name in ('aws_legacy', 'cad', 'eur', 'gcp') order by 1",
        [JANUARY],
    )
    assert rows == [
        ("aws_legacy", D("419.11"), D("-0.009999999999"), "reconciled"),
        ("cad", D("9.98"), D("0.02"), "invoice differs"),
        ("eur", None, None, "no invoice"),
        ("gcp", D("9.19"), D(0), "reconciled"),
    ]
    reported = money.rows(
        "select source_name, status from marts.fct_invoice_reconciliation where statement_number is not null order by 1"
    )
    assert reported == [("aws_legacy", "reconciled"), ("cad", "invoice differs"), ("gcp", "reconciled")]


def test_invoices_of_an_export_are_compared_in_each_currency(money: Warehouse) -> None:
    rows = money.rows(
        "select account_level, billing_currency, focus_total, invoice_total, invoice_variance, status "
        "from marts.fct_reconciliation where source_name = 'stated' and measure = 'billed_cost' "
        "and account_level <> 'sub_account' order by 1 desc, 2"
    )
    euros, dollars = (D(20), D(20), D(0), "reconciled"), (D("12.5"), D("12.5"), D(0), "reconciled")
    assert rows == [
        ("period", "EUR", *euros), ("period", "USD", *dollars),
        ("billing_account", "EUR", *euros), ("billing_account", "USD", *dollars),
    ]  # fmt: skip
    reported = money.rows(
        "select invoice_id, stated_by, invoice_issue_status, billed_cost, invoiced_amount, status "
        "from marts.fct_invoice_reconciliation where source_name = 'stated' order by 1"
    )
    assert reported == [
        ("INV-1", "export", "Issued", D("12.5"), D("12.5"), "reconciled"),
        ("INV-2", "export", "Issued", D(20), D(20), "reconciled"),
    ]


def test_what_lies_beside_costs_is_shown_as_stated_last(money: Warehouse) -> None:
    periods = money.rows("select billing_period, billing_period_status from marts.dim_billing_period")
    assert periods == [(dt.date(2025, 1, 1), "Closed")]
    commitments = money.rows(
        "select contract_commitment_id, contract_commitment_cost from marts.dim_contract_commitment"
    )
    assert commitments == [("c-1", D("1000.5"))]


def test_every_account_is_reconciled_with_its_own_rows(money: Warehouse) -> None:
    rows = money.rows(
        "select account_level, billing_account_id, file_total, staging_total, daily_total "
        "from marts.fct_reconciliation "
        "where source_name = 'aws_legacy' and billing_period = ? and measure = 'billed_cost' order by 1 desc, 2",
        [JANUARY],
    )
    total = D("419.100000000001")
    assert rows == [
        ("sub_account", "111111111111", None, total, total),
        ("period", None, total, total, total),
        ("billing_account", "111111111111", total, total, total),
    ]


def test_an_invoice_that_differs_is_told_and_blocks_no_run(installed: InstallationResource) -> None:
    result = totals_reconcile(installed)
    assert isinstance(result, dg.AssetCheckResult)
    assert result.passed and result.metadata["invoices that differ"].value == 1
    reported = {record.body["finding"]["title"] for record in installed.open().store.list("incident")}
    assert reported == {"cad 2025-01: billed_cost differs from the invoice by 0.020000000000 CAD"}


def test_actions_leave_a_month_alone_whose_invoice_differs(installed: InstallationResource) -> None:
    opened, month = installed.open(), dt.date(2025, 1, 17)
    assert [is_period_reconciled(opened, name, month) for name in ("gcp", "cad", "eur", "nobody")] == [
        True,
        False,
        True,
        None,
    ]


def test_budgets_are_told_once_and_not_where_an_invoice_differs(installed: InstallationResource) -> None:
    opened = installed.open()
    found = read_budget_findings(opened)
    # January is long closed; of this month only what is forecast is worth telling
    assert [(f.scope["budget"], f.scope["threshold"]) for f in found.findings] == [("all", "forecast")]
    book = incident_book(opened)
    assert [book.open(f)[1] for f in (*found.findings, *read_budget_findings(opened).findings)] == [True, False]


def test_cost_booked_on_another_account_is_found(money: Warehouse, tmp_path: Path) -> None:
    money.execute("checkpoint")
    shutil.copy(money.path, tmp_path / money.path.name)
    wrong = Warehouse(tmp_path / money.path.name)
    wrong.execute("update intermediate.int_costs__daily set billing_account_id = 'other' where source_name = 'gcp'")
    wrong.dbt("run", "--select", "fct_reconciliation", changed_periods=[("gcp", JANUARY)])
    rows = wrong.rows(
        "select account_level, billing_account_id, differing_marts from marts.fct_reconciliation "
        "where source_name = 'gcp' and measure = 'billed_cost' and not is_reconciled and sub_account_id is null "
        "and account_level = 'billing_account' order by 2"
    )
    assert [(level, account) for level, account, _ in rows] == [
        ("billing_account", "B-1"),
        ("billing_account", "other"),
    ]
    assert rows[0][2] == "fct_cost_daily"
