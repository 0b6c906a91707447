"""Plans against EC2: what is approved is what is called, and whatever is another then is not done."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.serialize import create_serializer

from actions.engine import ActionEngine
from actions.plans.document import KeptPlan, PlanBasis, PlannedCall
from actions.plans.records import KIND, PlanRecords
from actions.proposals import Proposal
from actions.remediations import REMEDIATIONS, StepContext
from actions.remediations.delete_unattached_volume import DeleteUnattachedVolume
from actions.results import ActionResult
from state import SqliteStateStore, StateStore
from tests.contract.stores import OPENERS, Open
from tests.integration.actions.killed_process import plan, run_until_killed
from tests.integration.actions.world import World
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import START, make_finding, make_settings, nothing_objects

WRITES = ("CreateSnapshot", "DeleteVolume", "CreateVolume", "CreateTags")


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(params=sorted(OPENERS))
def open_store(request: pytest.FixtureRequest, aws: MotoServer, tmp_path: Path) -> Iterator[Open]:
    yield from OPENERS[request.param](tmp_path, aws)


@pytest.fixture
def world(aws: MotoServer, tmp_path: Path) -> World:
    return World(aws, SqliteStateStore(tmp_path / "state.sqlite"))


def find_plan(world: World, proposal: Proposal | None = None) -> KeptPlan:
    kept = PlanRecords(world.store).find((proposal or world.proposal).plan)
    assert kept is not None
    return kept


def list_writes(world: World) -> list[str]:
    """The calls that changed something."""
    return [call.action for call in world.aws.calls if call.action in WRITES and call.status == 200]


def expect_other_plan(world: World, result: ActionResult, sentence: str) -> None:
    """Nothing was called; the proposal waits with another plan, which can be approved and is carried out."""
    assert result.outcome == "blocked" and f"plan: {sentence}" in result.failures, result
    assert list_writes(world) == [] and (world.proposal.state, world.proposal.approvals) == ("proposed", ())
    (row,) = [row for row in world.audit.rows_about(world.proposal_id) if row.event == "plan.changed"]
    assert sentence in row.details["changes"] and row.details["plan"] == world.proposal.plan
    assert world.audit.verify_chain().is_intact


def go_on(world: World) -> None:
    world.approve_again()
    assert world.engine().execute(world.proposal_id).outcome == "executed"


def tag(world: World) -> str:
    world.ec2.create_tags(Resources=[world.volume_id], Tags=[{"Key": "owner", "Value": "web"}])
    return "tag owner is 'web', the plan has not there"


def resize(world: World) -> str:
    world.ec2.modify_volume(VolumeId=world.volume_id, Size=16)
    return "size_gib is 16, the plan has 12"


def price(world: World) -> str:
    world.finding = world.proposal.finding.model_copy(update={"monthly_saving": Decimal("60")})
    bills = "60 USD by the bill of 2026-03, the plan has 47.60 USD by that of 2026-03"
    return f"monthly_saving is {bills}: more than 10% apart"


@pytest.mark.parametrize("change", [tag, resize, price])
def test_what_changed_since_it_was_approved_is_not_done(world: World, change: Callable[[World], str]) -> None:
    sentence = change(world)
    world.aws.calls.clear()
    expect_other_plan(world, world.engine().execute(world.proposal_id), sentence)
    go_on(world)


def test_a_price_within_the_share_is_the_same_plan(world: World) -> None:
    world.finding = world.proposal.finding.model_copy(update={"monthly_saving": Decimal("50")})
    assert world.engine().execute(world.proposal_id).outcome == "executed"


class OtherWords(DeleteUnattachedVolume):
    """The remediation of a later release."""

    def plan_calls(self, basis: PlanBasis) -> tuple[PlannedCall, ...]:
        first, last = super().plan_calls(basis)
        return (first.model_copy(update={"parameters": {**first.parameters, "Description": "other"}}), last)


class Stray(DeleteUnattachedVolume):
    """A remediation whose steps do something else than it plans."""

    stray: Any = None

    def _create_snapshot(self, context: StepContext) -> dict[str, Any]:
        self.stray(context.client("ec2"))
        return super()._create_snapshot(context)


def open_engine(world: World, remediation: DeleteUnattachedVolume) -> ActionEngine:
    registry = {remediation.name: remediation}
    return ActionEngine(
        world.store,
        make_settings(),
        world.aws.client,
        lambda *_: True,
        nothing_objects,
        world.clock,
        world.clock.sleep,
        registry,
    )


def test_an_upgrade_that_calls_something_else_asks_again(world: World) -> None:
    result = open_engine(world, OtherWords()).execute(world.proposal_id)
    planned = f"Taken by cloudcost before it deletes the volume, proposal {world.proposal_id}"
    expect_other_plan(world, result, f"CreateSnapshot Description is 'other', the plan has {planned!r}")


@pytest.mark.parametrize(
    "stray",
    [
        lambda client: client.delete_volume(VolumeId="vol-00000000"),
        lambda client: client.create_snapshot(VolumeId="vol-00000000"),
        lambda client: client.delete_tags(Resources=["vol-00000000"]),
    ],
)
def test_a_call_that_is_not_in_the_plan_is_not_made(world: World, stray: Callable[[Any], Any]) -> None:
    remediation = Stray()
    remediation.stray = stray
    world.aws.calls.clear()
    result = open_engine(world, remediation).execute(world.proposal_id)
    assert result.outcome == "failed" and "is not in the plan" in (result.error or "")
    assert list_writes(world) == [] and world.volume_id in world.volumes()


#: A scene for every remediation: what there is to be changed.
SCENES: dict[str, Callable[[World], str]] = {
    "delete_unattached_volume": lambda world: world.create_volume(Encrypted=True, VolumeType="io1", Throughput=None),
}


@pytest.mark.parametrize("name", sorted(REMEDIATIONS))
def test_what_is_called_is_what_the_plan_lists(world: World, name: str) -> None:
    """Parameters as they arrive at the cloud, beside those of the plan as boto3 would send them."""
    proposal_id = world.approve(SCENES[name](world))
    kept = find_plan(world, world.book.get(proposal_id))
    world.aws.calls.clear()
    assert world.engine().execute(proposal_id).outcome == "executed"
    expect_calls(world, kept.plan.calls, proposal_id)
    world.aws.calls.clear()
    assert world.engine().rollback(proposal_id, "ben@example.com", "needed").outcome == "rolled_back"
    expect_calls(world, kept.plan.way_back.calls, proposal_id)


def expect_calls(world: World, planned: tuple[PlannedCall, ...], proposal_id: str) -> None:
    execution = world.book.get(proposal_id).execution
    assert execution is not None
    expected = []
    for call in planned:
        model = world.aws.client(call.service).meta.service_model
        sent = create_serializer("ec2").serialize_to_request(
            call.resolve(execution.results()), model.operation_model(call.operation)
        )["body"]
        own = {name: str(value) for name, value in sent.items() if name != "Action"}
        expected.append((call.operation, {name: {"True": "true"}.get(value, value) for name, value in own.items()}))
    assert [(c.action, c.parameters) for c in world.aws.calls if not c.action.startswith("Describe")] == expected


def test_planning_and_a_dry_run_change_nothing(world: World) -> None:
    volume = world.create_volume()
    world.aws.calls.clear()
    proposal_id = world.approve(volume)
    assert world.engine(mode="dry_run").execute(proposal_id).outcome == "dry_run"
    others = [call for call in world.aws.calls if not call.action.startswith("Describe")]
    # EC2 answers a dry run that would be allowed with an error
    assert [(call.action, call.status, call.parameters["DryRun"]) for call in others] == [
        ("CreateSnapshot", 412, "true"), ("DeleteVolume", 412, "true"),
    ]  # fmt: skip
    assert find_plan(world).plan.preflight.outcome == "allowed" and world.snapshots() == []


def test_a_dry_run_says_the_plan_in_words(world: World) -> None:
    words = world.engine(mode="dry_run").execute(world.proposal_id).would_do
    assert f'  calls ec2 DeleteVolume(VolumeId="{world.volume_id}")' in words
    assert any("SnapshotId=<snapshot_id of create_snapshot>" in line for line in words)
    assert any(line.startswith("as it was read: ") and "size_gib 12" in line for line in words)
    assert "pre-flight: the cloud would allow every call (asked without effect)" in words


def test_a_preflight_without_an_answer_is_no_permission(world: World) -> None:
    world.aws.fail_next["DeleteVolume"] = [403]
    volume = world.create_volume()
    proposal, _ = world.book.propose(make_finding(volume))
    preflight = find_plan(world, world.planner().plan(proposal.proposal_id)).plan.preflight
    assert (preflight.outcome, preflight.details) == ("unknown", ("DeleteVolume: Injected",))


def test_what_hangs_on_the_volume_is_in_the_plan(world: World) -> None:
    volume = world.create_volume(tags={"aws:cloudformation:stack-name": "web"})
    snapshot = world.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    proposal, _ = world.book.propose(make_finding(volume))
    plan = find_plan(world, world.planner().plan(proposal.proposal_id)).plan
    assert [(one.kind, one.name, one.is_harmed) for one in plan.dependents] == [
        ("CloudFormation stack", "web", True),
        ("snapshot", snapshot, False),
    ]
    assert any("aws:cloudformation:stack-name" in text for text in plan.way_back.lost)


def test_an_attached_volume_waits_without_a_plan(world: World) -> None:
    volume = world.create_volume()
    instance = world.attach(volume)
    proposal, _ = world.book.propose(make_finding(volume))
    waiting = world.planner().plan(proposal.proposal_id)
    assert waiting.plan is None and instance in (waiting.plan_problem or "")


def test_half_way_another_tag_stops_and_can_be_approved(world: World) -> None:
    def meddle(point: str) -> None:
        if point == "create_snapshot:done":
            tag(world)

    result = world.engine(checkpoint=meddle).execute(world.proposal_id)
    assert (result.outcome, result.state) == ("blocked", "executing")
    assert result.failures == ("plan: tag owner is 'web', the plan has not there",)
    assert world.aws.count("DeleteVolume") == 0 and world.proposal.approvals == ()
    again = world.engine().execute(world.proposal_id)
    assert again.outcome == "blocked" and any(failure.startswith("approvals:") for failure in again.failures)
    go_on(world)


@pytest.mark.parametrize("kill_at", [1, 2])
def test_killed_while_planning_it_is_planned_once(aws: MotoServer, open_store: Open, kill_at: int) -> None:
    world = World(aws, open_store())
    proposal, _ = world.book.propose(make_finding(world.create_volume()))
    run_until_killed(plan, open_store, aws.url, START, proposal.proposal_id, kill_at)
    assert (world.book.get(proposal.proposal_id).plan is None) == (kill_at == 1)
    world.clock.now = START + timedelta(minutes=1)
    planned = world.planner().plan(proposal.proposal_id)
    assert find_plan(world, planned).digest == planned.plan
    assert [row.event for row in world.audit.rows_about(proposal.proposal_id)] == ["proposal.proposed", "plan.made"]


def test_a_plan_is_the_same_on_every_store(aws: MotoServer, open_store: Open) -> None:
    store: StateStore = open_store()
    world = World(aws, store)
    kept = find_plan(world)
    assert [record.key for record in store.list(KIND)] == [kept.digest]
    assert world.planner().plan(world.proposal_id) == world.proposal
    sentence = tag(world)
    world.aws.calls.clear()
    expect_other_plan(world, world.engine().execute(world.proposal_id), sentence)
    go_on(world)
