"""Fargate tasks on x86 and on Arm."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

VCPU, MEMORY = "EU-Fargate-vCPU-Hours:perCPU", "EU-Fargate-GB-Hours"
TASK = "arn:aws:ecs:eu-west-1:1:task/shop/"


def test_vcpu_and_memory_save_a_fifth(tmp_path: Path) -> None:
    bill = Bill().add("task-1", VCPU, cost="1").add("task-1", MEMORY, cost="0.50")
    assert bill.savings("fargate_arm", tmp_path) == {"task-1": Decimal("9.00")}


def test_the_own_prices_of_vcpu_count(tmp_path: Path) -> None:
    bill = Bill().add("task-1", VCPU, cost="1")
    bill.add("task-arm", "EU-Fargate-ARM-vCPU-Hours:perCPU", cost="0.70")
    assert bill.savings("fargate_arm", tmp_path) == {"task-1": Decimal("9.00")}


def test_the_own_price_of_memory_is_its_own(tmp_path: Path) -> None:
    bill = Bill().add("task-1", VCPU, cost="1").add("task-1", MEMORY, cost="0.50")
    bill.add("task-arm", "EU-Fargate-ARM-vCPU-Hours:perCPU", cost="0.70")
    bill.add("task-arm", "EU-Fargate-ARM-GB-Hours", cost="0.45")
    # 30 x 0.30 and 30 x 0.05
    assert bill.savings("fargate_arm", tmp_path) == {"task-1": Decimal("10.50")}


def test_short_lived_tasks_are_added_up_by_their_cluster(tmp_path: Path) -> None:
    bill = Bill()
    for number in range(10):
        bill.add(f"{TASK}{number}", VCPU, cost="1", first_days_ago=3 * number + 2, last_days_ago=3 * number)
    (found,) = bill.ask("fargate_arm", tmp_path)
    assert (found.resource_id, found.monthly_cost) == ("arn:aws:ecs:eu-west-1:1:cluster/shop", Decimal(30))
    assert found.monthly_saving == Decimal(6)


def test_spot_windows_storage_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("spot", "EU-SpotUsage-Fargate-vCPU-Hours:perCPU", cost="1", pricing_category="Dynamic")
    bill.add("windows", "EU-Fargate-Windows-vCPU-Hours:perCPU", cost="1")
    bill.add("disk", "EU-Fargate-EphemeralStorage-GB-Hours", cost="1")
    bill.add("arm", "EU-Fargate-ARM-GB-Hours", cost="1")
    bill.add("gone", VCPU, cost="1", last_days_ago=4)
    bill.add(f"{TASK}once", VCPU, cost="1", first_days_ago=1)
    assert bill.savings("fargate_arm", tmp_path) == {}


def test_what_a_plan_covers_is_counted_apart(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"pricing_category": "Committed", "commitment_discount_status": "Used"}
    bill = Bill().add("task-1", VCPU, cost="1").add("task-1", VCPU, cost="2", **plan)
    (found,) = bill.ask("fargate_arm", tmp_path)
    assert (found.monthly_saving, found.covered_cost) == (Decimal(6), Decimal(60))
