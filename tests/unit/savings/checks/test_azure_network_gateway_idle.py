"""Gateways of virtual networks that connect nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"kind": "Vpn", "sku": "VpnGw1", "connections": 0, "takes_clients": False}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_virtual_network_gateways", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_network_gateway_idle").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "(Vpn, VpnGw1) has no connection" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_network_gateway_idle").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("one connection", {"connections": 1}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_network_gateway_idle")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"takes_clients": True}, "it takes clients, and whether any come is not known"),
    ],
)
def test_what_is_not_known_is_not_judged(columns: dict[str, Any], reason: str) -> None:
    found = estate(**columns).ask("azure_network_gateway_idle")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]
