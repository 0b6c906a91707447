"""Persistent disks that are attached to nothing."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, add_disk, days_ago, estate
from tests.savings_inventory import Estate

CHECK = "unattached_persistent_disk"


def example() -> Estate:
    made = estate()
    add_disk(made, "alone", detached_at=days_ago(17), attached_at=days_ago(90))
    return made


def test_the_disk_is_saved() -> None:
    assert example().savings(CHECK) == {f"{COMPUTE}/disks/alone": Decimal("60.00")}


def test_one_that_was_never_attached_counts_from_its_day() -> None:
    made = estate()
    add_disk(made, "blank", created_at=days_ago(16))
    add_disk(made, "new", created_at=days_ago(15))
    assert made.savings(CHECK) == {f"{COMPUTE}/disks/blank": Decimal("60.00")}


def test_attached_lately_detached_owned_and_kept_are_not_found() -> None:
    made = estate()
    add_disk(made, "used", users=[f"{COMPUTE}/instances/vm"])
    add_disk(made, "late", detached_at=days_ago(15))
    add_disk(made, "claim", owner="kubernetes")
    add_disk(made, "kept", tags={"legal-hold": "true"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_an_odd_state_is_not_judged() -> None:
    made = estate()
    odd = add_disk(made, "odd", status="FAILED")
    assert [(one.resource_id, one.reason) for one in made.ask(CHECK).skipped] == [(odd, "its state is FAILED")]
