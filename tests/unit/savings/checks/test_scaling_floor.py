"""Groups with too high a minimum."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate


def group(estate: Estate, name: str, members: int = 6, cpu: Any = 20.0, size: Any = None, **columns: Any) -> Estate:
    """A group at its minimum, whose instances cost 2.40 a day each."""
    names = [f"i-{name}-{number}" for number in range(members)]
    plain = {
        "min_size": members, "max_size": 12, "desired": members, "instances": names, "zones": 2,
        "created_at": dt.datetime(2026, 1, 1),
    }  # fmt: skip
    estate.add("aws_scaling_groups", name, **{**plain, **columns})
    for one in names:
        estate.add("aws_instances", one, state="running")
        estate.bill.add(one, "BoxUsage:m5.large", cost="2.40")
    if cpu is not None:
        estate.measure("aws_scaling_group_cpu", name, cpu)
    estate.measure("aws_scaling_group_size", name, float(members) if size is None else size)
    return estate


def example() -> Estate:
    # 6 instances at 20 % are 2 at 60 %
    return group(Estate(), "web")


def test_what_is_above_the_need_is_found() -> None:
    found = example().ask("scaling_floor").recommendations
    assert [one.monthly_saving for one in found] == [Decimal("72.00")] * 4
    assert {one.resource_id for one in found} == {f"i-web-{number}" for number in (2, 3, 4, 5)}
    assert {one.resource_name for one in found} == {"web"}


def test_another_instance_in_its_place_is_the_same_finding() -> None:
    names = {one.recommendation_id for one in example().ask("scaling_floor").recommendations}
    estate = example()
    (row,) = estate.rows["aws_scaling_groups"]
    row["instances"] = [f"i-web-{number}" for number in (5, 4, 3, 2, 1, 0)]
    assert {one.recommendation_id for one in estate.ask("scaling_floor").recommendations} == names


def test_a_zone_and_a_second_instance_stay() -> None:
    assert len(group(Estate(), "quiet", cpu=1.0, zones=3).savings("scaling_floor")) == 3
    assert group(Estate(), "pair", members=2, cpu=1.0).savings("scaling_floor") == {}


def test_who_needs_it_is_left_alone() -> None:
    estate = group(Estate(), "busy", cpu=60.0)
    group(estate, "nights", cpu=[10.0] * 300 + [55.0] * 36)
    group(estate, "scales", size=[6.0] * 335 + [7.0])
    group(estate, "above", desired=7)
    group(estate, "nodes", tags={"eks:nodegroup-name": "main"})
    group(estate, "unmeasured", cpu=None)
    found = estate.ask("scaling_floor")
    assert not found.recommendations
    assert {one.resource_id.split("-")[1] for one in found.skipped} == {"nodes", "unmeasured"}
