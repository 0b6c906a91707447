"""Volumes that pay for operations that they never had."""

from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate


def volume(estate: Estate, name: str, operations: Any = 360_000.0, moved: Any = 3.6e9, **columns: Any) -> Estate:
    """A gp3 volume with 10,000 IOPS for 1.40 and 500 MiB/s for 0.60 a day; it does 100 a second and moves 1 MB."""
    plain = {"state": "in-use", "volume_type": "gp3", "iops": 10_000, "throughput": 500, "attached_to": ["i-1"]}
    kind = {**plain, **columns}
    estate.add("aws_volumes", name, **kind)
    suffix = {"gp3": "gp3", "io1": "piops", "io2": "io2"}[kind["volume_type"]]
    estate.bill.add(name, f"EBS:VolumeUsage.{suffix}", cost="1", quantity="10", unit="GB-Months")
    estate.bill.add(name, f"EBS:VolumeP-IOPS.{suffix}", cost="1.40", quantity="225", unit="IOPS-Months")
    if kind["volume_type"] == "gp3":
        estate.bill.add(name, "EBS:VolumeP-Throughput.gp3", cost="0.60", quantity="12", unit="GiBps-mo")
    if operations is not None:
        estate.measure("aws_volume_operations", name, operations)
    if moved is not None:
        estate.measure("aws_volume_bytes", name, moved)
    return estate


def example() -> Estate:
    return volume(Estate(), "vol-1")


def test_all_above_the_free_baseline_is_saved() -> None:
    assert example().savings("unused_provisioned_iops") == {"vol-1": Decimal("60.00")}


def test_only_what_is_above_the_need_is() -> None:
    # 1,000 a second five times over are 5,000: 5 of the 7 thousand that cost 42.00, and all throughput
    estate = volume(Estate(), "vol-half", 3_600_000.0)
    # 100 a second five times over are 500 of io1's 10,000: 95 % of 42.00
    volume(estate, "vol-io1", volume_type="io1", throughput=None)
    assert estate.savings("unused_provisioned_iops") == {"vol-half": Decimal("48.00"), "vol-io1": Decimal("39.90")}


def test_who_needs_it_is_left_alone() -> None:
    # 2,000 a second and 100 MiB/s, five times over
    estate = volume(Estate(), "vol-busy", 7_200_000.0, 3600 * 100 * 1048576.0)
    volume(estate, "vol-nights", [0.0] * 335 + [7_200_000.0], [0.0] * 335 + [3600 * 100 * 1048576.0])
    volume(estate, "vol-loose", state="available")
    volume(estate, "vol-gp2", volume_type="gp3", iops=3000, throughput=125)
    volume(estate, "vol-unmeasured", None)
    volume(estate, "vol-kept", tags={"do-not-delete": "yes"})
    volume(estate, "vol-pvc", tags={"kubernetes.io/created-for/pvc/name": "db"})
    found = estate.ask("unused_provisioned_iops")
    assert not found.recommendations
    assert {one.resource_id for one in found.skipped} == {"vol-unmeasured", "vol-kept", "vol-pvc"}
