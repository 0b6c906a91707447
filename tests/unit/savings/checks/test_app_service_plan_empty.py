"""App Service plans without an app."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"tier": "PremiumV3", "size": "P1v3", "workers": 2, "apps": 0}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_app_service_plans", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("app_service_plan_empty").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "(P1v3, 2 workers) has no app" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("app_service_plan_empty").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("one app", {"apps": 1}),
        ("free", {"tier": "Free"}),
        ("billed by use", {"tier": "Dynamic"}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("app_service_plan_empty")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"apps": None}, "how many apps it has is not known"),
    ],
)
def test_what_is_not_known_is_not_judged(columns: dict[str, Any], reason: str) -> None:
    found = estate(**columns).ask("app_service_plan_empty")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]
