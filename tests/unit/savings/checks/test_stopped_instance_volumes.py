"""Volumes of instances that nobody started again."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

LONG_AGO, LATELY = dt.datetime(2026, 9, 1), dt.datetime(2026, 10, 20)


def volume(estate: Estate, name: str, *instances: str, **columns: Any) -> Estate:
    """A volume for 0.50 a day."""
    estate.add(
        "aws_volumes", name, state="in-use", size_gb=150, volume_type="gp3", attached_to=list(instances), **columns
    )
    estate.bill.add(name, "EBS:VolumeUsage.gp3", cost="0.50", quantity="5", unit="GB-Months")
    return estate


def instance(estate: Estate, name: str, state: str = "stopped", at: dt.datetime | None = LONG_AGO) -> Estate:
    return estate.add("aws_instances", name, state=state, stopped_at=at)


def example() -> Estate:
    return volume(instance(Estate(), "i-off"), "vol-1", "i-off")


def test_its_volume_is_found() -> None:
    assert example().savings("stopped_instance_volumes") == {"vol-1": Decimal("15.00")}


def test_what_may_be_started_again_is_left_alone() -> None:
    estate = example()
    instance(instance(instance(estate, "i-on", "running", None), "i-lately", at=LATELY), "i-unknown", at=None)
    volume(estate, "vol-on", "i-on")
    volume(estate, "vol-both", "i-off", "i-on")
    volume(estate, "vol-lately", "i-lately")
    volume(estate, "vol-unknown", "i-unknown")
    volume(estate, "vol-kept", "i-off", tags={"retain": "yes"})
    # an instance that the account does not list may be another account's
    volume(estate, "vol-foreign", "i-foreign")
    volume(estate, "vol-loose")
    found = estate.ask("stopped_instance_volumes")
    assert {one.resource_id for one in found.recommendations} == {"vol-1"}
    why = {one.resource_id: one.reason for one in found.skipped}
    assert set(why) == {"vol-unknown", "vol-kept"} and "retain=yes" in why["vol-kept"]


def test_a_protected_instance_keeps_its_volumes() -> None:
    estate = Estate().add("aws_instances", "i-off", state="stopped", stopped_at=LONG_AGO, tags={"keep": "1"})
    assert volume(estate, "vol-1", "i-off").savings("stopped_instance_volumes") == {}
