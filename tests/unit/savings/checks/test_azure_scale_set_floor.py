"""Scale sets that are kept at more machines than they need."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

VM: dict[str, Any] = {"x_sku_meter_category": "Virtual Machines"}
PLAIN: dict[str, Any] = {
    "size": "Standard_D2s_v5",
    "capacity": 8,
    "is_flexible": False,
    "priority": "Regular",
    "is_autoscaled": True,
    "floor": 8,
    "zones": 3,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(cpu: Any = 15, free: Any = 60, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("set-1", "D2s v5", cost="18.432", quantity="192", **VM)
    made = Estate(bill).add("azure_scale_sets", "Set-1", **(PLAIN | columns))
    for metric, values in (("azure_scale_set_cpu", cpu), ("azure_scale_set_memory", free)):
        if values is not None:
            made.measure(metric, "Set-1", values)
    return made


def example() -> Estate:
    return estate()


def test_the_machines_that_are_too_many_are_saved() -> None:
    # CPU: 8 x 15 / 60 are 2; memory: 8 x (40 - 20) / (80 - 20) are 2.7; three zones: three are left
    (found,) = example().ask("azure_scale_set_floor").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("552.96"), Decimal("345.6"))
    assert "of its 8 machines in 99 of 100 hours; 3 do" in found.reason


def test_a_fixed_number_is_a_floor_too() -> None:
    made = estate(is_autoscaled=False, floor=None, zones=0, cpu=30)
    assert made.savings("azure_scale_set_floor") == {"set-1": Decimal("276.48")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("eight are needed", estate(cpu=53)),
        ("busy at night only", estate(cpu=[60.0 if hour % 24 == 2 else 5.0 for hour in range(336)])),
        ("its memory", estate(free=25)),
        ("scaled out", estate(floor=4)),
        ("the least of it is not known", estate(floor=None)),
        ("as many as zones", estate(capacity=3, floor=3)),
        ("Spot", estate(priority="Spot")),
        ("flexible", estate(is_flexible=True)),
        ("a pool of Kubernetes", estate(owner="Kubernetes")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_scale_set_floor")
    assert found.recommendations == [] and found.skipped == [], why


def test_memory_that_is_not_known_is_not_judged() -> None:
    found = estate(free=None).ask("azure_scale_set_floor")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["its memory: measured on 0 days, which are too few"]
