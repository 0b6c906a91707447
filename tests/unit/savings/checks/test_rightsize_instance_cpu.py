"""Instances that would do with half the vCPUs and the same memory."""

import json
from decimal import Decimal

from tests.savings_inventory import Estate
from tests.unit.savings.checks.test_rightsize_instance import instance, types


def both() -> Estate:
    return types(types(Estate()), "r5", 8)


def example() -> Estate:
    return instance(both(), "i-1", memory=None)


def test_the_family_for_more_memory_has_it_for_less() -> None:
    # m5.2xlarge and r5.xlarge have 32 GiB; 276.48 x (1 - 0.126 / 0.192)
    (one,) = example().ask("rightsize_instance_cpu").recommendations
    assert json.loads(one.evidence)["target_type"] == "r5.xlarge"
    assert one.monthly_saving is not None and one.monthly_saving.quantize(Decimal("0.01")) == Decimal("95.04")


def test_an_own_price_goes_before_the_list() -> None:
    estate = example()
    estate.bill.add("i-other", "BoxUsage:r5.xlarge", cost="4.80", x_operation="RunInstances")
    assert estate.savings("rightsize_instance_cpu") == {"i-1": Decimal("132.48")}


def test_who_needs_it_is_left_alone() -> None:
    estate = both()
    instance(estate, "i-near", 42.0, None)
    instance(estate, "i-network", network=6e11)
    instance(estate, "i-windows", billed={"x_operation": "RunInstances:0002"})
    instance(estate, "i-smallest", kind="m5.large")
    instance(estate, "i-memory-already", kind="r5.2xlarge")
    instance(estate, "i-unmeasured", None)
    instance(estate, "i-nodes", tags={"eks:nodegroup-name": "main"})
    instance(estate, "i-kept", tags={"do-not-delete": "yes"})
    found = estate.ask("rightsize_instance_cpu")
    assert not found.recommendations
    assert {one.resource_id for one in found.skipped} == {"i-unmeasured", "i-nodes", "i-kept"}
