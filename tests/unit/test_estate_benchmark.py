"""What the benchmark of the inventory hands to the checks, and how it compares what they find."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.estate.bridge import take_estate
from benchmarks.estate.kinds import CHECKS, PARTS
from benchmarks.estate.scoring import list_unasked, name_alike, translate
from savings.check import InventoryCheck
from savings.inventory.registry import find_metrics, find_tables
from savings.registry import find_checks
from simulator.opportunities.estate.kind import find_estate_kinds
from simulator.opportunities.estate.metrics import Series, write_metrics
from tests.savings_inventory import Estate
from tests.unit.savings.checks.test_unattached_volume import example

FIRST, AS_OF = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
INSTANCE = {
    "InstanceType": "m7g.large", "State": {"Name": "stopped"}, "LaunchTime": "2026-01-01T09:30:00Z",
    "StateTransitionReason": "User initiated (2026-09-01 09:30:00 GMT)", "ImageId": "ami-1",
}  # fmt: skip


def listed(resource_id: str, kind: str, properties: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """An entry of ``inventory.json``."""
    plain = {"cloud": "aws", "account": "1", "region": "r", "name": "n", "sku": "", "size": 0, "tags": {}, "links": {}}
    return {**plain, "resource_id": resource_id, "kind": kind, "properties": properties, **columns}


def write(folder: Path, resources: list[dict[str, Any]], series: list[Series], unreadable: Any = ()) -> Path:
    content = {"as_of": AS_OF.isoformat(), "unreadable": list(unreadable), "resources": resources}
    (folder / "inventory.json").write_text(json.dumps(content), encoding="utf-8")
    write_metrics(folder / "metrics.parquet", series, FIRST)
    return folder


def hourly(statistic: str, metric: str, value: float, resource_id: str = "i-1") -> Series:
    """A month of one value, but for its last hour, which was not measured."""
    values = np.full(31 * 24, float(value))
    values[-1] = np.nan
    return Series("aws", "1", "r", resource_id, "", metric, statistic, "", values)


def test_a_row_has_the_fields_and_types_of_its_table(tmp_path: Path) -> None:
    group = {
        "AutoScalingGroupName": "web", "MinSize": 2, "MaxSize": 4, "DesiredCapacity": 2, "Instances": [],
        "CreatedTime": "2026-01-01T09:30:00Z",
    }  # fmt: skip
    resources = [listed("i-1", "machine", INSTANCE), listed("arn:g/web", "group", group), listed("x", "other", {})]
    taken = take_estate(write(tmp_path, resources, [hourly("Maximum", "CPUUtilization", 3)]), 14)
    (instance,) = taken.rows["aws_instances"]
    assert (instance["state"], instance["stopped_at"]) == ("stopped", dt.datetime(2026, 9, 1, 9, 30))
    assert [row["resource_id"] for row in taken.rows["aws_scaling_groups"]] == ["web"]
    assert taken.rows.keys() == find_tables().keys() and taken.series.keys() == find_metrics().keys()


def test_a_metric_is_of_the_last_days_and_hours_without_a_value_are_left_out(tmp_path: Path) -> None:
    network = [hourly("Sum", "NetworkIn", 3), hourly("Sum", "NetworkOut", 4)]
    taken = take_estate(write(tmp_path, [listed("i-1", "machine", INSTANCE)], network), 14)
    ((account, series),) = taken.series["aws_instance_network"]
    assert (account, series.resource_id, {value for _, value in series.samples}) == ("1", "i-1", {7.0})
    assert series.samples[0][0] == dt.datetime(2026, 10, 18, tzinfo=dt.UTC) and len(series.samples) == 14 * 24 - 1
    # a half of what is added up is none of it
    taken = take_estate(write(tmp_path, [listed("i-1", "machine", INSTANCE)], network[:1]), 14)
    assert taken.series["aws_instance_network"] == []


def test_what_cannot_be_read_is_incomplete_in_every_table_and_metric_of_its_cloud(tmp_path: Path) -> None:
    scope = {"cloud": "aws", "account": "1", "region": "r", "error": "UnauthorizedOperation"}
    first = [hourly("Maximum", "CPUUtilization", 3)]
    taken = take_estate(write(tmp_path, [listed("i-1", "machine", INSTANCE)], first, [scope]), 14)
    names = {name for name, table in find_tables().items() if table.cloud == "aws"}
    names |= {name for name, metric in find_metrics().items() if metric.cloud == "aws"}
    assert taken.incomplete == {name: {("aws", "1", "r"): "UnauthorizedOperation"} for name in names}


def test_every_kind_of_waste_is_looked_for_by_a_check_of_the_inventory_or_by_none() -> None:
    checks = {name: check for name, check in find_checks().items() if isinstance(check, InventoryCheck)}
    named = {name for names in CHECKS.values() for name in names}
    assert named <= checks.keys() and PARTS.keys() <= named
    assert {cloud for cloud, _ in CHECKS} == {kind.cloud for kind in find_estate_kinds().values()}


def test_truth_has_the_names_of_checks_and_what_nobody_looks_for_is_counted() -> None:
    waste = [
        {"cloud": "aws", "check": check, "resource_id": "i", "why": "w"} for check in ("rightsize", "rightsize_cache")
    ]
    decoys = [{"cloud": "aws", "check": "rightsize", "resource_id": "j", "why": "its memory is needed"}]
    truth = {"company": 1, "inventory_waste": waste, "inventory_decoys": decoys, "inventory_tolerated": []}
    found = translate(truth)
    assert [one["check"] for one in found["waste"]] == ["rightsize_instance"]
    assert {one["check"] for one in found["decoys"]} == {"rightsize_instance", "rightsize_instance_cpu"}
    # the one keeps the memory of both
    assert [(one["check"], one["resource_id"]) for one in found["tolerated"]] == [
        ("rightsize_instance_cpu", "i"), ("rightsize_instance_cpu", "j"),
    ]  # fmt: skip
    assert list_unasked(truth) == {"aws rightsize_cache": 1}


@pytest.mark.parametrize("check", ["scaling_floor", "unused_image"])
def test_parts_are_one_finding_of_their_whole(tmp_path: Path, check: str) -> None:
    found = one_volume()
    parts = [replace(found, check_name=check, resource_id=name, monthly_saving=Decimal(3)) for name in ("a/P-1", "p-2")]
    whole = listed("arn:g/web", "group", {}, links={PARTS[check]: ["x/p-1", "x/p-2"]})
    write(tmp_path, [whole, listed("arn:v/vol-1", "disk", {})], [hourly("Sum", "m", 1)])
    (one,) = name_alike(tmp_path, parts)
    assert (one.resource_id, one.monthly_saving, one.monthly_cost) == ("arn:g/web", Decimal(6), 2 * found.monthly_cost)
    # another check's finding of a part is the part's own
    (other,) = name_alike(tmp_path, [replace(found, resource_id="vol-1")])
    assert other.resource_id == "arn:v/vol-1"


def one_volume() -> Any:
    """A finding, whatever it is of."""
    estate: Estate = example()
    return estate.ask("unattached_volume").recommendations[0]
