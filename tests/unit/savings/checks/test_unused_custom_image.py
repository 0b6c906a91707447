"""Custom images that nothing is made of."""

from decimal import Decimal

from tests.savings_gcp import GLOBAL, days_ago, estate
from tests.savings_inventory import Estate

CHECK = "unused_custom_image"


def add(made: Estate, name: str, **columns: object) -> str:
    resource = f"{GLOBAL}/images/{name}"
    plain = {
        "status": "READY", "created_at": days_ago(120), "size_bytes": 2**32, "is_used": False, "billed_as": [],
    }  # fmt: skip
    made.add("gcp_images", resource, **{**plain, **columns})
    made.bill.add(resource, "Storage Image", cost="0.2", unit="gibibyte month")
    return resource


def example() -> Estate:
    made = estate()
    add(made, "build-1", family="build")
    add(made, "build-2", family="build", created_at=days_ago(100))
    return made


def test_an_older_one_of_its_family_is_saved_and_the_newest_is_kept() -> None:
    assert example().savings(CHECK) == {f"{GLOBAL}/images/build-1": Decimal("6.00")}


def test_used_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "used", is_used=True)
    add(made, "young", created_at=days_ago(90))
    add(made, "kept", tags={"protected": "true"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_one_that_may_be_used_is_not_judged() -> None:
    made = estate()
    unknown = add(made, "unknown", is_used=None)
    assert [(one.resource_id, one.reason) for one in made.ask(CHECK).skipped] == [
        (unknown, "not all disks and templates that may use it could be read")
    ]
