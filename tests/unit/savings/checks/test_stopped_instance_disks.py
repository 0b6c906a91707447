"""Disks of VMs that stay stopped."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, add_disk, add_vm, days_ago, estate
from tests.savings_inventory import Estate

CHECK = "stopped_instance_disks"


def add(made: Estate, name: str, stopped: int | None = 60, status: str = "TERMINATED", **columns: object) -> str:
    at = None if stopped is None else days_ago(stopped)
    vm = add_vm(made, f"vm-{name}", cost="0", status=status, stopped_at=at, **columns)  # type: ignore[arg-type]
    return add_disk(made, name, users=[vm])


def example() -> Estate:
    made = estate()
    add(made, "old")
    return made


def test_the_disk_is_saved() -> None:
    made = example()
    assert made.savings(CHECK) == {f"{COMPUTE}/disks/old": Decimal("60.00")}
    (found,) = made.ask(CHECK).recommendations
    assert "vm-old, stopped for 59 days" in found.reason


def test_a_disk_that_somebody_else_uses_too_is_left_alone() -> None:
    made = example()
    running = add_vm(made, "runs")
    made.rows["gcp_disks"][0]["users"].append(running)
    assert made.savings(CHECK) == {}


def test_stopped_last_month_running_owned_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "late", stopped=30)
    add(made, "runs", status="RUNNING", stopped=90)
    add(made, "owned", owner="goog-dataproc-cluster-name")
    add(made, "kept", tags={"Keep": ""})
    add_disk(made, "alone")
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_a_vm_whose_stop_is_not_known_is_not_judged() -> None:
    made = estate()
    unknown = add(made, "unknown", stopped=None)
    lost = add_disk(made, "lost", users=[f"{COMPUTE}/instances/nobody"])
    found = made.ask(CHECK)
    assert found.recommendations == []
    assert {one.resource_id: one.reason for one in found.skipped} == dict.fromkeys(
        (unknown, lost), "since when its VMs are stopped is not known"
    )
