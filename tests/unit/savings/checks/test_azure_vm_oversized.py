"""Machines that a smaller size of the same family would do for."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

GIB = 1024**3
VM: dict[str, Any] = {"x_sku_meter_category": "Virtual Machines", "x_sku_meter_subcategory": "Dsv5 Series"}
PLAIN: dict[str, Any] = {
    "size": "Standard_D8s_v5",
    "power_state": "running",
    "priority": "Regular",
    "data_disks": 2,
    "has_ephemeral_disk": False,
    "is_on_host": False,
    "created_at": dt.datetime(2026, 1, 1),
}
SIZE: dict[str, Any] = {
    "family": "standardDSv5Family",
    "takes_premium_disks": True,
    "local_disk_mib": 0,
    "is_constrained": False,
    "is_offered": True,
}


def estate(
    cpu: Any = 20, free_gib: float | None = 24, megabytes: float | None = 100, target: Any = None, **columns: Any
) -> Estate:
    """A D8s v5 of 9.216 a day; with 4 vCPUs and 16 GiB it has a smaller one, and with 2 and 8 another."""
    bill = Bill(cloud="azure").add("vm-1", "D8s v5", cost="9.216", **VM)
    made = Estate(bill).add("azure_virtual_machines", "VM-1", **(PLAIN | columns))
    for vcpus, disks in ((2, 4), (4, 8), (8, 16)):
        size = SIZE | {"vcpus": vcpus, "memory_gib": vcpus * 4, "most_data_disks": disks}
        made.add("azure_vm_sizes", f"Standard_D{vcpus}s_v5", **size | (target or {} if vcpus < 8 else {}))
    if cpu is not None:
        made.measure("azure_vm_cpu", "VM-1", cpu)
    if free_gib is not None:
        made.measure("azure_vm_memory", "VM-1", free_gib * GIB)
    if megabytes is not None:
        made.measure("azure_vm_network_in", "VM-1", megabytes * 1e6)
        made.measure("azure_vm_network_out", "VM-1", megabytes * 1e6)
    return made


def example() -> Estate:
    return estate()


def test_the_share_of_vcpus_that_are_less_is_saved() -> None:
    # 20 % of 8 are 40 % of 4 and 80 % of 2; 8 of 32 GiB are in use
    (found,) = example().ask("azure_vm_oversized").recommendations
    assert found.monthly_cost == Decimal("276.48") and found.monthly_saving == Decimal("138.24")
    assert found.reason.startswith("vm-1 (Standard_D8s_v5, 8 vCPUs) used at most 20 % of its CPU")
    assert "8 of 32 GiB; as Standard_D4s_v5" in found.reason


def test_the_smallest_that_fits_is_proposed() -> None:
    # 5 % of 8 are 20 % of 2; 5 of 32 GiB are 62.5 % of 8
    assert estate(cpu=5, free_gib=27).savings("azure_vm_oversized") == {"vm-1": Decimal("207.36")}


def test_the_customers_own_price_goes_before_the_share() -> None:
    made = estate()
    made.bill.add("vm-2", "D4s v5", cost="3.6864", **VM)
    # 3.6864 of 9.216 a day are 40 %
    assert made.savings("azure_vm_oversized") == {"vm-1": Decimal("165.89")}
    dearer = estate()
    dearer.bill.add("vm-2", "D4s v5", cost="9.5", **VM)
    assert dearer.savings("azure_vm_oversized") == {}


def test_a_price_under_another_system_is_not_this_ones() -> None:
    made = estate()
    made.bill.add("vm-2", "D4s v5", cost="3.6864", **VM | {"x_sku_meter_subcategory": "Dsv5 Series Windows"})
    assert made.savings("azure_vm_oversized") == {"vm-1": Decimal("138.24")}


def test_what_a_commitment_covers_and_spot_are_apart() -> None:
    made = estate()
    made.bill.add("vm-1", "D8s v5", cost="4", pricing_category="Committed", **VM)
    made.bill.add("vm-1", "D8s v5 Spot", cost="1", pricing_category="Dynamic", **VM)
    (found,) = made.ask("azure_vm_oversized").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("138.24"), Decimal(120))


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("31 % of 8 are 62 % of 4", estate(cpu=31)),
        ("busy at night only", estate(cpu=[70.0 if hour % 24 == 2 else 5.0 for hour in range(336)])),
        ("one hour in two weeks at half", estate(cpu=[5.0] * 335 + [50.0])),
        ("13 of 16 GiB", estate(free_gib=19)),
        ("its network", estate(megabytes=200_000)),
        ("more disks than the smaller one takes", estate(data_disks=9)),
        ("the smaller ones are not offered there", estate(target={"is_offered": False})),
        ("fewer vCPUs at the price of all", estate(target={"is_constrained": True})),
        ("the smaller ones take no premium disks", estate(target={"takes_premium_disks": False})),
        ("a temporary disk that it does not have now", estate(target={"local_disk_mib": 76800})),
        ("another family", estate(target={"family": "standardDLSv5Family"})),
        ("Spot", estate(priority="Spot")),
        ("a system disk that resizing empties", estate(has_ephemeral_disk=True)),
        ("deallocated", estate(power_state="deallocated")),
        ("Kubernetes'", estate(owner="Kubernetes")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_vm_oversized")
    assert found.recommendations == [] and found.skipped == [], why


def test_a_burstable_size_has_credits_that_are_not_seen() -> None:
    made = estate()
    for row in made.rows["azure_vm_sizes"]:
        row["family"] = "standardBSFamily"
    found = made.ask("azure_vm_oversized")
    assert found.recommendations == [] and found.skipped == []


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (estate(free_gib=None), "its memory: measured on 0 days, which are too few"),
        (estate(megabytes=None), "what it receives: measured on 0 days, which are too few"),
        (estate(cpu=[1.0] * 100), "its CPU: measured on 5 days, which are too few"),
        (estate(size="Standard_D8s_v9"), "its size is not among those that the region offers"),
    ],
)
def test_what_is_not_known_is_not_judged(made: Estate, reason: str) -> None:
    found = made.ask("azure_vm_oversized")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]
