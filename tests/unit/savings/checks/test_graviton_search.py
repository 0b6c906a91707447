"""Search nodes on Intel, and where Graviton costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

SEARCH: dict[str, Any] = {"x_service_code": "AmazonES", "x_operation": "ESDomain"}


def nodes(bill: Bill, name: str, kind: str, hourly: str, **columns: Any) -> Bill:
    """A domain of three nodes."""
    columns = {"quantity": "72", **SEARCH, **columns}
    return bill.add(name, f"ESInstance:{kind}", cost=Decimal(hourly) * 72, **columns)


def test_a_domain_saves_on_all_its_nodes(tmp_path: Path) -> None:
    # 2160 h x 0.142 x (1 - 0.9014)
    (found,) = nodes(Bill(), "domain/a", "m5.large", "0.142").ask("graviton_search", tmp_path)
    assert found.monthly_saving is not None and found.monthly_saving.quantize(Decimal("0.01")) == Decimal("30.24")
    assert "as m6g.large it costs" in found.reason


def test_graviton_and_unknown_types_are_not_found(tmp_path: Path) -> None:
    bill = nodes(Bill(), "domain/arm", "m6g.large", "0.128")
    nodes(bill, "domain/t3", "t3.small", "0.036")
    nodes(bill, "domain/or1", "or1.large", "0.209")
    nodes(bill, "domain/covered", "m5.large", "0.1", pricing_category="Committed")
    assert bill.savings("graviton_search", tmp_path) == {}
