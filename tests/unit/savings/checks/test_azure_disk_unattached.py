"""Managed disks that no machine has."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "state": "Unattached",
    "attached_to": [],
    "sku": "Premium_LRS",
    "size_gib": 128,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_disks", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_disk_unattached").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "attached to nothing since 2026-01-01" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_disk_unattached").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("attached", {"state": "Attached", "attached_to": ["vm"]}),
        ("of a VM that is deallocated", {"state": "Reserved", "attached_to": ["vm"]}),
        ("read from outside", {"state": "ActiveSAS"}),
        ("made nine days ago", {"created_at": dt.datetime(2026, 10, 25)}),
        ("detached nine days ago", {"detached_at": dt.datetime(2026, 10, 25)}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_disk_unattached")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"state": None}, "its state is not known"),
        ({"attached_to": ["vm"]}, "its state is Unattached, yet it names a VM"),
        ({"created_at": None}, "when it was made is not known"),
    ],
)
def test_what_is_not_known_is_not_judged(columns: dict[str, Any], reason: str) -> None:
    found = estate(**columns).ask("azure_disk_unattached")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]


def test_a_disk_that_was_billed_for_too_short_or_not_at_all_is_not_judged() -> None:
    short = Estate(Bill(cloud="azure").add("thing-1", "Meter", cost="1", first_days_ago=5)).add(
        "azure_disks", "Thing-1", **PLAIN
    )
    assert [one.reason for one in short.ask("azure_disk_unattached").skipped] == [
        "it was billed on 6 days, which are too few"
    ]
    unbilled = Estate(Bill(cloud="azure")).add("azure_disks", "Thing-1", **PLAIN)
    (skipped,) = unbilled.ask("azure_disk_unattached").skipped
    assert (skipped.resource_id, skipped.reason) == ("Thing-1", "the bill has no cost of it in the last 30 days")


def test_an_account_that_the_bill_names_by_a_path_is_the_same() -> None:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1", sub_account_id="/subscriptions/ACCOUNT-1")
    (found,) = Estate(bill).add("azure_disks", "Thing-1", **PLAIN).ask("azure_disk_unattached").recommendations
    assert found.account_id == "/subscriptions/ACCOUNT-1"


def test_a_disk_of_that_name_in_another_region_or_subscription_is_another() -> None:
    elsewhere: tuple[dict[str, Any], ...] = ({"region_id": "region-2"}, {"sub_account_id": "account-2"})
    for columns in elsewhere:
        made = Estate(Bill(cloud="azure").add("thing-1", "Meter", cost="1", **columns)).add(
            "azure_disks", "Thing-1", **PLAIN
        )
        assert not made.ask("azure_disk_unattached").recommendations
