"""EC2 instances of earlier generations, and where their successor costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

LINUX: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances", "service_name": "Amazon EC2"}


def instance(bill: Bill, name: str | None, kind: str, hourly: str, **columns: Any) -> Bill:
    """An instance that runs the whole day."""
    return bill.add(name, f"EU-BoxUsage:{kind}", cost=Decimal(hourly) * 24, **{**LINUX, **columns})


def test_the_ratio_of_list_prices_stands_in_for_an_own_price(tmp_path: Path) -> None:
    # 720 h x 0.10 = 72.00; m6i.large is 0.096 to 0.100
    bill = instance(Bill(), "i-1", "m4.large", "0.10")
    (found,) = bill.ask("previous_generation", tmp_path)
    assert (found.resource_id, found.monthly_cost) == ("i-1", Decimal("72.000000000000"))
    assert found.monthly_saving == Decimal("2.880000000000")
    assert "as m4.large for 72 USD in 30 days; as m6i.large it costs 2.88 USD less" in found.reason


def test_what_the_customer_pays_for_the_successor_goes_before_the_list(tmp_path: Path) -> None:
    # another account of the source pays 0.09 for m5.large: 720 h x 0.01
    bill = instance(Bill(), "i-1", "m4.large", "0.10")
    instance(bill, "i-2", "m5.large", "0.09", sub_account_id="account-2")
    assert bill.savings("previous_generation", tmp_path) == {"i-1": Decimal("7.20")}


def test_what_saves_nothing_is_not_found(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-current", "m7i.large", "0.1008")
    instance(bill, "i-same-price", "m5.large", "0.096")
    instance(bill, "i-no-such-size", "m4.10xlarge", "2.00")
    instance(bill, "i-fewer-cpus", "c4.8xlarge", "1.591")
    instance(bill, "i-unknown", "p3.2xlarge", "3.06")
    instance(bill, "i-spot", "m4.large", "0.03", x_usage_type="EU-SpotUsage:m4.large", pricing_category="Dynamic")
    instance(bill, "i-reserved", "m4.large", "0.06", pricing_category="Committed", commitment_discount_id="ri-1")
    instance(bill, "i-dedicated-host", "m4.large", "0.06", x_usage_type="EU-HostBoxUsage:m4.large")
    instance(bill, "i-gone", "m4.large", "0.10", last_days_ago=4)
    instance(bill, "i-free", "m4.large", "0")
    instance(bill, None, "m4.large", "0.10")
    assert bill.savings("previous_generation", tmp_path) == {}


def test_an_instance_that_was_changed_since_is_not_found(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-1", "m4.large", "0.10", last_days_ago=2)
    instance(bill, "i-1", "m6i.large", "0.096", first_days_ago=1)
    assert bill.savings("previous_generation", tmp_path) == {}


def test_prices_with_a_licence_in_them_need_an_own_price(tmp_path: Path) -> None:
    windows = {"x_operation": "RunInstances:0002"}
    bill = instance(Bill(), "i-1", "m4.large", "0.192", **windows)
    instance(bill, "i-linux", "m6i.large", "0.096")
    assert bill.savings("previous_generation", tmp_path) == {}
    (tmp_path / "b").mkdir()
    instance(bill, "i-2", "m6i.large", "0.188", **windows)
    # 720 h x 0.004
    assert bill.savings("previous_generation", tmp_path / "b") == {"i-1": Decimal("2.88")}


def test_what_a_commitment_covers_is_told_apart(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-1", "t2.large", "0.0928", quantity="12")
    instance(bill, "i-1", "t2.large", "0.06", pricing_category="Committed", commitment_discount_id="sp-1")
    (found,) = bill.ask("previous_generation", tmp_path)
    assert found.monthly_cost == Decimal("66.816000000000")
    assert found.covered_cost == Decimal("43.200000000000")
    # t3.large is 0.0832 to 0.0928: 10.34 %
    assert found.monthly_saving is not None and found.monthly_saving.quantize(Decimal("0.01")) == Decimal("6.91")


def test_currencies_and_regions_are_prices_of_their_own(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-1", "m5.large", "0.096")
    instance(bill, "i-2", "m6i.large", "0.05", region_id="region-2")
    instance(bill, "i-3", "m6i.large", "0.05", billing_currency="EUR")
    assert bill.savings("previous_generation", tmp_path) == {}
