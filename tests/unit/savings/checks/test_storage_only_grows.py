"""Storage that grows month by month, and storage that does not."""

import calendar
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import savings_bill
from tests.savings_bill import Bill

GROWING = ["100", "110", "120", "120", "140", "150", "160"]
LOGS: dict[str, Any] = {"x_service_code": "AmazonCloudWatch"}
METER = "EU-TimedStorage-ByteHrs"


def test_what_came_in_ninety_days_is_saved(tmp_path: Path) -> None:
    bill = Bill().add_months("group-1", METER, GROWING, "0.10", **LOGS)
    (found,) = bill.ask("storage_only_grows", tmp_path)
    # October's 160 GB cost 16 for 31 days; 40 of them came since July
    assert (found.resource_id, found.monthly_cost.quantize(Decimal("0.01"))) == ("group-1", Decimal("15.48"))
    assert found.monthly_saving is not None
    assert found.monthly_saving.quantize(Decimal("0.01")) == Decimal("3.87")
    assert found.reason.startswith("Log group group-1 of account-1 in region-1 grew from 100 to 160 in 6 months")


@pytest.mark.parametrize(
    ("cloud", "meter", "columns"),
    [
        ("aws", "EU-TimedStorage-ByteHrs", {"x_service_code": "AmazonECR"}),
        ("aws", "EU-WarmStorage-ByteHrs-EFS", {"x_service_code": "AWSBackup"}),
        ("aws", "EU-RDS:ChargedBackupUsage", {"x_service_code": "AmazonRDS"}),
        ("azure", "Analytics Logs Data Retention", {"service_name": "Azure Monitor"}),
        ("azure", "GRS Data Stored", {"service_name": "Azure Backup"}),
        ("azure", "Data Stored", {"service_name": "Container Registry"}),
        ("gcp", "Artifact Registry Storage", {"service_name": "Artifact Registry"}),
    ],
)
def test_each_kind_is_known_by_its_meter(cloud: str, meter: str, columns: dict[str, Any], tmp_path: Path) -> None:
    bill = Bill(cloud).add_months("thing-1", meter, GROWING, "0.10", **columns)
    assert bill.savings("storage_only_grows", tmp_path) == {"thing-1": Decimal("3.87")}


@pytest.mark.parametrize(
    ("cloud", "meter", "service"),
    [
        ("aws", "EU-EBS:SnapshotUsage", "Amazon Elastic Compute Cloud"),
        ("azure", "LRS Snapshots", "Azure Disk Storage"),
        ("gcp", "Storage PD Snapshot", "Compute Engine"),
    ],
)
def test_snapshots_are_judged_by_account_and_region(cloud: str, meter: str, service: str, tmp_path: Path) -> None:
    bill = Bill(cloud)
    for number in range(7):
        bill.add_months(f"snap-{number}", meter, ["100"] * (7 - number), "0.10", service_name=service)
    # 700 GB, three of whose snapshots are younger than 90 days: 30 of 70 for 31 days
    (found,) = bill.ask("storage_only_grows", tmp_path)
    assert found.resource_id == ""
    assert found.reason.startswith("Snapshot set of account-1 in region-1 grew from 100 to 700 in 6 months")
    assert found.monthly_saving is not None
    assert found.monthly_saving.quantize(Decimal("0.01")) == Decimal("29.03")


@pytest.mark.parametrize(
    "quantities",
    [
        ["100", "110", "120", "119", "140", "150", "160"],
        ["150", "110", "120", "120", "140", "150", "160"],
        ["100"] * 7,
        ["100", "100", "100", "101", "102", "103", "104"],
        ["100", "110", "120", "130", "140", "150"],
        ["90", "100", "120", "160", "160", "160", "160"],
    ],
    ids=["fell once", "fell six months ago", "level", "little", "five months", "level for 90 days"],
)
def test_what_falls_is_level_or_young_is_not_found(quantities: list[str], tmp_path: Path) -> None:
    assert Bill().add_months("group-1", METER, quantities, "0.10", **LOGS).savings("storage_only_grows", tmp_path) == {}


def test_another_service_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add_months("bucket", METER, GROWING, "0.10", x_service_code="AmazonS3")
    for days_ago in range(220, 3, -1):
        bill.add(
            "group-gone",
            METER,
            cost="1",
            quantity=str(300 - days_ago),
            unit="GB-Months",
            first_days_ago=days_ago,
            last_days_ago=days_ago,
            **LOGS,
        )
    assert bill.savings("storage_only_grows", tmp_path) == {}


def fill_days(bill: Bill, last_month_gb: int) -> Bill:
    """A log group of 100 GB more each month until September, billed by the day, and of so many in October."""
    for days_ago in range(220, -1, -1):
        day = savings_bill.LAST_DAY - dt.timedelta(days=days_ago)
        size = last_month_gb if day.month == 10 else 100 * day.month
        quantity = Decimal(size) / calendar.monthrange(day.year, day.month)[1]
        bill.add(
            "group-1",
            METER,
            cost=quantity / 10,
            quantity=quantity,
            unit="GB-Months",
            first_days_ago=days_ago,
            last_days_ago=days_ago,
            **LOGS,
        )
    return bill


def test_the_running_month_is_not_compared_but_shows_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(savings_bill, "LAST_DAY", dt.date(2026, 10, 20))
    # September's 900 GB cost 90 for 30 days; 300 of them came since June
    assert fill_days(Bill(), 900).savings("storage_only_grows", tmp_path) == {"group-1": Decimal("30.00")}
    (tmp_path / "cleaned").mkdir()
    assert fill_days(Bill(), 500).savings("storage_only_grows", tmp_path / "cleaned") == {}
