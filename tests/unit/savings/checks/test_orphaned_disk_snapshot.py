"""Old snapshots of disks that are gone."""

from decimal import Decimal

from tests.savings_gcp import GLOBAL, days_ago, estate
from tests.savings_inventory import Estate

CHECK = "orphaned_disk_snapshot"


def add(made: Estate, name: str, **columns: object) -> str:
    resource = f"{GLOBAL}/snapshots/{name}"
    plain = {
        "status": "READY", "created_at": days_ago(91), "size_bytes": 2**31, "source_disk": "gone",
        "is_source_there": False, "is_scheduled": False, "billed_as": [],
    }  # fmt: skip
    made.add("gcp_snapshots", resource, **{**plain, **columns})
    made.bill.add(resource, "Storage PD Snapshot in Belgium", cost="0.5", unit="gibibyte month")
    return resource


def example() -> Estate:
    made = estate()
    add(made, "left")
    return made


def test_the_snapshot_is_saved() -> None:
    assert example().savings(CHECK) == {f"{GLOBAL}/snapshots/left": Decimal("15.00")}


def test_of_a_disk_that_is_there_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "there", is_source_there=True)
    add(made, "young", created_at=days_ago(90))
    add(made, "kept", tags={"legal-hold": "case 7"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_one_whose_disk_is_not_known_is_not_judged() -> None:
    made = estate()
    unknown = add(made, "unknown", is_source_there=None)
    odd = add(made, "odd", status="FAILED")
    found = made.ask(CHECK)
    assert found.recommendations == []
    assert {one.resource_id: one.reason for one in found.skipped} == {
        unknown: "whether its disk is still there is not known", odd: "its state is FAILED",
    }  # fmt: skip
