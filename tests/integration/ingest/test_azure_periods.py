"""Azure's billing periods across deliveries: no row is lost or counted twice, whatever day a billing month begins on.

The totals of each step are added up by hand from the rows that are delivered.
"""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import Desk
from tests.unit.ingestion.exports import write_csv

D = Decimal
TABLE = "azure_cost_details"
#: Billing months of an account that signed up on a 14th.
MONTHS = [dt.date(2026, month, 14) for month in range(7, 12)]

Charge = tuple[str, str]


def rows_of(*charges: Charge, **more: object) -> list[dict[str, object]]:
    """A row for each (day, cost), with the billing month that the day lies in."""
    rows = []
    for day, cost in charges:
        start = max(month for month in MONTHS if month <= dt.date.fromisoformat(day))
        end = min(month for month in MONTHS if month > start) - dt.timedelta(days=1)
        rows.append(
            {
                "SubscriptionId": "s-1", "Date": f"{dt.date.fromisoformat(day):%m/%d/%Y}", "MeterCategory": "Storage",
                "BillingCurrencyCode": "EUR", "CostInBillingCurrency": cost, "ChargeType": "Usage",
                "BillingPeriodStartDate": f"{start:%m/%d/%Y}", "BillingPeriodEndDate": f"{end:%m/%d/%Y}", **more,
            }
        )  # fmt: skip
    return rows


def deliver(desk: Desk, first: str, last: str, run: int, rows: list[dict[str, object]], frame: str = "Custom") -> None:
    """A run of the days from ``first`` to ``last`` with its manifest."""
    dates = f"{first.replace('-', '')}-{last.replace('-', '')}"
    folder = desk.exports / "payg" / dates / f"af754a8e-0000-4000-8000-{run:012d}"
    data = write_csv(folder / "part_0_0001.csv", rows)
    blob = {"blobName": data.relative_to(desk.exports).as_posix(), "byteCount": data.stat().st_size}
    manifest = {
        "blobCount": 1, "dataRowCount": len(rows), "blobs": [blob],
        "exportConfig": {"exportName": "payg", "type": "ActualCost", "timeFrame": frame},
        "runInfo": {"submittedTime": f"2026-12-01T00:{run:02d}:00Z", "runId": f"run-{run}", "startDate": first,
                    "endDate": last},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def azure(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "azure")


def test_calendar_months_with_rows_of_two_billing_months_each(azure: Desk) -> None:
    deliver(azure, "2026-09-01", "2026-09-30", 1, rows_of(("2026-09-05", "10"), ("2026-09-20", "3")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D(13), 2)}

    deliver(azure, "2026-10-01", "2026-10-31", 2, rows_of(("2026-10-05", "7"), ("2026-10-20", "2")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D(13), 2), "2026-10": (D(9), 2)}

    # September once more: a charge more, and one of August that came late
    late = rows_of(("2026-09-05", "10"), ("2026-09-20", "3.5"), ("2026-09-21", "1"), ("2026-08-31", "0.25"))
    deliver(azure, "2026-09-01", "2026-09-30", 3, late)
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D("14.75"), 4), "2026-10": (D(9), 2)}


