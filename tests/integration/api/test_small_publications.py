"""What answers say of figures that were made for the question: a publication of a few rows."""

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from api.app import make_app
from api.money.costs import _divide
from api.money.questions import Period
from audit.log import AuditLog
from cloudcost.installation import Installation
from core.declared_tables import read_declared_tables
from core.instants import utc_now
from tests.integration.api.company import TEAM, ByName, Company, write_config
from warehouse import WAREHOUSE_FILE

#: Day, currency, effective cost, rate into dollars.
ROWS = [
    ("2026-02-03", "EUR", "100", "1.10"), ("2026-02-04", "EUR", "7", None), ("2026-02-03", "GBP", "1", "1.50"),
    ("2026-03-03", "EUR", "200", "1.20"),
]  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Company:
    installation = Installation(write_config(tmp_path), tmp_path / "home", "api")
    publish(installation)
    return Company(installation, make_app(installation, ByName(installation.directory)))


def publish(installation: Installation) -> Path:
    """Put these rows where readers look."""
    folder = installation.serving / f"{time.time_ns()}-small"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / WAREHOUSE_FILE)) as connection:
        values = ", ".join(
            f"(date '{day[:7]}-01', date '{day}', '{currency}', {cost}, {'null' if rate is None else rate})"
            for day, currency, cost, rate in ROWS
        )
        connection.execute(f"""
            create schema marts;
            create table marts.fct_cost_reporting_daily as
            select
                'aws' as source_name, billing_period, charge_date, billing_currency, 'USD' as reporting_currency,
                'Amazon EC2' as service_name, 'Usage' as charge_category,
                effective_cost::decimal(38, 12) as effective_cost,
                rate::decimal(38, 12) as exchange_rate, case when rate is not null then 'ecb' end as rate_source,
                (effective_cost * rate)::decimal(38, 12) as reporting_effective_cost
            from (values {values}) as rows (billing_period, charge_date, billing_currency, effective_cost, rate);
            create table marts.fct_cost_daily as select * from marts.fct_cost_reporting_daily;
            create table marts.fct_reconciliation as
            select 'aws' as source_name, date '2026-03-01' as billing_period, true as is_reconciled;
        """)
    current = installation.serving / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(folder.name)
    return folder


def test_a_comparison_states_the_rates_of_both_periods(small: Company) -> None:
    answer = small.get("ana", "/v1/costs", month="2026-03", currency="reporting", compare="previous_period").json()
    (row,) = answer["items"]
    assert [Decimal(row[f"effective_cost{part}"]) for part in ("", "_before")] == [240, Decimal("111.5")]
    stated = {
        rate["billing_currency"]: (rate["lowest_rate"], rate["highest_rate"], rate["rows_without_rate"])
        for rate in answer["rates"]
    }
    assert stated == {"EUR": ("1.100000000000", "1.200000000000", 1), "GBP": ("1.500000000000", "1.500000000000", 0)}
    alone = small.get("ana", "/v1/costs", month="2026-03", currency="reporting").json()
    assert [(rate["billing_currency"], rate["lowest_rate"]) for rate in alone["rates"]] == [("EUR", "1.200000000000")]


def test_a_change_is_unknown_where_a_cost_has_no_rate(small: Company) -> None:
    query = {"month": "2026-03", "currency": "reporting", "compare": "previous_period"}
    (row,) = small.get("ana", "/v1/costs", **query).json()["items"]
    assert (row["effective_cost_change"], row["effective_cost_change_percent"]) == (None, None)
    items = small.get("ana", "/v1/costs", group_by="billing_currency", **query).json()["items"]
    changes = {item["billing_currency"]: item["effective_cost_change"] for item in items}
    assert changes == {"EUR": None, "GBP": "-1.500000000000"}


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        ("2024-02-28", "2024-02-29", ("2023-02-28", "2023-03-01")),
        ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-03-01")),
        ("2024-02-29", "2024-03-01", ("2023-02-28", "2023-03-01")),
        ("2025-02-01", "2025-03-01", ("2024-02-01", "2024-03-01")),
        ("2024-02-27", "2024-02-28", ("2023-02-27", "2023-02-28")),
    ],
)
def test_a_year_before_has_the_last_day_of_what_is_compared(start: str, end: str, before: tuple[str, str]) -> None:
    found = Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), False).before("previous_year")
    assert (found.start.isoformat(), found.end.isoformat()) == before


