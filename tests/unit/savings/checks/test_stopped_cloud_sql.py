"""Stopped Cloud SQL instances that are still stored."""

from decimal import Decimal

from tests.savings_gcp import add_database, days_ago, estate
from tests.savings_inventory import Estate

CHECK = "stopped_cloud_sql"


def example() -> Estate:
    made = estate()
    add_database(made, "stopped", activation_policy="NEVER")
    return made


def test_its_storage_is_saved() -> None:
    assert list(example().savings(CHECK).values()) == [Decimal("30.00")]


def test_one_that_ran_this_month_is_not_found() -> None:
    made = example()
    resource = made.rows["gcp_databases"][0]["resource_id"]
    made.bill.add(
        resource, "Cloud SQL for PostgreSQL: Zonal - vCPU in Belgium", cost="1", first_days_ago=20, last_days_ago=20
    )
    assert made.savings(CHECK) == {}


def test_running_young_and_kept_are_not_found() -> None:
    made = estate()
    add_database(made, "runs")
    add_database(made, "young", activation_policy="NEVER", created_at=days_ago(30))
    add_database(made, "kept", activation_policy="NEVER", tags={"keep": "x"})
    assert made.savings(CHECK) == {}


def test_one_that_the_bill_has_nothing_of_is_said() -> None:
    made = example()
    made.bill.rows.clear()
    made.bill.add("other", "Storage Image", cost="1")
    assert [one.reason for one in made.ask(CHECK).skipped] == ["the bill of the last 30 days has no such cost of it"]
