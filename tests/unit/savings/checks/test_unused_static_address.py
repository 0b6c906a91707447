"""Static addresses that nothing uses."""

from decimal import Decimal

from tests.savings_gcp import days_ago, estate
from tests.savings_inventory import Estate

CHECK = "unused_static_address"
REGIONAL = "//compute.googleapis.com/projects/account-1/regions/region-1/addresses"


def add(made: Estate, name: str, **columns: object) -> None:
    plain = {"status": "RESERVED", "address_type": "EXTERNAL", "created_at": days_ago(16), "users": [], "billed_as": []}
    made.add("gcp_addresses", f"{REGIONAL}/{name}", **{**plain, **columns})
    made.bill.add(f"{REGIONAL}/{name}", "Static Ip Charge in Belgium", cost="0.24")


def example() -> Estate:
    made = estate()
    add(made, "left")
    return made


def test_the_address_is_saved() -> None:
    assert example().savings(CHECK) == {f"{REGIONAL}/left": Decimal("7.20")}


def test_used_internal_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "used", status="IN_USE", users=["vm"])
    add(made, "inside", address_type="INTERNAL")
    add(made, "young", created_at=days_ago(15))
    add(made, "kept", tags={"retain": "1"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_a_global_one_is_found_whatever_region_the_bill_says() -> None:
    made = estate()
    name = "//compute.googleapis.com/projects/account-1/global/addresses/front"
    made.add(
        "gcp_addresses", name, region="", status="RESERVED", address_type="EXTERNAL", created_at=days_ago(99), users=[]
    )
    made.bill.add(name, "Static Ip Charge", cost="0.24", region_id=None)
    assert made.savings(CHECK) == {name: Decimal("7.20")}
