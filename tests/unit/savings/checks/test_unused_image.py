"""Images that nothing is launched from."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def image(estate: Estate, name: str, *snapshots: str, **columns: Any) -> Estate:
    """An image whose snapshots cost 0.10 a day each."""
    plain = {"name": name, "state": "available", "is_public": False, "created_at": OLD, "snapshots": list(snapshots)}
    estate.add("aws_images", f"ami-{name}", **{**plain, **columns})
    for one in snapshots:
        if one not in {row["resource_id"] for row in estate.rows.get("aws_snapshots", [])}:
            estate.add("aws_snapshots", one, state="completed", created_at=OLD)
            estate.bill.add(one, "EBS:SnapshotUsage", cost="0.10", quantity="2", unit="GB-Months")
    return estate


def example() -> Estate:
    return image(Estate(), "old", "snap-1", "snap-2")


def test_each_of_its_snapshots_is_found() -> None:
    assert example().savings("unused_image") == {"snap-1": Decimal("3.00"), "snap-2": Decimal("3.00")}


def test_what_somebody_launches_is_left_alone() -> None:
    estate = image(Estate(), "runs", "snap-1").add("aws_instances", "i-1", state="stopped", image_id="ami-runs")
    image(estate, "template", "snap-2").add("aws_launch_templates", "lt-1:3", image_id="ami-template")
    image(estate, "lately", "snap-3", last_launched_at=dt.datetime(2026, 9, 1))
    image(estate, "new", "snap-4", created_at=dt.datetime(2026, 9, 1))
    image(estate, "public", "snap-5", is_public=True)
    image(image(estate, "shares", "snap-6"), "too", "snap-6")
    image(estate, "kept", "snap-7", tags={"keep": ""})
    found = estate.ask("unused_image")
    assert not found.recommendations
    assert {one.resource_id for one in found.skipped} == {"snap-7"}
