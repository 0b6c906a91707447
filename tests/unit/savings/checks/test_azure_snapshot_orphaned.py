"""Old snapshots of disks that are gone."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "source_id": "/subscriptions/account-1/disks/gone",
    "source_subscription": "account-1",
    "size_gib": 64,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_snapshots", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_snapshot_orphaned").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "taken on 2026-01-01 of a disk that is gone" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_snapshot_orphaned").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("80 days old", {"created_at": dt.datetime(2026, 8, 14)}),
        ("a copy of a snapshot", {"source_id": "/subscriptions/account-1/snapshots/s"}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_snapshot_orphaned")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"created_at": None}, "when it was taken is not known"),
        ({"source_id": None}, "what it was taken of is not known"),
        ({"source_subscription": "account-2"}, "it was taken of a disk in another subscription"),
    ],
)
def test_what_is_not_known_is_not_judged(columns: dict[str, Any], reason: str) -> None:
    found = estate(**columns).ask("azure_snapshot_orphaned")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]


def test_a_snapshot_whose_disk_is_there_is_a_backup_in_use() -> None:
    made = example().add("azure_disks", "/subscriptions/account-1/disks/Gone", state="Attached", attached_to=["vm"])
    assert made.savings("azure_snapshot_orphaned") == {}


def test_a_disk_of_another_subscription_that_is_read_is_known_to_be_gone_or_there() -> None:
    elsewhere = {"source_id": "/subscriptions/account-2/disks/d", "source_subscription": "account-2"}
    made = estate(**elsewhere).add("azure_disks", "/subscriptions/Account-2/disks/other", account_id="Account-2")
    assert made.savings("azure_snapshot_orphaned") == {"thing-1": Decimal("37.50")}
    made.add("azure_disks", "/subscriptions/Account-2/disks/D", account_id="Account-2")
    assert made.savings("azure_snapshot_orphaned") == {}
