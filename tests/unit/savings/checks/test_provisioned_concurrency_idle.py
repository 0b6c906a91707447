"""Provisioned concurrency, used and unused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

KEPT, USED = "EU-Lambda-Provisioned-Concurrency", "EU-Lambda-Provisioned-GB-Second"
SECONDS: dict[str, Any] = {"unit": "GB-Seconds", "quantity": "1000"}


def test_what_is_kept_and_not_used_saves_all_of_it(tmp_path: Path) -> None:
    bill = Bill().add("f-1", KEPT, cost="0.36", **SECONDS).add("f-arm", f"{KEPT}-ARM", cost="0.30", **SECONDS)
    # calls of another version
    bill.add("f-1", "EU-Lambda-GB-Second", cost="1", **SECONDS)
    assert bill.savings("provisioned_concurrency_idle", tmp_path) == {"f-1": Decimal("10.80"), "f-arm": Decimal("9.00")}


def test_used_new_removed_and_covered_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("f-used", KEPT, cost="0.36", **SECONDS)
    bill.add("f-used", USED, cost="0", unit="GB-Seconds", quantity="0.5", first_days_ago=20, last_days_ago=20)
    bill.add("f-new", KEPT, cost="0.36", first_days_ago=5, **SECONDS)
    bill.add("f-removed", KEPT, cost="0.36", last_days_ago=4, **SECONDS)
    bill.add("f-removed", "EU-Lambda-GB-Second", cost="1", **SECONDS)
    plan: dict[str, Any] = {"pricing_category": "Committed", "commitment_discount_status": "Used"}
    bill.add("f-covered", KEPT, cost="0.36", **SECONDS, **plan)
    assert bill.savings("provisioned_concurrency_idle", tmp_path) == {}
