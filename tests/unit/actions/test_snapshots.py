"""From which snapshots a volume could not be restored; one row per way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions.remediations import StepContext
from actions.remediations.volumes import list_snapshot_problems
from tests.unit.actions.examples import ACCOUNT, HandClock, make_finding

STARTED = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "SnapshotId": "snap-1",
    "State": "completed",
    "OwnerId": ACCOUNT,
    "VolumeId": "vol-0a1b2c3d",
    "VolumeSize": 12,
    "Encrypted": True,
    "StorageTier": "standard",
    "StartTime": STARTED,
    "Tags": [{"Key": "cloudcost:proposal", "Value": "prop-1"}],
}


def list_problems(**changes: Any) -> tuple[str, ...]:
    def no_client(service: str) -> None:
        raise AssertionError("no client is needed")

    clock = HandClock()
    results: dict[str, dict[str, Any]] = {
        "describe_volume": {"size_gib": 12, "is_encrypted": True},
        "create_snapshot": {"snapshot_id": "snap-1", "started_at": STARTED.isoformat()},
    }
    context = StepContext("prop-1", make_finding(), no_client, clock, clock.sleep, results)
    return list_snapshot_problems({**GOOD, **changes}, context)


def test_a_good_snapshot_has_none() -> None:
    assert list_problems() == list_problems(StartTime=STARTED - timedelta(seconds=1)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"State": "pending"},
        {"State": "error"},
        {"State": "recoverable"},
        {"OwnerId": "999999999999"},
        {"VolumeId": "vol-2"},
        {"VolumeSize": 11},
        {"Encrypted": False},
        {"StorageTier": "archive"},
        {"Tags": []},
        {"Tags": [{"Key": "cloudcost:proposal", "Value": "prop-2"}]},
        {"StartTime": STARTED - timedelta(minutes=1)},
    ],
    ids=str,
)
def test_a_bad_one_has_one(change: dict[str, Any]) -> None:
    assert len(list_problems(**change)) == 1
