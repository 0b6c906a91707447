"""The volumes and snapshots of the simulated AWS account, kept in a file so that they outlive one start of the demo.

What `make demo` deleted is still gone when `make ui` starts, and its snapshot is still there to restore it from.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

AGE_DAYS = 400


def open_account(file: Path, planted: Iterable[dict[str, Any]]) -> None:
    """The account as ``file`` left it; the first time, with the planted volumes under the ids that the bill names."""
    stored = json.loads(file.read_text()) if file.exists() else list(_plant(planted))
    for region in stored:
        _restore_region(region)


def save_account(file: Path) -> None:
    """Write all volumes and snapshots to ``file``."""
    from moto.ec2.models import ec2_backends

    regions = [
        {
            "account": account,
            "region": name,
            "volumes": [_describe_volume(v) for v in backend.volumes.values()],
            # moto's own images bring snapshots of their own
            "snapshots": [_describe_snapshot(s) for s in backend.snapshots.values() if not s.from_ami],
        }
        for account, backends in ec2_backends.items()
        for name, backend in backends.items()
    ]
    written = file.with_suffix(".new")
    written.write_text(json.dumps(regions, indent=2))
    written.replace(file)


def _plant(planted: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    created = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=AGE_DAYS)
    for volume in planted:
        described = {
            "id": volume["resource_id"],
            "size": volume["size_gb"],
            "zone": f"{volume['region']}a",
            "type": volume["volume_type"],
            "created": created.isoformat(),
            "tags": {"team": volume["team"]} if volume["tagged"] else {},
        }
        yield {"account": volume["account"], "region": volume["region"], "volumes": [described], "snapshots": []}


def _restore_region(stored: dict[str, Any]) -> None:
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[stored["account"]][stored["region"]]
    for snapshot in stored["snapshots"]:
        # a snapshot outlives its volume, which only lends it size and id
        volume = _make_volume(backend, snapshot["volume"])
        made = backend.create_snapshot(volume.id, snapshot["description"])
        del backend.snapshots[made.id], backend.volumes[volume.id]
        made.id, made.start_time = snapshot["id"], dt.datetime.fromisoformat(snapshot["started"])
        backend.snapshots[made.id] = made
        _tag(backend, made.id, snapshot["tags"])
    for volume in stored["volumes"]:
        _tag(backend, _make_volume(backend, volume).id, volume["tags"])


def _make_volume(backend: Any, volume: dict[str, Any]) -> Any:
    made = backend.create_volume(
        size=volume["size"],
        zone_name=volume["zone"],
        volume_type=volume["type"],
        snapshot_id=volume.get("snapshot"),
        iops=volume.get("iops"),
        throughput=volume.get("throughput"),
    )
    del backend.volumes[made.id]
    made.id, made.create_time = volume["id"], dt.datetime.fromisoformat(volume["created"])
    backend.volumes[made.id] = made
    return made


def _tag(backend: Any, resource_id: str, tags: dict[str, str]) -> None:
    if tags:
        backend.create_tags([resource_id], tags)


def _describe_volume(volume: Any) -> dict[str, Any]:
    return {
        "id": volume.id,
        "size": volume.size,
        "zone": volume.zone.name,
        "type": volume.volume_type,
        "snapshot": volume.snapshot_id,
        "iops": volume.iops,
        "throughput": volume.throughput,
        "created": volume.create_time.isoformat(),
        "tags": {t["key"]: t["value"] for t in volume.get_tags()},
    }


def _describe_snapshot(snapshot: Any) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "volume": _describe_volume(snapshot.volume),
        "description": snapshot.description,
        "started": snapshot.start_time.isoformat(),
        "tags": {t["key"]: t["value"] for t in snapshot.get_tags()},
    }
