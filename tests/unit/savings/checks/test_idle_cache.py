"""Caches that nobody asks anything."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def cache(estate: Estate, name: str, commands: Any = 0.0, **columns: Any) -> Estate:
    """A node for 1 a day."""
    arn = f"arn:aws:elasticache:region-1:account-1:cluster:{name}"
    plain = {"name": name, "state": "available", "node_type": "cache.t4g.medium", "engine": "redis", "created_at": OLD}
    estate.add("aws_caches", arn, **{**plain, **columns})
    estate.bill.add(arn, "NodeUsage:cache.t4g.medium", cost="1")
    if commands is not None:
        estate.measure("aws_cache_commands", arn, commands)
    return estate


def example() -> Estate:
    return cache(Estate(), "idle")


def test_all_of_it_is_saved() -> None:
    assert list(example().savings("idle_cache").values()) == [Decimal("30.00")]


def test_a_replica_of_one_that_is_asked_is_in_use() -> None:
    estate = cache(cache(Estate(), "main", 5.0, replication_group="g"), "replica", replication_group="g")
    assert estate.savings("idle_cache") == {}
    idle = cache(cache(Estate(), "main", replication_group="g"), "replica", replication_group="g")
    assert len(idle.savings("idle_cache")) == 2


def test_what_is_not_known_is_said() -> None:
    estate = cache(cache(Estate(), "unmeasured", None), "new", created_at=dt.datetime(2026, 10, 30))
    cache(estate, "once", [0.0] * 335 + [1.0])
    cache(estate, "going", state="deleting")
    # of a group one node of which was not measured
    cache(cache(estate, "a", replication_group="g"), "b", None, replication_group="g")
    found = estate.ask("idle_cache")
    assert not found.recommendations
    assert sorted(one.resource_id.rpartition(":")[2] for one in found.skipped) == ["a", "b", "new", "unmeasured"]
