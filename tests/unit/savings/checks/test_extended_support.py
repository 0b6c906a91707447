"""Databases in paid extended support."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "Cloud SQL for PostgreSQL: Zonal - Enterprise Plus Extended support vCPU v13 in Northern Virginia"


def test_the_whole_fee_is_saved(tmp_path: Path) -> None:
    bill = Bill("gcp").add("db-1", METER, cost="2").add("db-1", "Cloud SQL for PostgreSQL: Zonal - vCPU", cost="4")
    (found,) = bill.ask("extended_support", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("db-1", Decimal(60), Decimal(60))
    assert found.reason == "db-1 pays 60 USD in 30 days for extended support of an old version v13"


def test_waived_fees_other_clouds_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill("gcp").add("db-waived", METER, cost="0").add("db-gone", METER, cost="2", last_days_ago=4)
    bill.add("db-penny", METER, cost="0.03").add(None, METER, cost="2")
    bill.add("db-aws", METER, cost="2", provider_name="AWS")
    assert bill.savings("extended_support", tmp_path) == {}
