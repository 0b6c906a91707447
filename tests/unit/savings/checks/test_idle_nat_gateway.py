"""NAT gateways that nothing passes through."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def gateway(estate: Estate, name: str, measured: Any = 0.0, **columns: Any) -> Estate:
    """A gateway for 1.08 a day."""
    estate.add("aws_nat_gateways", name, **{"state": "available", "created_at": OLD, **columns})
    estate.bill.add(f"arn:aws:ec2:region-1:account-1:natgateway/{name}", "NatGateway-Hours", cost="1.08")
    if measured is not None:
        estate.measure("aws_nat_gateway_bytes", name, measured)
    return estate


def example() -> Estate:
    return gateway(Estate(), "nat-1")


def test_its_hours_are_saved() -> None:
    arn = "arn:aws:ec2:region-1:account-1:natgateway/nat-1"
    assert example().savings("idle_nat_gateway") == {arn: Decimal("32.40")}


def test_what_carries_anything_is_left_alone() -> None:
    # 336 hours of 3,000 bytes are 1.008 MB
    estate = gateway(Estate(), "nat-little", 3000.0)
    gateway(estate, "nat-night", [0.0] * 330 + [5e6] * 6)
    gateway(estate, "nat-pending", state="pending")
    gateway(estate, "nat-unmeasured", None)
    gateway(estate, "nat-new", created_at=dt.datetime(2026, 10, 28))
    found = estate.ask("idle_nat_gateway")
    assert not found.recommendations
    assert {one.resource_id.rpartition("/")[2] for one in found.skipped} == {"nat-unmeasured", "nat-new"}
