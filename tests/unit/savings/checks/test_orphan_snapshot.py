"""Snapshots whose volume is gone."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def snapshot(estate: Estate, name: str, volume: str | None = "vol-gone", **columns: Any) -> Estate:
    """A snapshot for 0.20 a day."""
    estate.add("aws_snapshots", name, **{"state": "completed", "volume_id": volume, "created_at": OLD, **columns})
    arn = f"arn:aws:ec2:region-1:account-1:snapshot/{name}"
    estate.bill.add(arn, "EBS:SnapshotUsage", cost="0.20", quantity="4", unit="GB-Months")
    return estate


def example() -> Estate:
    return snapshot(Estate(), "snap-1")


def test_it_is_found() -> None:
    assert list(example().savings("orphan_snapshot").values()) == [Decimal("6.00")]


def test_what_somebody_needs_is_left_alone() -> None:
    estate = snapshot(Estate(), "snap-of-volume", "vol-1").add("aws_volumes", "vol-1", state="in-use")
    snapshot(estate, "snap-of-image").add("aws_images", "ami-1", snapshots=["snap-of-image"])
    snapshot(estate, "snap-backup", tags={"aws:backup:source-resource": "x"})
    snapshot(estate, "snap-policy", tags={"aws:dlm:lifecycle-policy-id": "policy-1"})
    snapshot(estate, "snap-pending", state="pending")
    snapshot(estate, "snap-copy", "vol-ffffffff")
    snapshot(estate, "snap-new", created_at=dt.datetime(2026, 8, 20))
    snapshot(estate, "snap-held", tags={"legal-hold": "case 7"})
    found = estate.ask("orphan_snapshot")
    assert not found.recommendations
    assert {one.resource_id.rpartition("/")[2] for one in found.skipped} == {"snap-copy", "snap-new", "snap-held"}
