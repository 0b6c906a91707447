"""Reserved capacity that nobody uses."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

CORE = "N2 Instance Core running in Belgium"


def test_unused_capacity_is_saved_whole(tmp_path: Path) -> None:
    bill = Bill("gcp").add("res-1", CORE, cost="5", capacity_reservation_status="Unused")
    bill.add("res-1", CORE, cost="3", capacity_reservation_status="Used")
    assert bill.savings("unused_reservation", tmp_path) == {"res-1": Decimal("150.00")}


def test_used_covered_free_and_gone_capacity_is_not_found(tmp_path: Path) -> None:
    bill = Bill("gcp").add("res-used", CORE, cost="5", capacity_reservation_status="Used").add("vm", CORE, cost="5")
    bill.add("res-covered", CORE, cost="5", capacity_reservation_status="Unused", pricing_category="Committed")
    bill.add("res-free", CORE, cost="0", capacity_reservation_status="Unused")
    bill.add("res-gone", CORE, cost="5", capacity_reservation_status="Unused", last_days_ago=4)
    assert bill.savings("unused_reservation", tmp_path) == {}


def test_capacity_without_a_name_is_said_to_be_of_its_project(tmp_path: Path) -> None:
    (found,) = (
        Bill("gcp").add(None, CORE, cost="5", capacity_reservation_status="Unused").ask("unused_reservation", tmp_path)
    )
    assert found.reason == "Reserved capacity of account-1 went unused for 150 USD in 30 days"
