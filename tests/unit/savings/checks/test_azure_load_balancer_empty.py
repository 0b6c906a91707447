"""Load balancers with nothing behind them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"sku": "Standard", "backends": 0, "rules": 2}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_load_balancers", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_load_balancer_empty").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "2 rules and nothing behind them" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_load_balancer_empty").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("one machine behind it", {"backends": 1}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_load_balancer_empty")
    assert found.recommendations == [] and found.skipped == [], why


def test_a_scale_set_that_has_no_machine_at_the_moment_is_behind_it() -> None:
    made = example().add("azure_scale_sets", "set", capacity=0, pools=["thing-1/backendaddresspools/a"])
    assert made.savings("azure_load_balancer_empty") == {}
    other = example().add("azure_scale_sets", "set", pools=["thing-10/backendaddresspools/a"])
    assert other.savings("azure_load_balancer_empty") == {"thing-1": Decimal("37.50")}
