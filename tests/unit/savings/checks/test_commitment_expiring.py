"""Commitments that end soon and are still in use."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import LAST_DAY, Bill


def covered(bill: Bill, name: str, days_left: int, **columns: Any) -> Bill:
    """Usage of 6 a day that would cost 10 on demand, covered by a commitment that ends in so many days."""
    end = dt.datetime.combine(LAST_DAY + dt.timedelta(days=days_left), dt.time())
    values: dict[str, Any] = {
        "commitment_discount_id": name, "commitment_discount_type": "Reserved", "commitment_discount_status": "Used",
        "contracted_cost": Decimal(10), "x_commitment_end_at": end,
    }  # fmt: skip
    return bill.add("i-1", "BoxUsage:m5.large", cost="6", **values | columns)


def test_what_will_be_lost_is_evidence_and_no_saving(tmp_path: Path) -> None:
    (found,) = covered(Bill(), "ri-1", 90).ask("commitment_expiring", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("ri-1", Decimal(180), None)
    assert '"monthly_loss": "120.000000000000"' in found.evidence
    assert found.reason == ("Reserved ri-1 ends on 2027-01-29; what it covers then costs 120 USD more in 30 days")


def test_later_past_unknown_unused_and_worthless_ends_are_not_found(tmp_path: Path) -> None:
    bill = covered(covered(Bill(), "ri-later", 91), "ri-past", -1)
    covered(bill, "ri-unknown", 5, x_commitment_end_at=None)
    covered(bill, "ri-idle", 5, commitment_discount_status="Unused")
    covered(bill, "ri-not-used-lately", 5, last_days_ago=4)
    covered(bill, "ri-saves-nothing", 5, contracted_cost=Decimal(6))
    assert bill.savings("commitment_expiring", tmp_path) == {}


def test_it_belongs_to_the_account_that_pays_its_fee(tmp_path: Path) -> None:
    bill = covered(Bill(), "ri-1", 30, sub_account_id="account-2")
    covered(bill, "ri-1", 30, sub_account_id="account-1", charge_category="Purchase", commitment_discount_status=None)
    assert [one.account_id for one in bill.ask("commitment_expiring", tmp_path)] == ["account-1"]
