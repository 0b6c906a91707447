"""Killing the engine at any point and running it again ends as if it had never been killed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.approvals import Approvals
from actions.planning.planner import Planner
from actions.proposal_book import ProposalBook
from audit.log import AuditLog
from state import SqliteStateStore
from tests.integration.actions.killed_process import Trap, execute, open_engine, roll_back, run_until_killed
from tests.integration.actions.runs import run_everything
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import REGION, START, HandClock, make_finding, make_settings, nothing_objects

# Past the engine's lease, so that the second process takes over.
LATER = START + timedelta(minutes=10)
EXECUTION_POINTS = 22
# Killed between these points, its snapshot is from before a time that nobody watched: another one is taken.
SNAPSHOT_CALLED, DELETION_STARTED = 6, 15
ROLLBACK_POINTS = 15


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@dataclass
class Scene:
    aws: MotoServer
    state_file: Path
    proposal_id: str
    volume_id: str

    def story(self) -> dict[str, Any]:
        """Everything that must not depend on where it was killed."""
        store, clock = SqliteStateStore(self.state_file), HandClock()
        proposal = ProposalBook(store, clock).get(self.proposal_id)
        audit = AuditLog(store, clock)
        assert audit.verify_chain().is_intact
        names = {self.volume_id: "old volume", self.proposal_id: "proposal"}
        snapshots = self.aws.client("ec2").describe_snapshots(
            Filters=[{"Name": "tag:cloudcost:proposal", "Values": [self.proposal_id]}]
        )["Snapshots"]
        restored = self.aws.client("ec2").describe_volumes(
            Filters=[{"Name": "tag:cloudcost:rollback", "Values": [self.proposal_id]}]
        )["Volumes"]
        names |= {snapshot["SnapshotId"]: "snapshot" for snapshot in snapshots}
        names |= {volume["VolumeId"]: "new volume" for volume in restored}
        return {
            "state": proposal.state,
            "leases": [way.lease_owner for way in (proposal.execution, proposal.rollback) if way is not None],
            "results": [
                (
                    step.name,
                    step.status,
                    {
                        k: names.get(v, v) if isinstance(v, str) else v
                        for k, v in step.result.items()
                        if k != "started_at"
                    },
                )
                for way in (proposal.execution, proposal.rollback)
                if way is not None
                for step in way.steps
            ],
            "audit": list_last(
                (row.actor, row.event, row.details.get("step"))
                for row in audit.rows_about(self.proposal_id)
                if not row.event.endswith((".resumed", ".void"))
            ),
            "restored": len(restored),
            "calls": {name: self.aws.count(name) for name in ("DeleteVolume", "CreateVolume")},
        }


def list_last(rows: Iterable[Any]) -> list[Any]:
    """Each row once, where it stands last: a step that was done again counts from then."""
    return list(dict.fromkeys(reversed(list(rows))))[::-1]


def make_scene(aws: MotoServer, folder: Path) -> Scene:
    folder.mkdir(exist_ok=True)
    store, clock = SqliteStateStore(folder / "state.sqlite"), HandClock()
    volume_id = aws.client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8, VolumeType="gp3")["VolumeId"]
    proposal, _ = ProposalBook(store, clock).propose(make_finding(volume_id))
    Planner(store, make_settings(), aws.client, clock, clock.sleep).plan(proposal.proposal_id)
    Approvals(store, make_settings(), clock, nothing_objects).approve(proposal.proposal_id, "ana@example.com", "unused")
    aws.calls.clear()
    return Scene(aws, folder / "state.sqlite", proposal.proposal_id, volume_id)


@pytest.fixture(scope="module")
def undisturbed(aws: MotoServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The story of an execution and of its rollback that nobody killed."""
    scene = make_scene(aws, tmp_path_factory.mktemp("undisturbed"))
    trap = Trap(None)
    assert open_engine(scene.state_file, aws.url, START, trap).execute(scene.proposal_id).outcome == "executed"
    assert len(trap.passed) == EXECUTION_POINTS and len(set(trap.passed)) == EXECUTION_POINTS
    executed = scene.story()
    trap = Trap(None)
    engine = open_engine(scene.state_file, aws.url, START, trap)
    assert engine.rollback(scene.proposal_id, "ben@example.com", "needed").outcome == "rolled_back"
    assert len(trap.passed) == ROLLBACK_POINTS
    return executed, scene.story()


@pytest.mark.parametrize("kill_at", range(1, EXECUTION_POINTS))
def test_a_killed_execution_is_finished_once(
    aws: MotoServer, tmp_path: Path, undisturbed: tuple[dict[str, Any], dict[str, Any]], kill_at: int
) -> None:
    scene = make_scene(aws, tmp_path)
    run_until_killed(execute, scene.state_file, aws.url, START, scene.proposal_id, kill_at)
    result = open_engine(scene.state_file, aws.url, LATER, Trap(None)).execute(scene.proposal_id)
    assert (result.outcome, result.error) == ("executed", None)
    assert scene.story() == undisturbed[0]
    assert aws.count("CreateSnapshot") == (2 if SNAPSHOT_CALLED <= kill_at <= DELETION_STARTED else 1)


def test_a_process_that_may_still_live_is_not_overtaken(aws: MotoServer, tmp_path: Path) -> None:
    scene = make_scene(aws, tmp_path)
    run_until_killed(execute, scene.state_file, aws.url, START, scene.proposal_id, 5)
    result = open_engine(scene.state_file, aws.url, START + timedelta(minutes=1), Trap(None)).execute(scene.proposal_id)
    assert (result.outcome, result.state, result.is_ok) == ("busy", "executing", True)


def test_killed_after_the_end_nothing_is_left_to_do(
    aws: MotoServer, tmp_path: Path, undisturbed: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    scene = make_scene(aws, tmp_path)
    run_until_killed(execute, scene.state_file, aws.url, START, scene.proposal_id, EXECUTION_POINTS)
    engine = open_engine(scene.state_file, aws.url, LATER, Trap(None))
    assert run_everything(engine, SqliteStateStore(scene.state_file)) == []
    assert scene.story() == undisturbed[0]


@pytest.mark.parametrize("kill_at", range(1, ROLLBACK_POINTS))
def test_a_killed_rollback_is_finished_once(
    aws: MotoServer, tmp_path: Path, undisturbed: tuple[dict[str, Any], dict[str, Any]], kill_at: int
) -> None:
    scene = make_scene(aws, tmp_path)
    open_engine(scene.state_file, aws.url, START, Trap(None)).execute(scene.proposal_id)
    run_until_killed(roll_back, scene.state_file, aws.url, START, scene.proposal_id, kill_at)
    results = run_everything(
        open_engine(scene.state_file, aws.url, LATER, Trap(None)), SqliteStateStore(scene.state_file)
    )
    assert [result.outcome for result in results] == ["rolled_back"]
    assert scene.story() == undisturbed[1]