def test_billing_months_as_periods_of_their_own(azure: Desk) -> None:
    deliver(azure, "2026-08-14", "2026-09-13", 1, rows_of(("2026-08-20", "1"), ("2026-09-05", "10")))
    assert azure.problems() == []
    deliver(azure, "2026-09-14", "2026-10-13", 2, rows_of(("2026-09-20", "3"), ("2026-10-05", "7")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-08": (D(11), 2), "2026-09": (D(10), 2)}

    deliver(azure, "2026-08-14", "2026-09-13", 3, rows_of(("2026-08-20", "1.5"), ("2026-09-05", "10")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-08": (D("11.5"), 2), "2026-09": (D(10), 2)}

    # a week of it, asked for by hand, takes nothing away
    deliver(azure, "2026-09-14", "2026-09-20", 4, rows_of(("2026-09-20", "3")))
    (problem,) = azure.problems()
    assert "covers 2026-09-14 to 2026-09-20, not whole months: it is not loaded" in problem
    assert azure.totals(TABLE) == {"2026-08": (D("11.5"), 2), "2026-09": (D(10), 2)}


@pytest.mark.parametrize("names", [("september.csv", "october.csv"), ("export.csv", "export.csv")])
def test_files_without_a_manifest(azure: Desk, names: tuple[str, str]) -> None:
    """One file for each month, side by side, or one that each month's is written over."""
    write_csv(azure.exports / names[0], rows_of(("2026-09-05", "10"), ("2026-09-20", "3")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D(13), 2)}

    write_csv(azure.exports / names[1], rows_of(("2026-10-05", "7"), ("2026-10-20", "2")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D(13), 2), "2026-10": (D(9), 2)}

    write_csv(azure.exports / names[0], rows_of(("2026-09-05", "10.5"), ("2026-09-20", "3")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-09": (D("13.5"), 2), "2026-10": (D(9), 2)}


def test_files_of_a_billing_month_each_share_a_calendar_month(azure: Desk) -> None:
    write_csv(azure.exports / "a.csv", rows_of(("2026-08-20", "1"), ("2026-09-05", "10")))
    write_csv(azure.exports / "b.csv", rows_of(("2026-09-20", "3"), ("2026-10-05", "7")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-08": (D(1), 1), "2026-09": (D(13), 2), "2026-10": (D(7), 1)}

    write_csv(azure.exports / "a.csv", rows_of(("2026-08-20", "1"), ("2026-09-05", "10.5"), ("2026-09-06", "2")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-08": (D(1), 1), "2026-09": (D("15.5"), 3), "2026-10": (D(7), 1)}


def test_what_is_assumed_or_kept_is_said(azure: Desk) -> None:
    rows = [
        *rows_of(("2026-09-05", "10"), ("2026-09-20", "3"), BillingProfileId="bp-1"),
        *rows_of(("2026-09-05", "4"), BillingProfileId="bp-1", SubscriptionId="", PricingCurrency="USD", UnitPrice="4",
                 Quantity="1", PayGPrice="5"),
        *rows_of(("2026-09-05", "0.004"), BillingProfileId="bp-1", SubscriptionId="", ChargeType="RoundingAdjustment"),
        *rows_of(("2026-09-05", "6"), Date="", BillingPeriodStartDate="09/01/2026", BillingPeriodEndDate="09/30/2026"),
    ]  # fmt: skip
    names = list(dict.fromkeys(name for row in rows for name in row))
    write_csv(azure.exports / "said.csv", [{name: row.get(name, "") for name in names} for row in rows])
    report = azure.ingest()
    assert [p.message for p in report.problems] == []
    assert azure.totals(TABLE) == {"2026-09": (D("23.004"), 5)}
    assert sorted(notice.removeprefix("said.csv: ") for notice in report.notices) == [
        "1 rows have prices in USD and no exchange rate to their billing currency: where only such a price would tell "
        "the list or contracted cost, it is what the row cost",
        "1 rows name no billing account: their subscription stands for it",
        "1 rows name no day: they are charged on the first day of their billing period",
        "3 rows of usage state no retail price: their list cost is at the agreed price, or what they cost",
        "4 rows are of billing periods that begin within a month (2026-08-14, 2026-09-14): each row shows its own, and "
        "is kept with the period of its delivery or, without a manifest, with the month of its day",
    ]


def test_two_profiles_of_one_account_are_two_totals(azure: Desk) -> None:
    rows = [
        *rows_of(("2026-09-03", "100.5"), BillingAccountId="ba-1", BillingProfileId="bp-1"),
        *rows_of(("2026-09-03", "40.25"), BillingAccountId="ba-1", BillingProfileId="bp-2", BillingCurrencyCode="GBP"),
    ]
    write_csv(azure.exports / "two.csv", rows)
    report = azure.ingest()
    assert report.problems == []
    ((snapshot, _),) = azure.ledger.current_snapshots()
    assert {t.billing_currency: t.file_total for t in snapshot.control_totals} == {"EUR": D("100.5"), "GBP": D("40.25")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SubscriptionId": ""}, "SubscriptionId is empty"),
        ({"BillingCurrencyCode": ""}, "BillingCurrencyCode is empty"),
        ({"Date": "", "BillingPeriodStartDate": ""}, "Date"),
        ({"CostInBillingCurrency": ""}, "CostInBillingCurrency is empty"),
    ],
)
def test_a_row_that_belongs_to_nobody_is_named(azure: Desk, change: dict[str, object], message: str) -> None:
    write_csv(azure.exports / "a.csv", [*rows_of(("2026-09-05", "10")), *rows_of(("2026-09-06", "3"), **change)])
    (problem,) = azure.problems()
    assert problem.startswith("a.csv: data row 2 (line 3): ") and message in problem
    assert azure.ledger.current_snapshots() == []


def test_a_late_row_of_a_run_of_several_months_does_not_replace_another_runs_month(azure: Desk) -> None:
    deliver(azure, "2026-08-01", "2026-08-31", 1, rows_of(("2026-08-05", "10"), ("2026-08-20", "3")))
    deliver(
        azure, "2026-09-01", "2026-10-31", 2, rows_of(("2026-09-05", "7"), ("2026-10-05", "2"), ("2026-08-31", "1"))
    )
    (problem,) = azure.problems()
    assert problem == (
        "payg/20260901-20261031/af754a8e-0000-4000-8000-000000000002/part_0_0001.csv holds rows of 2026-08 too, which "
        "another delivery holds as a whole: they are not loaded"
    )
    expected = {"2026-08": (D(13), 2), "2026-09": (D(7), 1), "2026-10": (D(2), 1)}
    assert azure.totals(TABLE) == expected
    assert azure.problems() == [problem] and azure.totals(TABLE) == expected


def test_a_billing_month_may_have_charges_in_its_second_half_alone(azure: Desk) -> None:
    deliver(azure, "2026-08-14", "2026-09-13", 1, rows_of(("2026-09-02", "10")))
    deliver(azure, "2026-10-01", "2026-10-31", 2, rows_of(("2026-10-05", "7")))
    assert azure.problems() == []
    assert azure.totals(TABLE) == {"2026-08": (D(10), 1), "2026-10": (D(7), 1)}

    # these are of neither
    deliver(azure, "2026-10-01", "2026-10-31", 3, rows_of(("2026-08-05", "7"), ("2026-08-20", "5")))
    (problem,) = azure.problems()
    assert "2 rows belong to another billing period" in problem
    assert azure.totals(TABLE) == {"2026-08": (D(10), 1), "2026-10": (D(7), 1)}
