"""Instances whose work fits on a smaller size."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_inventory import Estate


def types(estate: Estate, family: str = "m5", gib: int = 4, **columns: Any) -> Estate:
    """Four sizes of a family, with so many GiB a vCPU."""
    for size, vcpus in (("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16)):
        plain = {
            "vcpus": vcpus, "memory_mib": vcpus * gib * 1024, "network_gbps": vcpus * 0.3, "storage_gb": 0,
            "architecture": "x86_64", "maker": "Intel", "is_burstable": False, "is_metal": False,
            "has_accelerators": False,
        }  # fmt: skip
        estate.add("aws_instance_types", f"{family}.{size}", **{**plain, **columns})
    return estate


def instance(
    estate: Estate,
    name: str,
    cpu: Any = 18.0,
    memory: Any = 15.0,
    network: Any = 1e9,
    *,
    kind: str = "m5.2xlarge",
    billed: dict[str, Any] | None = None,
    **columns: Any,
) -> Estate:
    """An instance of 0.384 an hour; a GB in an hour is 0.002 Gbps."""
    plain = {
        "state": "running", "instance_type": kind, "lifecycle": "on-demand", "launched_at": dt.datetime(2026, 1, 1),
    }  # fmt: skip
    estate.add("aws_instances", name, **{**plain, **columns})
    estate.bill.add(name, f"BoxUsage:{kind}", cost="9.216", **{"x_operation": "RunInstances", **(billed or {})})
    for metric, values in (("cpu", cpu), ("memory", memory), ("network", network)):
        if values is not None:
            estate.measure(f"aws_instance_{metric}", name, values)
    return estate


def example() -> Estate:
    return instance(types(Estate()), "i-1")


def test_a_quarter_of_the_size_costs_a_quarter() -> None:
    # 18 % of 8 vCPUs and a fifth are 1.73; 15 % of 32 GiB and a fifth are 5.8: m5.large has 2 and 8
    (one,) = example().ask("rightsize_instance").recommendations
    assert one.monthly_saving == Decimal("276.48") * Decimal("0.75")
    assert json.loads(one.evidence)["target_type"] == "m5.large"


@pytest.mark.parametrize(
    ("cpu", "memory", "network", "target"),
    [
        # half a size more: 40 % of 8 and a fifth are 3.84 vCPUs
        (40.0, 15.0, 1e9, "m5.xlarge"),
        # 40 % of 32 GiB and a fifth are 15.4
        (18.0, 40.0, 1e9, "m5.xlarge"),
        # 0.35 Gbps are more than half of 0.6, not of 1.2
        (18.0, 15.0, 1.575e11, "m5.xlarge"),
    ],
)
def test_whichever_is_scarcest_decides(cpu: float, memory: float, network: float, target: str) -> None:
    (one,) = instance(types(Estate()), "i-1", cpu, memory, network).ask("rightsize_instance").recommendations
    assert json.loads(one.evidence)["target_type"] == target


def test_an_own_price_goes_before_the_size() -> None:
    estate = example()
    estate.bill.add("i-other", "BoxUsage:m5.large", cost="1.44", x_operation="RunInstances")
    # 24 x 30 x (0.384 - 0.06)
    assert estate.savings("rightsize_instance") == {"i-1": Decimal("233.28")}


def test_who_needs_it_is_left_alone() -> None:
    estate = types(types(types(Estate()), "m5d", storage_gb=75), "t3", is_burstable=True)
    # 42 % and a fifth are more than half
    instance(estate, "i-near", 42.0)
    instance(estate, "i-full", memory=[10.0] * 335 + [43.0])
    night = [5.0] * 336
    night[2::24] = [90.0] * 14
    instance(estate, "i-nights", night)
    instance(estate, "i-network", network=6e11)
    instance(estate, "i-disks", kind="m5d.2xlarge")
    instance(estate, "i-credits", kind="t3.2xlarge")
    instance(estate, "i-spot", lifecycle="spot")
    instance(estate, "i-covered", billed={"pricing_category": "Committed"})
    # Red Hat's price does not halve
    instance(estate, "i-licence", billed={"x_operation": "RunInstances:0010"})
    instance(estate, "i-unmeasured", None)
    instance(estate, "i-memory", memory=None)
    instance(estate, "i-memory-and-busy", 80.0, None)
    instance(estate, "i-group", tags={"aws:autoscaling:groupName": "web"})
    instance(estate, "i-kept", tags={"do-not-delete": "yes"})
    found = estate.ask("rightsize_instance")
    assert not found.recommendations
    why = {one.resource_id: one.reason for one in found.skipped}
    assert set(why) == {"i-unmeasured", "i-memory", "i-group", "i-kept"}
    assert why["i-memory"].startswith("its processor would fit on m5.large, but its memory was measured on 0 day(s)")


def test_what_was_changed_since_is_not_found_again() -> None:
    # billed as what it was; the inventory has what it is
    estate = example()
    estate.rows["aws_instances"][0]["instance_type"] = "m5.large"
    assert estate.savings("rightsize_instance") == {}
