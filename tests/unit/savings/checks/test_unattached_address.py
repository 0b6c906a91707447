"""Addresses on nothing."""

from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate


def address(estate: Estate, name: str, days: int = 30, **columns: Any) -> Estate:
    """An address that is billed as idle for 0.12 a day."""
    estate.add("aws_addresses", name, public_ip="198.51.100.7", **columns)
    arn = f"arn:aws:ec2:region-1:account-1:elastic-ip/{name}"
    estate.bill.add(arn, "EUC1-PublicIPv4:IdleAddress", cost="0.12", first_days_ago=days - 1)
    return estate


def example() -> Estate:
    return address(Estate(), "eipalloc-1")


def test_its_hours_are_saved() -> None:
    arn = "arn:aws:ec2:region-1:account-1:elastic-ip/eipalloc-1"
    assert example().savings("unattached_address") == {arn: Decimal("3.60")}


def test_what_is_used_or_managed_is_left_alone() -> None:
    estate = address(Estate(), "eipalloc-used", associated_with="eipassoc-1")
    address(estate, "eipalloc-nat", managed_by="nlb")
    address(estate, "eipalloc-own", pool="ipv4pool-ec2-1")
    address(estate, "eipalloc-new", days=6)
    address(estate, "eipalloc-kept", tags={"protected": "true"})
    estate.add("aws_addresses", "eipalloc-unbilled")
    found = estate.ask("unattached_address")
    assert not found.recommendations
    why = {one.resource_id.rpartition("/")[2]: one.reason for one in found.skipped}
    assert set(why) == {"eipalloc-new", "eipalloc-kept", "eipalloc-unbilled"}
    assert why["eipalloc-new"] == "billed as idle on 6 day(s), 7 are needed"
