"""Public addresses that belong to nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"sku": "Standard", "allocation": "Static", "ip_address": "20.0.0.1"}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_public_ips", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_public_ip_unused").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "(20.0.0.1) belongs to nothing" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_public_ip_unused").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("in use", {"used_by": "/subscriptions/s/networkInterfaces/n/ipConfigurations/c"}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_public_ip_unused")
    assert found.recommendations == [] and found.skipped == [], why


def test_an_address_that_costs_nothing_is_not_mentioned() -> None:
    made = Estate(Bill(cloud="azure")).add("azure_public_ips", "Thing-1", **PLAIN)
    found = made.ask("azure_public_ip_unused")
    assert found.recommendations == [] and found.skipped == []


INTERFACE = "/subscriptions/s/networkInterfaces/n"


def with_interface(**columns: Any) -> Estate:
    used = f"{INTERFACE.lower()}/ipConfigurations/c"
    return estate(used_by=used).add("azure_network_interfaces", INTERFACE, **columns)


def test_an_address_of_an_interface_that_nothing_has_is_used_by_nobody() -> None:
    (found,) = with_interface().ask("azure_public_ip_unused").recommendations
    assert found.monthly_saving == Decimal("37.5")
    assert "(20.0.0.1) belongs to an interface that nothing has" in found.reason


def test_an_interface_that_something_has_or_people_keep_is_left_alone() -> None:
    for columns in ({"used_by": "/vm"}, {"owner": "Kubernetes"}, {"tags": {"keep": "1"}}):
        assert with_interface(**columns).savings("azure_public_ip_unused") == {}
