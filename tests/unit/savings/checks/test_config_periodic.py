"""Configuration items, continuous and daily."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "USE2-ConfigurationItemRecorded"


def test_resources_that_change_often_cost_less_daily(tmp_path: Path) -> None:
    # 200 and 40 items a day at 0.003: 0.72 a day; two daily ones at 0.012: 0.024
    bill = Bill().add("eni-1", METER, cost="0.60", quantity="200", unit="ConfigurationItems")
    bill.add("eni-2", METER, cost="0.12", quantity="40", unit="ConfigurationItems")
    (found,) = bill.ask("config_periodic", tmp_path)
    assert found.resource_id == ""
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("21.6"), Decimal("20.88"))


def test_resources_that_change_seldom_stay(tmp_path: Path) -> None:
    bill = Bill()
    for number in range(100):
        bill.add(f"sg-{number}", METER, cost="0.012", quantity="4", unit="ConfigurationItems")
    assert bill.savings("config_periodic", tmp_path) == {}


def test_without_resources_the_saving_is_not_known(tmp_path: Path) -> None:
    bill = Bill().add(None, METER, cost="0.60", quantity="200", unit="ConfigurationItems")
    (found,) = bill.ask("config_periodic", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(18), None)


def test_little_of_it_daily_items_and_what_ended_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add(None, METER, cost="0.30", quantity="100", unit="ConfigurationItems")
    bill.add(None, f"{METER}Daily", cost="9", quantity="750", unit="ConfigurationItems", region_id="region-2")
    bill.add(None, METER, cost="9", quantity="750", unit="ConfigurationItems", region_id="region-3", last_days_ago=4)
    assert bill.savings("config_periodic", tmp_path) == {}


def test_recorders_are_not_what_changed(tmp_path: Path) -> None:
    bill = Bill()
    for name in ("default", "service-linked"):
        recorder = f"arn:aws:config:eu-west-1:1:config-recorder/{name}"
        bill.add(recorder, METER, cost="0.30", quantity="100", unit="ConfigurationItems")
    (found,) = bill.ask("config_periodic", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(18), None)
