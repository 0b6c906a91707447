"""Marketplace purchases that renew."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

SELLER: dict[str, Any] = {
    "charge_category": "Purchase", "publisher_name": "Datadog Inc.", "service_name": "Datadog Pro",
}  # fmt: skip


def test_what_is_charged_every_month_is_named_at_its_last_charge(tmp_path: Path) -> None:
    bill = Bill().add("sub-1", "Monthly", cost="400", first_days_ago=60, last_days_ago=60, **SELLER)
    bill.add("sub-1", "Monthly", cost="500", first_days_ago=30, last_days_ago=30, **SELLER)
    (found,) = bill.ask("marketplace_renewal", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("sub-1", Decimal(500), None)
    assert found.reason == "Datadog Pro of Datadog Inc. costs 500 USD in 30 days and renews"


def test_a_contract_that_ends_soon_is_named_at_30_days_of_it(tmp_path: Path) -> None:
    bill = Bill().add("c-1", "Contract", cost="900", first_days_ago=20, last_days_ago=20, days=90, **SELLER)
    (found,) = bill.ask("marketplace_renewal", tmp_path)
    assert found.monthly_cost == Decimal(300)
    assert '"contract_ends_on": "2027-01-09"' in found.evidence


def test_single_old_far_and_the_providers_own_purchases_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("once", "Contract", cost="400", first_days_ago=10, last_days_ago=10, **SELLER)
    bill.add("far", "Contract", cost="400", first_days_ago=10, last_days_ago=10, days=365, **SELLER)
    for days_ago in (61, 40):
        bill.add("stopped", "Monthly", cost="4", first_days_ago=days_ago, last_days_ago=days_ago, **SELLER)
    for days_ago in (50, 10):
        own = SELLER | {"publisher_name": "Amazon Web Services EMEA SARL"}
        bill.add("own", "Fee", cost="4", first_days_ago=days_ago, last_days_ago=days_ago, **own)
        bill.add("free", "Fee", cost="0", first_days_ago=days_ago, last_days_ago=days_ago, **SELLER)
        usage = SELLER | {"charge_category": "Usage"}
        bill.add("metered", "Hours", cost="4", first_days_ago=days_ago, last_days_ago=days_ago, **usage)
    assert bill.savings("marketplace_renewal", tmp_path) == {}
