"""Commitments that end soon and are still in use."""

import datetime as dt
import json
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
    assert found.reason == (
        "Reserved ri-1 ends on 2027-01-29; what it covers of this account then costs 120 USD more in 30 days"
    )


def test_later_past_unknown_unused_and_worthless_ends_are_not_found(tmp_path: Path) -> None:
    bill = covered(covered(Bill(), "ri-later", 91), "ri-past", -1)
    covered(bill, "ri-unknown", 5, x_commitment_end_at=None)
    covered(bill, "ri-idle", 5, commitment_discount_status="Unused")
    covered(bill, "ri-not-used-lately", 5, last_days_ago=4)
    covered(bill, "ri-saves-nothing", 5, contracted_cost=Decimal(6))
    assert bill.savings("commitment_expiring", tmp_path) == {}


def test_the_loss_is_shared_among_the_accounts_that_use_it(tmp_path: Path) -> None:
    """By what it covered of each: 3, 2 and 2 of 7 a day. Who pays its fee and uses none of it loses nothing."""
    bill = covered(Bill(), "ri-1", 30, charge_category="Purchase", commitment_discount_status=None)
    for account, cost, contracted in (("account-2", "2", "3"), ("account-3", "3", "4"), ("account-4", "2", "4")):
        covered(bill, "ri-1", 30, sub_account_id=account, effective_cost=Decimal(cost),
                contracted_cost=Decimal(contracted))  # fmt: skip
    found = bill.ask("commitment_expiring", tmp_path)
    losses = {one.account_id: Decimal(json.loads(one.evidence)["monthly_loss"]) for one in found}
    assert sum(losses.values()) == 30 * (11 - 7) and sum(one.monthly_cost for one in found) == 30 * 7
    assert {name: round(loss, 6) for name, loss in losses.items()} == {
        "account-3": Decimal("51.428571"), "account-2": Decimal("34.285714"), "account-4": Decimal("34.285714"),
    }  # fmt: skip
    assert len({one.recommendation_id for one in found}) == 3


def test_an_account_keeps_its_finding_when_another_begins_to_use_it(tmp_path: Path) -> None:
    alone = covered(Bill(), "ri-1", 30).ask("commitment_expiring", tmp_path)
    bill = covered(covered(Bill(), "ri-1", 30), "ri-1", 30, sub_account_id="account-0")
    (tmp_path / "later").mkdir()
    both = {one.account_id: one.recommendation_id for one in bill.ask("commitment_expiring", tmp_path / "later")}
    assert len(both) == 2 and both[alone[0].account_id] == alone[0].recommendation_id


def test_what_costs_nothing_by_itself_is_shared_by_what_it_would_cost(tmp_path: Path) -> None:
    """Of what was paid all upfront, some bills have no cost a day."""
    bill = Bill()
    for account, contracted in (("account-1", "1"), ("account-2", "3")):
        covered(bill, "ri-1", 30, sub_account_id=account, effective_cost=Decimal(0),
                contracted_cost=Decimal(contracted))  # fmt: skip
    found = bill.ask("commitment_expiring", tmp_path)
    assert {one.account_id: json.loads(one.evidence)["monthly_loss"][:5] for one in found} == {
        "account-1": "30.00", "account-2": "90.00",
    }  # fmt: skip
