"""SSD disks that balanced ones could stand in for."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, NEW, add_disk, estate
from tests.savings_inventory import Estate

CHECK = "pd_ssd_low_use"
VM = f"{COMPUTE}/instances/vm"


def add(made: Estate, name: str, operations: float | list[float] = 500, mib: float = 20, **columns: object) -> str:
    resource = add_disk(made, name, **{"users": [VM], **columns})  # type: ignore[arg-type]
    made.measure("gcp_disk_operations", resource, operations)
    made.measure("gcp_disk_throughput", resource, mib)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "quiet")
    return made


def test_the_difference_to_the_list_of_balanced_is_saved() -> None:
    # 60 at 58.9 % are 35.34
    assert example().savings(CHECK) == {f"{COMPUTE}/disks/quiet": Decimal("24.66")}


def test_what_the_customer_pays_for_balanced_goes_first() -> None:
    made = example()
    add_disk(made, "other", cost="1.5", disk_type="pd-balanced")
    # 99 GiB-months at 1.5 / 3.3
    assert made.savings(CHECK) == {f"{COMPUTE}/disks/quiet": Decimal("15.00")}


def test_busy_disks_stay_what_they_are() -> None:
    made = estate()
    add(made, "edge", operations=1800)  # half of 3,000 and 6 for each of 100 GB
    add(made, "operations", operations=1801)
    add(made, "at-night", operations=([100.0] * 23 + [4000.0]) * 14)
    add(made, "throughput", mib=85)  # half of 140 and 0.28 for each are 84
    assert list(made.savings(CHECK)) == [f"{COMPUTE}/disks/edge"]


def test_others_are_left_alone() -> None:
    made = estate()
    add(made, "balanced", disk_type="pd-balanced")
    add(made, "alone", users=[])
    add(made, "young", created_at=NEW)
    add(made, "claim", owner="goog-gke-volume")
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped
