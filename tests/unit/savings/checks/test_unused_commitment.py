"""Commitments that are paid for and not used."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

USED: dict[str, Any] = {"commitment_discount_status": "Used", "pricing_category": "Committed"}
UNUSED: dict[str, Any] = {"commitment_discount_status": "Unused", "pricing_category": "Committed"}


def plan(bill: Bill, name: str, used: str, unused: str, **columns: Any) -> Bill:
    """A commitment that on every day costs so much used and so much unused."""
    columns = {"commitment_discount_id": name, "commitment_discount_type": "Savings Plan", **columns}
    bill.add("i-1", "BoxUsage:m5.large", cost=used, **USED | columns)
    return bill.add(None, "ComputeSP", cost=unused, **UNUSED | columns)


def test_what_is_unused_is_waste_and_no_saving(tmp_path: Path) -> None:
    (found,) = plan(Bill(), "sp-1", "9", "1").ask("unused_commitment", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("sp-1", Decimal(30), None)
    assert found.reason == "10 % of Savings Plan sp-1 went unused in 30 days: 30 USD paid for nothing"


def test_a_commitment_of_ten_days_is_scaled_to_a_month(tmp_path: Path) -> None:
    (found,) = plan(Bill(), "sp-1", "9", "1", first_days_ago=9).ask("unused_commitment", tmp_path)
    assert found.monthly_cost == Decimal(30)


def test_a_months_own_charge_counts_for_the_days_of_the_month_so_far(tmp_path: Path) -> None:
    # a reservation of October, stated once: 62 unused in 31 days are 60 in 30; September's does not add up with it
    bill = Bill(cloud="gcp").add("vm", "Core", cost="3", commitment_discount_id="pool", **USED)
    for days_ago in (30, 60):
        bill.add(
            None, "Committed use discounts", cost="62", first_days_ago=days_ago, last_days_ago=days_ago, days=31,
            commitment_discount_id="pool", sub_account_id=None, **UNUSED,
        )  # fmt: skip
    (found,) = bill.ask("unused_commitment", tmp_path)
    assert (found.monthly_cost, found.account_id) == (Decimal(60), "")
    assert '"unused_percent": "40.0"' in found.evidence


def test_little_unused_ended_and_gone_commitments_are_not_found(tmp_path: Path) -> None:
    bill = plan(Bill(), "sp-busy", "9.6", "0.4")
    plan(bill, "sp-gone", "9", "1", last_days_ago=4)
    plan(bill, "sp-ends-today", "9", "1", x_commitment_end_at=dt.datetime(2026, 10, 31))
    plan(bill, "sp-all-used", "9", "0")
    bill.add("i-2", "BoxUsage:m5.large", cost="5")
    assert bill.savings("unused_commitment", tmp_path) == {}


def test_currencies_are_not_added_up(tmp_path: Path) -> None:
    bill = plan(Bill(), "sp-1", "9", "1")
    plan(bill, "sp-1", "5", "5", billing_currency="EUR")
    found = bill.ask("unused_commitment", tmp_path)
    assert [
        (one.billing_currency, one.monthly_cost) for one in sorted(found, key=lambda one: one.billing_currency)
    ] == [
        ("EUR", Decimal(150)),
        ("USD", Decimal(30)),
    ]
