"""The engine against EC2: delete with a snapshot, refuse, take back, resume after errors."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions.approvals import NotAllowedError
from actions.engine import ActionEngine
from actions.proposal_book import ProposalStateError
from actions.results import ActionResult
from state import SqliteStateStore
from tests.integration.actions.runs import run_everything
from tests.integration.actions.world import TAGS, World
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import make_finding, make_settings, nothing_objects


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture
def world(aws: MotoServer, tmp_path: Path) -> World:
    return World(aws, SqliteStateStore(tmp_path / "state.sqlite"))


def test_an_approved_volume_is_deleted_after_its_snapshot(world: World) -> None:
    result = world.engine().execute(world.proposal_id)
    assert (result.outcome, result.state, result.error) == ("executed", "executed", None)
    assert world.volume_id not in world.volumes()
    [snapshot] = world.snapshots()
    assert (snapshot["VolumeId"], snapshot["VolumeSize"], snapshot["State"]) == (world.volume_id, 12, "completed")
    order = [call.action for call in world.aws.calls if call.action in ("CreateSnapshot", "DeleteVolume")]
    assert order == ["CreateSnapshot", "DeleteVolume"]
    events = [row.event for row in world.audit.rows_about(world.proposal_id)]
    steps = [event for _ in range(6) for event in ("step.started", "step.done")]
    begun = ["proposal.proposed", "plan.made", "proposal.approved", "execution.started"]
    assert events == [*begun, *steps, "proposal.executed"]
    assert world.audit.verify_chain().is_intact


def test_dry_run_says_what_it_would_do_and_touches_nothing(world: World) -> None:
    result = world.engine(mode="dry_run").execute(world.proposal_id)
    assert (result.outcome, result.state, result.is_ok) == ("dry_run", "approved", True)
    assert "create a snapshot tagged with the proposal" in result.would_do
    assert {call.action for call in world.aws.calls} == {"DescribeVolumes", "DescribeSnapshots"}
    check = world.proposal.last_check
    assert check is not None and (check.outcome, check.would_do) == ("dry_run", result.would_do)


def test_dry_run_does_not_promise_what_would_be_blocked(world: World) -> None:
    result = world.engine(mode="dry_run", reconciled=False).execute(world.proposal_id)
    assert (result.outcome, result.would_do) == ("blocked", ())


@pytest.mark.parametrize(
    ("settings", "signal"),
    [
        ({"reconciled": None}, "reconciliation"),
        ({"approvers": ("ben@example.com",)}, "approvals"),
        ({"protected_tags": ("TEAM=data",)}, "protected_tags"),
        ({"allowed_accounts": ()}, "account"),
        ({"allowed_regions": ("us-east-1",)}, "region"),
        ({"two_person_limit": "40"}, "approvals"),
    ],
)
def test_a_guardrail_blocks_and_is_told(world: World, settings: dict[str, Any], signal: str) -> None:
    engine = world.engine(**settings)
    result = engine.execute(world.proposal_id)
    assert (result.outcome, result.state) == ("blocked", "approved")
    assert any(failure.startswith(f"{signal}:") for failure in result.failures)
    assert world.volume_id in world.volumes() and world.snapshots() == []
    [again] = run_everything(engine, world.store)
    assert not again.is_ok and any(failure.startswith(f"{signal}:") for failure in again.failures)


def test_a_volume_that_was_attached_meanwhile_is_left_alone(world: World) -> None:
    instance = world.attach(world.volume_id)
    result = world.engine().execute(world.proposal_id)
    assert result.outcome == "blocked"
    assert any(instance in failure for failure in result.failures)
    assert world.volume_id in world.volumes()


def test_a_volume_that_is_gone_already_is_no_success_of_ours(world: World) -> None:
    world.ec2.delete_volume(VolumeId=world.volume_id)
    result = world.engine().execute(world.proposal_id)
    assert (result.outcome, result.state) == ("blocked", "approved")
    assert world.snapshots() == []


def test_an_unreadable_resource_is_blocked(world: World) -> None:
    world.aws.fail_next["DescribeVolumes"] = [403]
    result = world.engine().execute(world.proposal_id)
    assert result.outcome == "blocked"
    [reason] = [failure for failure in result.failures if failure.startswith("resource_read:")]
    assert "Injected" in reason


def test_an_error_in_a_step_is_tried_again_by_the_next_run(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    [first] = run_everything(world.engine(), world.store)
    assert (first.outcome, first.state, first.is_ok) == ("interrupted", "executing", False)
    assert "delete_volume" in (first.error or "")
    assert [result.outcome for result in run_everything(world.engine(), world.store)] == ["executed"]
    assert len(world.snapshots()) == 2 and world.aws.count("CreateSnapshot") == 2


def test_five_errors_end_it_as_failed_and_it_can_be_taken_back(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403] * 5
    outcomes = [world.engine().execute(world.proposal_id).outcome for _ in range(5)]
    assert outcomes == ["interrupted"] * 4 + ["failed"]
    back = world.engine().rollback(world.proposal_id, "ben@example.com", "it never worked")
    assert (back.outcome, back.state) == ("rolled_back", "rolled_back")
    assert world.volume_id in world.volumes() and world.aws.count("CreateVolume") == 0


def test_switching_to_dry_run_stops_an_execution_half_way(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    world.engine().execute(world.proposal_id)
    result = world.engine(mode="dry_run").execute(world.proposal_id)
    assert (result.outcome, result.state) == ("blocked", "executing")
    assert world.volume_id in world.volumes()
    assert world.engine().execute(world.proposal_id).outcome == "executed"


@pytest.mark.parametrize("lost", [{"mode": "dry_run"}, {"approvers": ("cem@example.com",)}])
def test_what_is_stopped_or_taken_away_half_way_stops_the_very_run(world: World, lost: dict[str, Any]) -> None:
    """The snapshot is taken; then somebody stops everything, or the approver loses the role: nothing is deleted."""

    def find_settings() -> Any:
        return make_settings(**lost) if world.aws.count("CreateSnapshot") else make_settings()

    engine = ActionEngine(
        world.store, make_settings(), world.aws.client, lambda source, period: True, nothing_objects, world.clock,
        world.clock.sleep, find_settings=find_settings,
    )  # fmt: skip
    result = engine.execute(world.proposal_id)
    assert (result.outcome, result.state) == ("blocked", "executing")
    assert world.aws.count("DeleteVolume") == 0 and world.volume_id in world.volumes()


def test_a_volume_attached_half_way_ends_the_execution(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    world.engine().execute(world.proposal_id)
    world.attach(world.volume_id)
    result = world.engine().execute(world.proposal_id)
    assert (result.outcome, result.state) == ("failed", "failed")
    assert world.volume_id in world.volumes()


def test_what_is_restored_is_from_the_snapshot_that_was_taken_last(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    world.engine().execute(world.proposal_id)
    world.clock.forward(hours=2)
    [old] = world.snapshots()
    world.ec2.create_tags(Resources=[world.volume_id], Tags=[{"Key": "team", "Value": "web"}])
    assert world.engine().execute(world.proposal_id).failures == ("plan: tag team is 'web', the plan has 'data'",)
    world.approve_again()
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    [new] = [s["SnapshotId"] for s in world.snapshots() if s["SnapshotId"] != old["SnapshotId"]]
    assert world.engine().rollback(world.proposal_id, "ben@example.com", "needed").outcome == "rolled_back"
    filters = [{"Name": "tag:cloudcost:rollback", "Values": [world.proposal_id]}]
    [volume] = world.ec2.describe_volumes(Filters=filters)["Volumes"]
    assert volume["SnapshotId"] == new and {"Key": "team", "Value": "web"} in volume["Tags"]


def test_a_volume_that_vanishes_after_its_snapshot_was_voided_comes_back_from_it(world: World) -> None:
    """EC2 may delete a volume on the word of a process that never heard the answer."""
    world.aws.fail_next["DeleteVolume"] = [403]
    world.engine().execute(world.proposal_id)
    [old] = world.snapshots()

    def vanish(point: str) -> None:
        if point == "create_snapshot:started":
            world.ec2.delete_volume(VolumeId=world.volume_id)

    assert world.engine(checkpoint=vanish).execute(world.proposal_id).outcome == "interrupted"
    assert world.engine().rollback(world.proposal_id, "ben@example.com", "needed").outcome == "rolled_back"
    filters = [{"Name": "tag:cloudcost:rollback", "Values": [world.proposal_id]}]
    [volume] = world.ec2.describe_volumes(Filters=filters)["Volumes"]
    assert volume["SnapshotId"] == old["SnapshotId"]


def test_the_run_limit_defers_the_rest(world: World) -> None:
    for _ in range(2):
        world.approve(world.create_volume())

    def run() -> list[ActionResult]:
        return run_everything(world.engine(max_actions_per_run=2, max_actions_per_day=3), world.store)

    results = run()
    assert [result.outcome for result in results] == ["executed", "executed", "deferred"]
    assert all(result.is_ok for result in results)
    assert [result.outcome for result in run()] == ["executed"]


def test_rollback_brings_the_same_volume_back(world: World) -> None:
    old = world.volumes()[world.volume_id]
    world.engine().execute(world.proposal_id)
    before = set(world.volumes())
    result = world.engine().rollback(world.proposal_id, "Ben@Example.com", "it was needed after all")
    assert (result.outcome, result.error) == ("rolled_back", None)
    [new_id] = set(world.volumes()) - before
    new = world.volumes()[new_id]
    same = ("AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput", "Encrypted")
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert new["SnapshotId"] == world.snapshots()[0]["SnapshotId"]
    tags = {tag["Key"]: tag["Value"] for tag in new["Tags"]}
    assert tags == {**TAGS, "cloudcost:rollback": world.proposal_id}
    with pytest.raises(ProposalStateError, match="rolled_back"):
        world.engine().rollback(world.proposal_id, "ben@example.com", "again")


def test_rollback_is_for_approvers_and_for_live_mode(world: World) -> None:
    world.engine().execute(world.proposal_id)
    with pytest.raises(NotAllowedError):
        world.engine().rollback(world.proposal_id, "mallory@example.com", "because")
    with pytest.raises(ValueError, match="reason"):
        world.engine().rollback(world.proposal_id, "ben@example.com", " ")
    result = world.engine(mode="dry_run").rollback(world.proposal_id, "ben@example.com", "look first")
    assert (result.outcome, result.state) == ("dry_run", "executed")
    assert world.aws.count("CreateVolume") == 0


def test_what_nobody_approved_is_not_executed(world: World) -> None:
    proposal, _ = world.book.propose(make_finding("vol-1"))
    with pytest.raises(ProposalStateError, match="is proposed: it cannot be executed"):
        world.engine().execute(proposal.proposal_id)


def test_an_encrypted_volume_comes_back_encrypted(world: World) -> None:
    volume_id = world.create_volume(Encrypted=True, VolumeType="io1", Throughput=None)
    proposal_id = world.approve(volume_id)
    assert world.engine().execute(proposal_id).outcome == "executed"
    assert world.engine().rollback(proposal_id, "ben@example.com", "needed").outcome == "rolled_back"
    filters = [{"Name": "tag:cloudcost:rollback", "Values": [proposal_id]}]
    [volume] = world.ec2.describe_volumes(Filters=filters)["Volumes"]
    assert (volume["Encrypted"], volume["VolumeType"], volume["Iops"]) == (True, "io1", 4000)


def test_two_engines_at_once_act_once(world: World) -> None:
    results: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: results.extend(item.outcome for item in run_everything(world.engine(), world.store))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("executed") == 1 and set(results) <= {"executed", "busy"}
    assert (world.aws.count("CreateSnapshot"), world.aws.count("DeleteVolume")) == (1, 1)
    assert world.audit.verify_chain().is_intact


def test_an_unreadable_reconciliation_is_no_permission(world: World) -> None:
    def fail(source_name: str, billing_period: date) -> bool:
        raise OSError("the warehouse is locked")

    engine = ActionEngine(
        world.store, make_settings(), world.aws.client, fail, nothing_objects, world.clock, world.clock.sleep
    )
    result = engine.execute(world.proposal_id)
    [reason] = result.failures
    assert result.outcome == "blocked" and reason.startswith("reconciliation: it is unknown whether")
    assert reason.endswith("OSError: the warehouse is locked")


def test_a_volume_that_somebody_else_deleted_half_way_ends_the_execution(world: World) -> None:
    world.aws.fail_next["CreateSnapshot"] = [403]
    world.engine().execute(world.proposal_id)
    world.ec2.delete_volume(VolumeId=world.volume_id)
    result = world.engine().execute(world.proposal_id)
    assert (result.outcome, result.state) == ("failed", "failed")
    assert result.error is not None and "does not exist" in result.error
    back = world.engine().rollback(world.proposal_id, "ben@example.com", "try")
    assert (back.outcome, back.state) == ("failed", "rolling_back")
    assert back.error == "restore_volume: the volume is gone and no snapshot of it was taken"
