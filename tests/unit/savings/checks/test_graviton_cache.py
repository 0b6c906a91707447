"""Cache nodes on Intel, and where Graviton costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

REDIS: dict[str, Any] = {"x_service_code": "AmazonElastiCache", "x_operation": "CreateCacheCluster:0002"}


def node(bill: Bill, name: str, kind: str, hourly: str, **columns: Any) -> Bill:
    """A node that runs the whole day."""
    return bill.add(name, f"USW2-NodeUsage:cache.{kind}", cost=Decimal(hourly) * 24, **{**REDIS, **columns})


def test_the_list_says_about_five_percent(tmp_path: Path) -> None:
    # 720 h x 0.216 x (1 - 0.206 / 0.216 to four digits)
    (found,) = node(Bill(), "c-1", "r5.large", "0.216").ask("graviton_cache", tmp_path)
    assert found.monthly_saving is not None and found.monthly_saving.quantize(Decimal("0.01")) == Decimal("7.20")
    assert "as cache.r6g.large it costs" in found.reason


def test_an_own_price_is_of_the_same_engine(tmp_path: Path) -> None:
    bill = node(Bill(), "c-1", "m5.large", "0.156")
    node(bill, "c-valkey", "m7g.large", "0.10", x_operation="CreateCacheCluster:Valkey")
    node(bill, "c-redis", "m7g.large", "0.14")
    # 720 h x 0.016
    assert bill.savings("graviton_cache", tmp_path) == {"c-1": Decimal("11.52")}


def test_less_memory_and_covered_nodes_are_not_found(tmp_path: Path) -> None:
    bill = node(Bill(), "c-arm", "r6g.large", "0.206")
    node(bill, "c-less-memory", "t2.small", "0.034")
    node(bill, "c-reserved", "r5.large", "0.12", pricing_category="Committed")
    node(bill, "c-gone", "r5.large", "0.216", last_days_ago=5)
    assert bill.savings("graviton_cache", tmp_path) == {}
