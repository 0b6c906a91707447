"""Caches of Redis OSS, and what they cost as Valkey."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

REDIS: dict[str, Any] = {"x_service_code": "AmazonElastiCache", "x_operation": "CreateCacheCluster:0002"}
SERVERLESS: dict[str, Any] = {"x_service_code": "AmazonElastiCache", "x_operation": "CreateServerlessCache"}


def test_nodes_save_a_fifth_and_serverless_caches_a_third(tmp_path: Path) -> None:
    bill = Bill().add("c-node", "EU-NodeUsage:cache.r6g.large", cost="5", **REDIS)
    bill.add("c-serverless", "USE1-CachedData:Redis", cost="3", **SERVERLESS)
    bill.add("c-serverless", "USE1-ElastiCacheProcessingUnits:Redis", cost="1", **SERVERLESS)
    # 150 x 20 %, 120 x 33 %
    expected = {"c-node": Decimal("30.00"), "c-serverless": Decimal("39.60")}
    assert bill.savings("valkey", tmp_path) == expected


def test_other_engines_backups_and_covered_nodes_are_not_found(tmp_path: Path) -> None:
    bill = Bill()
    for operation in ("CreateCacheCluster:0001", "CreateCacheCluster:Valkey", None):
        bill.add(f"c-{operation}", "NodeUsage:cache.r6g.large", cost="5", **{**REDIS, "x_operation": operation})
    bill.add("c-valkey", "USE1-CachedData:Valkey", cost="3", **SERVERLESS)
    bill.add("c-backup", "USE1-BackupUsage:Redis", cost="3", **SERVERLESS)
    bill.add("c-reserved", "NodeUsage:cache.r6g.large", cost="5", pricing_category="Committed", **REDIS)
    bill.add("c-upgraded", "NodeUsage:cache.r6g.large", cost="5", last_days_ago=6, **REDIS)
    bill.add("c-upgraded", "NodeUsage:cache.r6g.xlarge", cost="5", first_days_ago=5, **SERVERLESS)
    assert bill.savings("valkey", tmp_path) == {}
