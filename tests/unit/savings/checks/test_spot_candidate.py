"""Fleets that come and go, and are paid on demand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

EC2: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}


def fleet(bill: Bill, days: range, per_day: int = 2, hours: str = "4", **columns: Any) -> Bill:
    """So many instances a day, each of them for some hours at 0.10."""
    for day in days:
        for number in range(per_day):
            name = f"i-{columns.get('sub_account_id', '')}-{day}-{number}"
            bill.add(
                name, "EU-BoxUsage:c5.large", cost=Decimal(hours) * Decimal("0.10"), quantity=hours,
                first_days_ago=day, last_days_ago=day, **{**EC2, **columns},
            )  # fmt: skip
    return bill


def test_a_fleet_is_one_finding_of_its_account(tmp_path: Path) -> None:
    # 40 instances x 4 h x 0.10 x 30/28, of which 55 %
    (found,) = fleet(Bill(), range(3, 23)).ask("spot_candidate", tmp_path)
    assert (found.account_id, found.resource_id, found.confidence) == ("account-1", "", "low")
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("17.142857142857"), Decimal("9.428571428571"))
    assert "40 instances of account-1 in region-1 lived for 4 hours on average, on 20 days" in found.reason


def test_the_own_price_of_spot_goes_before_the_share(tmp_path: Path) -> None:
    bill = fleet(Bill(), range(3, 23))
    bill.add("i-spot", "EU-SpotUsage:c5.large", cost="0.96", pricing_category="Dynamic", **EC2)
    # 160 h x (0.10 - 0.04) x 30/28
    assert bill.savings("spot_candidate", tmp_path) == {"": Decimal("10.29")}


def test_few_rare_long_covered_and_spot_instances_are_not_found(tmp_path: Path) -> None:
    bill = fleet(Bill(), range(3, 22), per_day=1, sub_account_id="few")
    fleet(bill, range(3, 12), per_day=9, sub_account_id="rare")
    fleet(bill, range(3, 23), sub_account_id="covered", pricing_category="Committed")
    fleet(bill, range(3, 23), sub_account_id="spot", pricing_category="Dynamic")
    for number in range(40):
        bill.add(f"i-long-{number}", "EU-BoxUsage:c5.large", cost="2.4", first_days_ago=3 + number % 20,
                 last_days_ago=2, sub_account_id="long", **EC2)  # fmt: skip
    assert bill.savings("spot_candidate", tmp_path) == {}
