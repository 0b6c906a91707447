"""Elastic pools without a database."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"tier": "Standard", "capacity": 100, "created_at": dt.datetime(2026, 1, 1)}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("thing-1", "Meter", cost="1.25")
    return Estate(bill).add("azure_sql_pools", "Thing-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_sql_pool_empty").recommendations
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == (
        "thing-1",
        Decimal("37.5"),
        Decimal("37.5"),
    )
    assert "(Standard, 100) has no database" in found.reason
    assert found.lever == "delete" and found.component == "all"


def test_what_a_commitment_covers_is_apart() -> None:
    made = example()
    made.bill.add("thing-1", "Meter", cost="0.5", pricing_category="Committed")
    (found,) = made.ask("azure_sql_pool_empty").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("37.5"), Decimal(15))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("protected by a tag", {"tags": {"Keep": "yes"}}),
        ("a service makes it again", {"owner": "Kubernetes"}),
        ("made a week ago", {"created_at": dt.datetime(2026, 10, 26)}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_sql_pool_empty")
    assert found.recommendations == [] and found.skipped == [], why


def test_a_pool_with_a_database_is_in_use() -> None:
    assert example().add("azure_sql_databases", "db", pool_id="THING-1").savings("azure_sql_pool_empty") == {}
