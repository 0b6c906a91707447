"""Credits that come to an end."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

CREDIT: dict[str, Any] = {"charge_category": "Credit", "pricing_category": None}


def account(cost: str = "10") -> Bill:
    """An account that costs so much a day."""
    return Bill().add("i-1", "BoxUsage:m5.large", cost=cost)


def test_credits_that_pay_for_less_than_before_are_found(tmp_path: Path) -> None:
    bill = account().add(None, "Credit", cost="-5", last_days_ago=30, **CREDIT)
    bill.add(None, "Credit", cost="-4", first_days_ago=29, **CREDIT)
    (found,) = bill.ask("credit_expiring", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("", Decimal(120), None)
    assert found.reason == (
        "Credits pay for 40 % of this account's cost, 120 USD in 30 days, and paid for 50.0 % in the 30 days before"
    )


def test_the_day_that_their_name_states_is_enough(tmp_path: Path) -> None:
    bill = account().add(None, "Credit", cost="-5", charge_description="Activate, expires 2027-01-29", **CREDIT)
    (found,) = bill.ask("credit_expiring", tmp_path)
    assert found.reason.endswith("150 USD in 30 days, and end on 2027-01-29")


def test_only_the_credits_that_end_count_as_ending(tmp_path: Path) -> None:
    bill = account().add(None, "Credit", cost="-5", **CREDIT)
    bill.add(None, "Trial", cost="-1", charge_description="Trial, valid until 2026-12-31", **CREDIT)
    (found,) = bill.ask("credit_expiring", tmp_path)
    assert found.reason == "Credits pay for 10 % of this account's cost, 30 USD in 30 days, and end on 2026-12-31"


def test_a_months_credit_is_spread_over_the_month(tmp_path: Path) -> None:
    # 31 a month in October, for 30 of its 31 days; in September 60, whose 30th day before the last is its last
    bill = account().add(None, "Credit", cost="-31", first_days_ago=30, last_days_ago=30, days=31, **CREDIT)
    bill.add(None, "Credit", cost="-60", first_days_ago=60, last_days_ago=60, days=30, **CREDIT)
    (found,) = bill.ask("credit_expiring", tmp_path)
    assert found.monthly_cost.quantize(Decimal("0.01")) == Decimal("30.00")
    # 1 of October and 29 days of 2 of September
    assert '"earlier_credits": "59.0000' in found.evidence


def test_steady_small_far_and_past_credits_are_not_found(tmp_path: Path) -> None:
    steady = account().add(None, "Credit", cost="-5", charge_description="expires 2027-01-30", **CREDIT)
    steady.add(None, "Credit", cost="-0.1", charge_description="ended 2026-10-30", **CREDIT)
    # another account's falls, and is 5 % of its cost
    steady.add("i-2", "BoxUsage:m5.large", cost="10", sub_account_id="account-2")
    steady.add(None, "Credit", cost="-5", sub_account_id="account-2", last_days_ago=30, **CREDIT)
    steady.add(None, "Credit", cost="-0.5", sub_account_id="account-2", first_days_ago=29, **CREDIT)
    assert steady.savings("credit_expiring", tmp_path) == {}


def test_credits_that_fall_with_the_cost_are_steady(tmp_path: Path) -> None:
    bill = Bill().add("i-1", "BoxUsage:m5.large", cost="10", last_days_ago=30)
    bill.add("i-1", "BoxUsage:m5.large", cost="4", first_days_ago=29)
    bill.add(None, "Credit", cost="-5", last_days_ago=30, **CREDIT).add(
        None, "Credit", cost="-2", first_days_ago=29, **CREDIT
    )
    assert bill.savings("credit_expiring", tmp_path) == {}
