"""Burstable instances with the credits that they buy."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

EC2: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}


def burstable(bill: Bill, name: str, kind: str, hourly: str, credits: str, **columns: Any) -> Bill:
    """A T instance that runs the whole day and buys credits for so much a day."""
    columns = {**EC2, **columns}
    bill.add(name, f"USE2-BoxUsage:{kind}", cost=Decimal(hourly) * 24, **columns)
    return bill.add(
        name, f"USE2-CPUCredits:{kind.split('.')[0]}", cost=credits, quantity="20", unit="vCPU-Hours", **columns
    )


def test_a_fixed_instance_that_costs_less_with_the_credits(tmp_path: Path) -> None:
    # 720 h x 0.0832 = 59.904 and 30 of credits; m6i.large is 0.096 to 0.0832 (1.1538)
    (found,) = burstable(Bill(), "i-1", "t3.large", "0.0832", "1").ask("burstable_surplus", tmp_path)
    assert found.monthly_cost == Decimal("89.904000000000")
    assert found.monthly_saving is not None and found.monthly_saving.quantize(Decimal("0.01")) == Decimal("20.79")
    assert "(t3.large) bought CPU credits for 30 USD on 30 days; m6i.large costs 20.79 USD less" in found.reason


def test_few_credits_small_sizes_and_covered_instances_are_not_found(tmp_path: Path) -> None:
    bill = burstable(Bill(), "i-cheap", "t3.large", "0.0832", "0.3")
    burstable(bill, "i-small", "t3.medium", "0.0416", "3")
    burstable(bill, "i-covered", "t3.xlarge", "0.1", "9", pricing_category="Committed")
    bill.add("i-some-days", "USE2-BoxUsage:t3.large", cost="2", **EC2)
    bill.add("i-some-days", "USE2-CPUCredits:t3", cost="9", quantity="20", unit="vCPU-Hours", first_days_ago=18, **EC2)
    bill.add("i-none", "USE2-BoxUsage:t3.large", cost="2", **EC2)
    assert bill.savings("burstable_surplus", tmp_path) == {}


def test_windows_needs_an_own_price(tmp_path: Path) -> None:
    windows = {"x_operation": "RunInstances:0002"}
    bill = burstable(Bill(), "i-1", "t3.large", "0.1108", "4", **windows)
    assert bill.savings("burstable_surplus", tmp_path) == {}
    (tmp_path / "b").mkdir()
    bill.add("i-2", "USE2-BoxUsage:m6i.large", cost=Decimal("0.188") * 24, **{**EC2, **windows})
    # 720 h x (0.1108 - 0.188) and 120 of credits
    assert bill.savings("burstable_surplus", tmp_path / "b") == {"i-1": Decimal("64.42")}
