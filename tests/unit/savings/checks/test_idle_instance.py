"""Instances that do nothing, and those that only look so."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def instance(estate: Estate, name: str, cpu: Any = 1.0, network: Any = 1000.0, **columns: Any) -> Estate:
    """A running instance for 2.40 a day."""
    plain = {"state": "running", "instance_type": "m5.large", "launched_at": OLD, "lifecycle": "on-demand"}
    estate.add("aws_instances", name, **{**plain, **columns})
    estate.bill.add(name, "BoxUsage:m5.large", cost="2.40")
    if cpu is not None:
        estate.measure("aws_instance_cpu", name, cpu)
    if network is not None:
        estate.measure("aws_instance_network", name, network)
    return estate


def example() -> Estate:
    return instance(Estate(), "i-idle")


def test_all_of_it_is_saved() -> None:
    assert example().savings("idle_instance") == {"i-idle": Decimal("72.00")}


def test_what_works_at_times_is_not_idle() -> None:
    estate = Estate()
    night = [1.0] * 336
    night[100] = 60.0
    instance(estate, "i-one-night", cpu=night)
    instance(estate, "i-near", cpu=5.1)
    # 24 x 0.21 MB are 5.04 a day
    instance(estate, "i-talks", network=210_000.0)
    instance(estate, "i-stopped", state="stopped")
    assert estate.savings("idle_instance") == {}


def test_what_is_not_known_is_said() -> None:
    estate = Estate()
    instance(estate, "i-unmeasured", cpu=None)
    instance(estate, "i-new", launched_at=dt.datetime(2026, 10, 25))
    instance(estate, "i-short", cpu=[1.0] * 240)
    instance(estate, "i-kept", tags={"keep": ""})
    instance(estate, "i-group", tags={"aws:autoscaling:groupName": "web"})
    instance(estate, "i-tags", tags=None)
    estate.add("aws_instances", "i-unbilled", state="running", launched_at=OLD)
    estate.measure("aws_instance_cpu", "i-unbilled", 1).measure("aws_instance_network", "i-unbilled", 1)
    found = estate.ask("idle_instance")
    assert not found.recommendations
    why = {one.resource_id: one.reason for one in found.skipped}
    assert why["i-unmeasured"] == "its processor was measured on 0 day(s), 12 are needed"
    assert why["i-short"] == "its processor was measured on 10 day(s), 12 are needed"
    assert why["i-new"] == "8 day(s) old, 14 are needed"
    assert why["i-kept"] == "protected by its tag keep="
    assert "aws:autoscaling:groupName" in why["i-group"] and why["i-tags"] == "its tags are not known"
    assert why["i-unbilled"] == "the bill has no cost of it in the last days"


def test_what_a_commitment_covers_is_counted_apart() -> None:
    estate = Estate()
    instance(estate, "i-idle")
    estate.bill.add("i-idle", "BoxUsage:m5.large", cost="1", pricing_category="Committed")
    (one,) = estate.ask("idle_instance").recommendations
    assert (one.monthly_saving, one.covered_cost) == (Decimal("72"), Decimal("30"))