def test_a_change_in_percent_is_exact_however_small_what_was_before() -> None:
    assert _divide(Decimal("12345678901234567890.5"), Decimal("0.000000000003")) == Decimal(
        "411522630041152263016666666666666.666667"
    )
    assert _divide(Decimal("-1"), Decimal("-3")) == Decimal("-33.333333")


def test_the_row_of_an_export_has_every_value_that_was_asked_for(small: Company) -> None:
    query = {"month": "2026-03", "format": "csv", "service_name": ["Amazon EC2", "Amazon S3"]}
    assert small.get("ana", "/v1/costs", currency="reporting", **query).status_code == 200
    (row,) = [row for row in AuditLog(small.installation.store, utc_now).rows() if row.event == "costs.exported"]
    assert row.details["question"] == {
        "currency": ["reporting"], "format": ["csv"], "month": ["2026-03"], "service_name": ["Amazon EC2", "Amazon S3"],
    }  # fmt: skip


def test_anomalies_of_an_earlier_release_are_listed_and_are_of_no_team(tmp_path: Path) -> None:
    """Until the next run scores anew: a home that is upgraded keeps its answers, and nobody sees more by it."""
    older = write_config(tmp_path, accounts=["111"])
    installation = Installation(older, tmp_path / "home", "api")
    folder = publish(installation)
    with duckdb.connect(str(folder / WAREHOUSE_FILE)) as connection:
        connection.execute("create schema ml")
        for name in ("cost_anomalies", "anomaly_causes"):
            columns = read_declared_tables()["ml", name].columns
            described = ", ".join(f"{one.name} {one.data_type}" for one in columns if one.name != "x_team")
            connection.execute(f"create table ml.{name} ({described})")
        for account in ("111", "222"):
            connection.execute(
                "insert into ml.cost_anomalies (anomaly_id, sub_account_id, start_date, end_date, days, impact_cost)"
                " values (?, ?, date '2026-03-01', date '2026-03-01', 1, 5)",
                [f"of {account}", account],
            )
        connection.execute("insert into ml.anomaly_causes (anomaly_id, dimension, rank) values ('of 222', 'effect', 1)")
    company = Company(installation, make_app(installation, ByName(installation.directory)))
    items = company.get("ana", "/v1/anomalies").json()["items"]
    assert [(one["anomaly_id"], one["x_team"], len(one["causes"])) for one in items] == [
        ("of 111", None, 0), ("of 222", None, 1),
    ]  # fmt: skip
    assert company.get("ana", "/v1/anomalies", x_team=[TEAM]).json()["items"] == []
    assert [one["anomaly_id"] for one in company.get("theo", "/v1/anomalies").json()["items"]] == ["of 111"]
    assert company.get("theo", "/v1/anomalies/of 111").status_code == 200
    assert company.get("theo", "/v1/anomalies/of 222").status_code == 404
    assert company.get("nils", "/v1/anomalies").json()["items"] == []


def test_a_publication_that_cannot_be_opened_is_not_available_and_no_defect(small: Company) -> None:
    assert small.client("").get("/readyz").json()["parts"]["published"] == "ok"
    (publish(small.installation) / WAREHOUSE_FILE).write_bytes(b"no database")
    ready = small.client("").get("/readyz")
    assert (ready.status_code, ready.json()["parts"]["published"]) == (503, "it cannot be read")
    answer = small.get("ana", "/v1/costs")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:cloudcost:problem:unavailable")
