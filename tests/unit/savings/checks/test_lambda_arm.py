"""Functions on x86 and on Arm."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

SECONDS: dict[str, Any] = {"unit": "GB-Seconds", "quantity": "1000"}


def test_duration_and_provisioned_concurrency_save_a_fifth(tmp_path: Path) -> None:
    bill = Bill().add("f-1", "EU-Lambda-GB-Second", cost="1", **SECONDS)
    bill.add("f-1", "EU-Lambda-Provisioned-Concurrency", cost="0.50", **SECONDS)
    bill.add("f-1", "EU-Request", cost="7", unit="Requests")
    assert bill.savings("lambda_arm", tmp_path) == {"f-1": Decimal("9.00")}


def test_the_own_price_of_arm_counts(tmp_path: Path) -> None:
    bill = Bill().add("f-1", "Lambda-GB-Second", cost="1", **SECONDS)
    bill.add("f-arm", "Lambda-GB-Second-ARM", cost="0.60", **SECONDS)
    assert bill.savings("lambda_arm", tmp_path) == {"f-1": Decimal("12.00")}


def test_what_a_plan_covers_is_counted_apart(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"pricing_category": "Committed", "commitment_discount_status": "Used"}
    bill = Bill().add("f-1", "Lambda-GB-Second", cost="1", **SECONDS)
    bill.add("f-1", "Lambda-GB-Second", cost="3", **SECONDS, **plan)
    bill.add("f-covered", "Lambda-GB-Second", cost="3", **SECONDS, **plan)
    (found,) = bill.ask("lambda_arm", tmp_path)
    assert (found.resource_id, found.monthly_saving, found.covered_cost) == ("f-1", Decimal(6), Decimal(90))


def test_arm_edge_and_changed_functions_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("f-arm", "Lambda-GB-Second-ARM", cost="1", **SECONDS)
    bill.add("f-edge", "Lambda-Edge-GB-Second", cost="1", **SECONDS)
    bill.add("f-changed", "Lambda-GB-Second", cost="1", last_days_ago=5, **SECONDS)
    bill.add("f-changed", "Lambda-GB-Second-ARM", cost="1", first_days_ago=4, **SECONDS)
    assert bill.savings("lambda_arm", tmp_path) == {}
