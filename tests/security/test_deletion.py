"""Attacks on the deletion of volumes: what must never be deleted, however the moment is chosen."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from moto.ec2.models import ec2_backends

from actions.results import ActionResult
from audit.log import AuditRow
from state import SqliteStateStore
from tests.integration.actions.world import World
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import ACCOUNT, REGION

Meddle = Callable[[World, Any], object]


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture
def world(aws: MotoServer, tmp_path: Path) -> World:
    return World(aws, SqliteStateStore(tmp_path / "state.sqlite"))


def list_rows(world: World, event: str) -> list[AuditRow]:
    return [row for row in world.audit.rows_about(world.proposal_id) if row.event == event]


def assert_kept(world: World, result: ActionResult, word: str) -> None:
    """The volume is there, nobody asked for its deletion, and the audit log says why."""
    assert world.volume_id in world.volumes() and world.aws.count("DeleteVolume") == 0
    assert (result.outcome, result.state) == ("failed", "failed")
    [row] = list_rows(world, "proposal.failed")
    assert row.details["step"] == "delete_volume" and word in row.details["error"]


def age_snapshot(world: World, snapshot: Any) -> None:
    snapshot.start_time -= timedelta(minutes=10)


MEDDLING: dict[str, tuple[Meddle, str]] = {
    "deleted": (lambda world, snapshot: world.ec2.delete_snapshot(SnapshotId=snapshot.id), "is not there any more"),
    "in the recycle bin": (lambda world, snapshot: setattr(snapshot, "status", "recoverable"), "recoverable"),
    "of somebody else": (lambda world, snapshot: setattr(snapshot, "owner_id", "999999999999"), "999999999999"),
    "of an earlier time": (age_snapshot, "started"),
}


@pytest.mark.parametrize("name", MEDDLING)
def test_a_snapshot_that_went_bad_after_it_was_verified(world: World, name: str) -> None:
    meddle, word = MEDDLING[name]

    def act(point: str) -> None:
        if point == "delete_volume:started":
            execution = world.proposal.execution
            assert execution is not None
            snapshot_id = execution.results()["create_snapshot"]["snapshot_id"]
            meddle(world, ec2_backends[ACCOUNT][REGION].snapshots[snapshot_id])

    assert_kept(world, world.engine(checkpoint=act).execute(world.proposal_id), word)


def use_volume(world: World) -> None:
    """What an owner does whom nobody watches: attach it, write to it, detach it."""
    instance = world.attach(world.volume_id)
    world.ec2.detach_volume(VolumeId=world.volume_id, InstanceId=instance)


def fail_once(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    assert world.engine().execute(world.proposal_id).outcome == "interrupted"


def pause(world: World) -> None:
    """A guardrail stands in the way between the snapshot and the deletion."""
    answers = iter([True, True, False])
    engine = world.engine(reconciled=lambda source_name, billing_period: next(answers))
    assert engine.execute(world.proposal_id).outcome == "blocked"


class Died(BaseException):
    """The process ends here: nothing after it is written."""


def die(world: World) -> None:
    def end(point: str) -> None:
        if point == "delete_volume:started":
            raise Died

    with pytest.raises(Died):
        world.engine(checkpoint=end).execute(world.proposal_id)
    world.clock.forward(minutes=6)


@pytest.mark.parametrize("leave", [fail_once, pause, die])
def test_writing_while_nobody_watches(world: World, leave: Callable[[World], None]) -> None:
    leave(world)
    [old] = world.snapshots()
    use_volume(world)
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    assert_new_snapshot(world, old["SnapshotId"])


def assert_new_snapshot(world: World, old: str) -> None:
    """The volume went with a snapshot taken after it was used, which is the one a rollback restores."""
    assert world.volume_id not in world.volumes() and len(world.snapshots()) == 2
    execution = world.proposal.execution
    assert execution is not None and execution.results()["create_snapshot"]["snapshot_id"] != old
    calls = [call.action for call in world.aws.calls]
    last_snapshot = max(n for n, call in enumerate(calls) if call == "CreateSnapshot")
    assert max(n for n, call in enumerate(calls) if call == "DetachVolume") < last_snapshot
    [row] = list_rows(world, "steps.void")
    assert row.details["results"]["create_snapshot"]["snapshot_id"] == old


@pytest.mark.parametrize(
    ("moment", "outcomes"),
    [("verify_snapshot:done", ["executed"]), ("delete_volume:started", ["interrupted", "executed"])],
)
def test_writing_while_the_process_is_stopped(world: World, moment: str, outcomes: list[str]) -> None:
    """A process that was put to sleep and wakes still holds its lease, and would go on with the deletion."""
    old: list[str] = []

    def sleep(point: str) -> None:
        if point == moment and not old:
            old.extend(snapshot["SnapshotId"] for snapshot in world.snapshots())
            use_volume(world)
            world.clock.forward(minutes=4)

    assert [world.engine(checkpoint=sleep).execute(world.proposal_id).outcome for _ in outcomes] == outcomes
    assert_new_snapshot(world, old[0])


@pytest.mark.parametrize(
    ("key", "value", "protected"),
    [
        (" DoNotDelete ", "yes", "DoNotDelete"),
        ("cloudcost:keep\t", "", "cloudcost:keep"),
        ("DONOTDELETE", "", " donotdelete"),
        ("env", " Prod ", "ENV = prod"),
        ("cloudcost:keep\u200b", "ja", "cloudcost:keep"),
        ("cloudcost\u00ad:keep", "ja", "cloudcost:keep"),
        ("Schu\u0308tzen", "ja", "sch\u00fctzen"),
        ("Sch\u00fctzen", "ja", "schu\u0308tzen"),
        ("\uff23loudcost:keep", "ja", "cloudcost:keep"),
        ("env", "pro\u2060d", "env=prod"),
    ],
)
def test_a_protection_with_blanks_around_it(world: World, key: str, value: str, protected: str) -> None:
    world.ec2.create_tags(Resources=[world.volume_id], Tags=[{"Key": key, "Value": value}])
    result = world.engine(protected_tags=(protected,)).execute(world.proposal_id)
    assert result.outcome == "blocked" and world.volume_id in world.volumes() and world.snapshots() == []
    [row] = list_rows(world, "execution.blocked")
    failures = [reason for reason in row.details["failures"] if not reason.startswith("plan: tag ")]
    assert failures == [f"protected_tags: the resource is protected by {protected!r}"]


def approve_more(world: World, number: int, **finding: Any) -> list[str]:
    return [world.proposal_id, *(world.approve(world.create_volume(), **finding) for _ in range(number))]


@pytest.mark.parametrize(
    ("limit", "signal"),
    [({"max_actions_per_day": 1}, "day_limit"), ({"max_saving_per_day": Decimal("90")}, "day_saving")],
)
def test_many_small_runs_to_get_past_a_days_limit(world: World, limit: dict[str, Any], signal: str) -> None:
    first, second = approve_more(world, 1)
    assert world.engine(**limit).execute(first).outcome == "executed"
    result = world.engine(**limit).execute(second)
    assert result.outcome == "deferred" and world.aws.count("DeleteVolume") == 1
    [row] = [row for row in world.audit.rows_about(second) if row.event == "execution.deferred"]
    assert [failure.partition(":")[0] for failure in row.details["failures"]] == [signal]
    world.clock.forward(hours=24, seconds=1)
    assert world.engine(**limit).execute(second).outcome == "executed"


def test_a_race_to_get_past_a_days_limit(world: World) -> None:
    """Three processes look at the same moment, when each of them still sees room for one."""
    together, met, done = threading.Barrier(3), set[int](), list[str]()

    def meet(source_name: str, billing_period: object) -> bool:
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            together.wait(5)
        return True

    def run(proposal_id: str) -> None:
        engine = world.engine(reconciled=meet, max_actions_per_day=1)
        done.append(engine.execute(proposal_id).outcome)

    proposals = approve_more(world, 2)
    threads = [threading.Thread(target=run, args=(proposal_id,)) for proposal_id in proposals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["deferred", "deferred", "executed"] and world.aws.count("DeleteVolume") == 1
    assert len([row for row in world.audit.rows() if row.event == "execution.deferred"]) == 2


RESTORES: dict[str, tuple[Meddle, str]] = {
    name: MEDDLING[name] for name in ("of somebody else", "of an earlier time", "in the recycle bin")
} | {"of another volume": (lambda world, snapshot: setattr(snapshot, "volume", world.other), "its volume is")}


@pytest.mark.parametrize("name", RESTORES)
def test_a_volume_is_restored_from_its_own_snapshot(world: World, name: str) -> None:
    meddle, word = RESTORES[name]
    world.other = ec2_backends[ACCOUNT][REGION].volumes[world.create_volume()]
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    before = set(world.volumes())
    [snapshot] = world.snapshots()
    meddle(world, ec2_backends[ACCOUNT][REGION].snapshots[snapshot["SnapshotId"]])
    result = world.engine().rollback(world.proposal_id, "ana@example.com", "we need it")
    assert (result.outcome, set(world.volumes())) == ("failed", before)
    assert result.error is not None and word in result.error


def test_a_volume_with_the_tag_of_a_rollback_is_not_taken_for_the_restored_one(world: World) -> None:
    strange = world.create_volume(tags={"cloudcost:rollback": world.proposal_id})
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    assert world.engine().rollback(world.proposal_id, "ana@example.com", "we need it").outcome == "rolled_back"
    rollback = world.proposal.rollback
    assert rollback is not None and rollback.results()["restore_volume"]["volume_id"] != strange


def test_a_watch_that_was_written_into_the_state_saves_no_second_snapshot(world: World, tmp_path: Path) -> None:
    """A step's number is set to the one that the next process will count to."""
    die(world)
    [old] = world.snapshots()
    use_volume(world)
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        (text,) = connection.execute("select body from records where kind = 'proposal'").fetchone()
        body = json.loads(text)
        for step in body["execution"]["steps"]:
            step["watch"] = body["execution"]["watch"] + 2
        connection.execute("update records set body = ? where kind = 'proposal'", (json.dumps(body),))
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    assert_new_snapshot(world, old["SnapshotId"])
