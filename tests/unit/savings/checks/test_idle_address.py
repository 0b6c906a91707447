"""Public addresses that nothing uses."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.savings_bill import Bill


@pytest.mark.parametrize(
    ("cloud", "meter"),
    [("aws", "USE1-PublicIPv4:IdleAddress"), ("aws", "ElasticIP:IdleAddress"), ("gcp", "Static Ip Charge")],
)
def test_an_idle_address_saves_what_it_costs(cloud: str, meter: str, tmp_path: Path) -> None:
    assert Bill(cloud).add("ip-1", meter, cost="0.12").savings("idle_address", tmp_path) == {"ip-1": Decimal("3.60")}


def test_a_week_of_idle_hours_is_needed_and_that_it_is_idle_now(tmp_path: Path) -> None:
    bill = Bill().add("ip-week", "PublicIPv4:IdleAddress", cost="0.12", first_days_ago=6)
    bill.add("ip-6-days", "PublicIPv4:IdleAddress", cost="0.12", first_days_ago=5)
    bill.add("ip-used-again", "PublicIPv4:IdleAddress", cost="0.12", last_days_ago=3)
    bill.add("ip-used-again", "PublicIPv4:InUseAddress", cost="0.12", first_days_ago=2)
    assert bill.savings("idle_address", tmp_path) == {"ip-week": Decimal("3.60")}


def test_addresses_in_use_are_not_found(tmp_path: Path) -> None:
    bill = (
        Bill()
        .add("ip-1", "EU-PublicIPv4:InUseAddress", cost="0.12")
        .add("ip-2", "ElasticIP:AdditionalAddress", cost="1")
    )
    assert bill.savings("idle_address", tmp_path) == {}
    (tmp_path / "gcp").mkdir()
    used = Bill("gcp").add("ip-3", "External IP Charge on a Standard VM", cost="0.12")
    assert used.savings("idle_address", tmp_path / "gcp") == {}


def test_addresses_without_an_id_are_counted_by_the_clock(tmp_path: Path) -> None:
    bill = Bill().add(None, "PublicIPv4:IdleAddress", cost="1.20", quantity="240", first_days_ago=3)
    assert bill.savings("idle_address", tmp_path) == {}


def test_each_currency_is_its_own(tmp_path: Path) -> None:
    bill = Bill().add("ip-1", "PublicIPv4:IdleAddress", cost="0.12")
    bill.add("ip-1", "PublicIPv4:IdleAddress", cost="0.10", billing_currency="EUR")
    found = bill.ask("idle_address", tmp_path)
    assert {(one.billing_currency, one.monthly_saving) for one in found} == {
        ("USD", Decimal("3.6")),
        ("EUR", Decimal("3")),
    }


def test_addresses_without_an_id_are_said_to_be_of_their_account(tmp_path: Path) -> None:
    (found,) = Bill().add(None, "PublicIPv4:IdleAddress", cost="0.12").ask("idle_address", tmp_path)
    assert found.reason.startswith("Address of account-1 was billed as idle for 336 hours")
