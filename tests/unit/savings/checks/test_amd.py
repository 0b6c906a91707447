"""Intel instances, and where AMD costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

LINUX: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}


def instance(bill: Bill, name: str, kind: str, hourly: str, **columns: Any) -> Bill:
    """An instance that runs the whole day."""
    return bill.add(name, f"BoxUsage:{kind}", cost=Decimal(hourly) * 24, **{**LINUX, **columns})


def test_amd_of_the_same_generation_saves_a_tenth(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-1", "m6i.xlarge", "0.192")
    instance(bill, "i-2", "c5.2xlarge", "0.34")
    # 720 h x 0.192 x 10 %; 720 h x (0.34 - 0.306)
    assert bill.savings("amd", tmp_path) == {"i-1": Decimal("13.82"), "i-2": Decimal("24.48")}


def test_windows_needs_an_own_price(tmp_path: Path) -> None:
    windows = {"x_operation": "RunInstances:0002"}
    bill = instance(Bill(), "i-1", "m6i.large", "0.188", **windows)
    instance(bill, "i-2", "m6i.xlarge", "0.376", **windows)
    instance(bill, "i-3", "m6a.xlarge", "0.3568", **windows)
    # 720 h x 0.0192
    assert bill.savings("amd", tmp_path) == {"i-2": Decimal("13.82")}


def test_the_older_family_that_is_paid_for_is_a_target_too(tmp_path: Path) -> None:
    windows = {"x_operation": "RunInstances:0002"}
    bill = instance(Bill(), "i-1", "m5.large", "0.188", **windows)
    instance(bill, "i-2", "m5a.large", "0.178", **windows)
    # 720 h x 0.01
    assert bill.savings("amd", tmp_path) == {"i-1": Decimal("7.20")}


def test_amd_graviton_and_what_would_cost_more_are_not_found(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-amd", "m6a.large", "0.0864")
    instance(bill, "i-graviton", "m6g.large", "0.077")
    instance(bill, "i-dearer", "m7i.large", "0.1008")
    instance(bill, "i-no-size", "c5.9xlarge", "1.53")
    instance(bill, "i-spot", "m5.large", "0.03", x_usage_type="SpotUsage:m5.large", pricing_category="Dynamic")
    assert bill.savings("amd", tmp_path) == {}
