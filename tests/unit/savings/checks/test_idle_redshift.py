"""Redshift clusters that nobody uses."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)
ARN = "arn:aws:redshift:region-1:account-1:cluster:"


def cluster(estate: Estate, name: str, connections: Any = 0.0, cpu: Any = 2.0, **columns: Any) -> Estate:
    """A cluster of nodes for 52 a day and storage for 1."""
    plain = {"name": name, "state": "available", "node_type": "ra3.xlplus", "nodes": 2, "created_at": OLD}
    estate.add("aws_redshift_clusters", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, "Node:ra3.xlplus", cost="52", quantity="48")
    estate.bill.add(ARN + name, "RMS:ra3.xlplus", cost="1", quantity="40", unit="GB-Months")
    if connections is not None:
        estate.measure("aws_redshift_connections", ARN + name, connections)
    if cpu is not None:
        estate.measure("aws_redshift_cpu", ARN + name, cpu)
    return estate


def example() -> Estate:
    return cluster(Estate(), "idle")


def test_the_hours_of_its_nodes_are_saved() -> None:
    assert example().savings("idle_redshift") == {ARN + "idle": Decimal("1560.00")}


def test_what_is_used_is_left_alone() -> None:
    estate = cluster(Estate(), "monthly", [0.0] * 300 + [1.0] * 36)
    cluster(estate, "loads", cpu=[1.0] * 320 + [30.0] * 16)
    cluster(estate, "paused", state="paused")
    cluster(estate, "unmeasured", cpu=None)
    cluster(estate, "new", created_at=dt.datetime(2026, 10, 28))
    found = estate.ask("idle_redshift")
    assert not found.recommendations
    assert {one.resource_id.removeprefix(ARN) for one in found.skipped} == {"unmeasured", "new"}
