"""N1 VMs that cost less as E2."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

CORE, RAM = "N1 Predefined Instance Core running in Belgium", "N1 Predefined Instance Ram running in Belgium"


def machine(bill: Bill, name: str, share: str = "1", **columns: Any) -> Bill:
    """4 vCPUs and 15 GiB for 12 hours a day at 0.03 and 0.004, of which this share is paid."""
    paid = Decimal(share)
    list_costs = {CORE: Decimal("1.44"), RAM: Decimal("0.72")}
    values: dict[str, Any] = {"list_cost": list_costs[CORE], **columns}
    bill.add(name, CORE, cost=list_costs[CORE] * paid, quantity="48", **values)
    values = {"list_cost": list_costs[RAM], **columns}
    return bill.add(name, RAM, cost=list_costs[RAM] * paid, quantity="180", unit="GiB-Hours", **values)


def test_without_an_own_price_e2_costs_its_share_of_the_list_price(tmp_path: Path) -> None:
    # 2.16 a day; E2 69 % of it: 30 x 0.6696
    (found,) = machine(Bill("gcp"), "vm-1").ask("n1_old", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("64.8"), Decimal("20.088000000000"))


def test_the_own_price_of_e2_counts_where_there_is_one(tmp_path: Path) -> None:
    # cores at 0.02 cost 0.96 in place of 1.44; memory 69 % of 0.72
    bill = machine(Bill("gcp"), "vm-1")
    bill.add("vm-2", "E2 Instance Core running in Belgium", cost="0.2", quantity="10")
    bill.add("vm-4", "E2 Instance Core running in Belgium", cost="0.1", quantity="10", pricing_category="Committed")
    bill.add("vm-3", "E2 Instance Core running in Paris", cost="0.1", quantity="10", region_id="region-2")
    assert bill.savings("n1_old", tmp_path) == {"vm-1": Decimal("21.10")}


def test_custom_machines_are_n1_too(tmp_path: Path) -> None:
    bill = Bill("gcp").add("vm-1", "Custom Instance Core running in Belgium", cost="1", quantity="30")
    assert bill.savings("n1_old", tmp_path) == {"vm-1": Decimal("9.30")}


def test_a_part_without_a_price_is_not_taken_for_free(tmp_path: Path) -> None:
    bill = Bill("gcp").add("vm-1", CORE, cost="1", quantity="30")
    bill.add("vm-1", RAM, cost="5", quantity="90", unit="GiB-Hours", list_cost=None)
    assert bill.savings("n1_old", tmp_path) == {}


def test_what_a_commitment_covers_is_left_out(tmp_path: Path) -> None:
    bill = machine(machine(Bill("gcp"), "vm-1"), "vm-1", pricing_category="Committed")
    (found,) = bill.ask("n1_old", tmp_path)
    assert (found.monthly_saving, found.covered_cost) == (Decimal("20.088000000000"), Decimal("64.8"))


def test_sustained_use_gpus_disks_large_spot_covered_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    # 30 % sustained use discount leaves less than 5 %
    bill = machine(Bill("gcp"), "vm-always-on", share="0.7")
    machine(bill, "vm-gpu").add("vm-gpu", "Nvidia Tesla T4 GPU running in Belgium", cost="4")
    machine(bill, "vm-ssd").add("vm-ssd", "SSD backed Local Storage", cost="1", unit="GiB-Months")
    machine(bill, "vm-extended").add("vm-extended", "Custom Extended Instance Ram running in Belgium", cost="1")
    machine(bill, "vm-covered", pricing_category="Committed")
    machine(bill, "vm-gone", last_days_ago=4)
    bill.add("vm-large", CORE, cost="24", quantity="769")
    bill.add("vm-spot", "Spot Preemptible N1 Predefined Instance Core running in Belgium", cost="1")
    bill.add("vm-spot", CORE, cost="1", pricing_category="Dynamic")
    bill.add("vm-n2", "N2 Instance Core running in Belgium", cost="1")
    bill.add("vm-n2", "N2 Custom Instance Core running in Belgium", cost="1")
    assert bill.savings("n1_old", tmp_path) == {}
