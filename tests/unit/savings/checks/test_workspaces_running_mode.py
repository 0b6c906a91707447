"""Desktops in AutoStop, and the hours at which a month costs as much."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

USAGE = "EU-AW-HW-2-AutoStop-Usage"


def desktop(bill: Bill, name: str, hours_a_day: str, usage_type: str = USAGE, **columns: Any) -> Bill:
    """A desktop at 0.30 an hour."""
    cost = Decimal(hours_a_day) * Decimal("0.30")
    return bill.add(name, usage_type, cost=cost, quantity=hours_a_day, x_service_code="AmazonWorkSpaces", **columns)


def test_the_hours_over_break_even_are_saved(tmp_path: Path) -> None:
    # 300 hours less 84.2, at 0.30
    bill = desktop(Bill(), "ws-1", "10").add("ws-1", "EU-AW-HW-2-AutoStop-User", cost="0.325", quantity="0.033")
    (found,) = bill.ask("workspaces_running_mode", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("90.000000000000"), Decimal("64.740000000000"))
    assert "was used 300 hours in 30 days, 300 in those before" in found.reason


def test_few_hours_one_busy_month_other_licences_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    bill = desktop(Bill(), "ws-few", "2.8")
    desktop(bill, "ws-near", "3.08")
    desktop(bill, "ws-new", "10", first_days_ago=29)
    desktop(bill, "ws-own-licence", "10", "EU-AW-HWU-3-AutoStop-Usage")
    desktop(bill, "ws-always-on", "10", "EU-AW-HW-2")
    desktop(bill, "ws-unknown", "10", "EU-AW-HW-5-AutoStop-Usage")
    desktop(bill, "ws-gone", "10", last_days_ago=5)
    assert bill.savings("workspaces_running_mode", tmp_path) == {}
