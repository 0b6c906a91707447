"""Instances that rest at night and on weekends."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

#: The window begins on a Monday: 2026-10-19.
OFFICE = [8 <= hour < 18 and day % 7 < 5 for day in range(14) for hour in range(24)]


def instance(estate: Estate, name: str, busy: list[bool] | None = OFFICE, **columns: Any) -> Estate:
    """An instance for 16.80 a day, busy in some hours."""
    plain = {
        "state": "running", "instance_type": "m5.4xlarge", "lifecycle": "on-demand",
        "launched_at": dt.datetime(2026, 1, 1),
    }  # fmt: skip
    estate.add("aws_instances", name, **{**plain, **columns})
    estate.bill.add(name, "BoxUsage:m5.4xlarge", cost="16.80")
    if busy is not None:
        estate.measure("aws_instance_cpu", name, [40.0 if one else 2.0 for one in busy])
        estate.measure("aws_instance_network", name, [5e7 if one else 1e5 for one in busy])
    return estate


def example() -> Estate:
    return instance(Estate(), "i-office")


def test_the_hours_of_rest_are_saved() -> None:
    (one,) = example().ask("learnt_schedule").recommendations
    # 118 of 168 hours of 504.00
    assert one.monthly_saving == Decimal("354.00")
    rests = json.loads(one.evidence)["rests"]
    assert rests[0] == "Mon 00:00 UTC for 8 h" and rests[-1] == "Fri 18:00 UTC for 54 h"


def test_whoever_does_not_rest_every_week_is_left_alone() -> None:
    estate = Estate()
    one_weekend = list(OFFICE)
    one_weekend[5 * 24 : 7 * 24] = [True] * 48
    one_weekend = [busy or hour % 24 < 8 or hour % 24 >= 18 for hour, busy in enumerate(one_weekend)]
    instance(estate, "i-one-weekend", one_weekend)
    instance(estate, "i-night-only", [hour % 24 == 3 for hour in range(336)])
    instance(estate, "i-every-third", [hour % 3 == 0 for hour in range(336)])
    instance(estate, "i-always", [True] * 336)
    instance(estate, "i-never", [False] * 336)
    instance(estate, "i-spot", lifecycle="spot")
    instance(estate, "i-kept", tags={"keep": "on"})
    instance(estate, "i-group", tags={"aws:autoscaling:groupName": "web"})
    instance(estate, "i-unmeasured", None)
    found = estate.ask("learnt_schedule")
    # an hour of work in every night leaves 23 of rest
    assert {one.resource_id for one in found.recommendations} == {"i-night-only"}
    assert {one.resource_id for one in found.skipped} == {"i-kept", "i-group", "i-unmeasured"}


def test_nobody_stops_a_machine_that_talks() -> None:
    estate = example()
    estate.series["aws_instance_network"] = []
    estate.measure("aws_instance_network", "i-office", 6e6)
    assert estate.savings("learnt_schedule") == {}
