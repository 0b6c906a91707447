"""ExpressRoute circuits that their provider never set up."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"provider": "Telco", "provider_state": "NotProvisioned", "is_direct": False}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_express_route_circuits", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("express_route_unprovisioned").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "is NotProvisioned at its provider" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("express_route_unprovisioned").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("set up", {"provider_state": "Provisioned"}),
        ("being set up", {"provider_state": "Provisioning"}),
        ("a port of one's own", {"is_direct": True}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("express_route_unprovisioned")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"provider_state": None}, "its state at the provider is not known"),
    ],
)
def test_what_is_not_known_is_not_judged(columns: dict[str, Any], reason: str) -> None:
    found = estate(**columns).ask("express_route_unprovisioned")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]


def test_a_circuit_of_three_weeks_may_still_be_set_up() -> None:
    made = Estate(Bill(cloud="azure").add("thing-1", "Meter", cost="1", first_days_ago=20)).add(
        "azure_express_route_circuits", "Thing-1", **PLAIN
    )
    found = made.ask("express_route_unprovisioned")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["it was billed on 21 days, which are too few"]
