"""Linux on x86, and where Graviton costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

LINUX: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}


def instance(bill: Bill, name: str | None, kind: str, hourly: str, **columns: Any) -> Bill:
    """An instance that runs the whole day."""
    return bill.add(name, f"USE2-BoxUsage:{kind}", cost=Decimal(hourly) * 24, **{**LINUX, **columns})


@pytest.mark.parametrize(
    ("kind", "hourly", "target", "saving"),
    [
        # 720 h: 69.12 x (1 - 0.077 / 0.096), 60.48 x 0.15 by generation 7, 62.08 x (1 - 0.068 / 0.077), ...
        ("m5.large", "0.096", "m6g.large", "13.68"),
        ("m7i.large", "0.1008", "m7g.large", "13.83"),
        ("c5a.large", "0.077", "c6g.large", "6.48"),
        ("t3.medium", "0.0416", "t4g.medium", "5.76"),
        ("r5d.xlarge", "0.288", "r6gd.xlarge", "41.47"),
    ],
)
def test_the_cheapest_family_that_is_no_older_is_taken(
    tmp_path: Path, kind: str, hourly: str, target: str, saving: str
) -> None:
    (found,) = instance(Bill(), "i-1", kind, hourly).ask("graviton", tmp_path)
    assert found.monthly_saving is not None
    assert found.monthly_saving.quantize(Decimal("0.01")) == Decimal(saving)
    assert f"as {target} it costs" in found.reason


def test_an_own_price_goes_before_the_list(tmp_path: Path) -> None:
    # 720 h x (0.096 - 0.070)
    bill = instance(instance(Bill(), "i-1", "m5.large", "0.096"), "i-2", "m7g.large", "0.070")
    assert bill.savings("graviton", tmp_path) == {"i-1": Decimal("18.72")}


def test_what_cannot_move_or_saves_nothing_is_not_found(tmp_path: Path) -> None:
    bill = instance(Bill(), "i-arm", "m6g.large", "0.077")
    for operation in ("RunInstances:0002", "RunInstances:0010", "RunInstances:0006", "RunInstances:000g", None):
        instance(bill, f"i-{operation}", "m5.large", "0.188", x_operation=operation)
    instance(bill, "i-spot", "m5.large", "0.03", x_usage_type="USE2-SpotUsage:m5.large", pricing_category="Dynamic")
    instance(bill, "i-covered", "m5.large", "0.06", pricing_category="Committed", commitment_discount_id="sp-1")
    instance(bill, "i-metal", "m5.metal", "4.608")
    instance(bill, "i-gpu", "g4dn.xlarge", "0.526")
    instance(bill, "i-already-cheap", "m5.large", "0.05")
    instance(bill, "i-arm-here", "m6g.large", "0.049")
    instance(bill, "i-gone", "c5.large", "0.085", last_days_ago=4)
    found = bill.savings("graviton", tmp_path)
    # at 0.05 the account's own 0.049 saves 2 % only
    assert found == {}
