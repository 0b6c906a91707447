"""What every registered remediation must declare; a new one is checked by being registered."""

import re
from pathlib import Path
from typing import Any

import pytest

import actions.remediations
from actions.approvals import Approvals
from actions.engine import ActionEngine
from actions.plans.document import FROM_STEP, PlanBasis
from actions.proposal_book import ProposalBook
from actions.remediations import (
    REMEDIATIONS,
    SafetyClass,
    Step,
    StepContext,
    find_remediations,
)
from state import SqliteStateStore
from tests.contract.one_more_file import one_more_file
from tests.unit.actions.examples import (
    HandClock,
    PlannedByHand,
    make_finding,
    make_settings,
    nothing_objects,
    plan_by_hand,
)

PERMISSION = {
    "aws": r"^[a-z0-9-]+:[A-Z][A-Za-z]+$",
    "azure": r"^Microsoft\.[\w.]+(/[\w*]+)+$",
    "gcp": r"^[a-z]+(\.[a-zA-Z]+)+$",
}

#: A whole remediation: nothing else names it.
REST_IDLE = """
from actions.plans.document import PlannedCall, WayBack, take_result
from actions.remediations.base import LiveResource, Remediation, SafetyClass, Step

class RestIdle(Remediation):
    name = "rest_idle"
    provider = "aws"
    safety_class = SafetyClass.REVERSIBLE
    permissions = ("ec2:StopInstances",)
    rollback_permissions = ("ec2:StartInstances",)
    days_until_billed = 3

    def read(self, context):
        return LiveResource(context.finding.resource.resource_id, context.clock(), {}, {})

    def list_problems(self, live, context):
        return ()

    def is_applied(self, step_name, live):
        return False

    def steps(self):
        rest = Step("rest", "let it rest", lambda context: {}, True)
        return (rest, Step("verify_rest", "see it", lambda context: {}))

    def rollback_steps(self):
        return self.steps()

    def plan_calls(self, basis):
        ids = {"InstanceIds": [basis.finding.resource.resource_id]}
        return (PlannedCall(step="rest", service="ec2", operation="StopInstances", parameters=ids),)

    def plan_way_back(self, basis):
        ids = {"InstanceIds": take_result("rest", "ids")}
        wake = PlannedCall(step="rest", service="ec2", operation="StartInstances", parameters=ids)
        return WayBack(description="it is started again", calls=(wake,), lost=())

    def list_preconditions(self, basis):
        return ("it runs",)

    def list_dependents(self, live, context):
        return ()
"""

#: What each remediation reads of its resource.
EXAMPLES: dict[str, dict[str, Any]] = {
    "delete_unattached_volume": {
        "state": "available", "attachments": [], "availability_zone": "eu-central-1a", "size_gib": 12,
        "volume_type": "gp3", "iops": 4000, "throughput": 250, "is_encrypted": True, "kms_key_id": "key-1",
        "is_multi_attach": False,
    },
}  # fmt: skip

each = pytest.mark.parametrize("name", sorted(REMEDIATIONS))


@each
def test_it_is_registered_under_its_name_in_a_module_of_that_name(name: str) -> None:
    remediation = REMEDIATIONS[name]
    assert remediation.name == name
    assert type(remediation).__module__ == f"actions.remediations.{name}"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)


def test_every_module_with_a_remediation_is_registered() -> None:
    folder = Path(actions.remediations.__file__).parent
    with_one = {path.stem for path in folder.glob("*.py") if "(Remediation)" in path.read_text()}
    assert with_one == set(REMEDIATIONS)


@each
def test_it_declares_the_permissions_it_needs(name: str) -> None:
    remediation = REMEDIATIONS[name]
    assert remediation.provider in PERMISSION
    assert remediation.permissions
    for permission in (*remediation.permissions, *remediation.rollback_permissions):
        assert re.match(PERMISSION[remediation.provider], permission), permission


@each
def test_it_is_of_a_class_and_can_do_what_the_class_promises(name: str) -> None:
    remediation = REMEDIATIONS[name]
    assert isinstance(remediation.safety_class, SafetyClass)
    assert remediation.safety_class is not SafetyClass.ONE_WAY
    if remediation.safety_class in (SafetyClass.REVERSIBLE, SafetyClass.RESTORABLE):
        assert remediation.rollback_steps() and remediation.rollback_permissions


@each
def test_its_docstring_says_what_it_does_and_shows_a_finding(name: str) -> None:
    doc = type(REMEDIATIONS[name]).__doc__ or ""
    assert doc.splitlines()[0].endswith(".")
    assert "Example of a finding:" in doc and "ActionFinding(" in doc and f'remediation="{name}"' in doc


@each
def test_its_steps_have_names_of_their_own_and_end_by_looking(name: str) -> None:
    remediation = REMEDIATIONS[name]
    for steps in (remediation.steps(), remediation.rollback_steps()):
        names = [step.name for step in steps]
        assert len(set(names)) == len(names) and all(step.description for step in steps)
        assert any(step.is_mutating for step in steps)
        assert not steps[-1].is_mutating and steps[-1].name.startswith("verify_")


@each
def test_its_plan_calls_what_its_steps_and_permissions_say(name: str) -> None:
    remediation = REMEDIATIONS[name]
    basis = PlanBasis("prop-1", make_finding(remediation=name), EXAMPLES[name], {"team": "data"})
    ways = (
        (remediation.plan_calls(basis), remediation.steps(), remediation.permissions),
        (remediation.plan_way_back(basis).calls, remediation.rollback_steps(), remediation.rollback_permissions),
    )
    for calls, steps, permissions in ways:
        assert [call.step for call in calls] == [step.name for step in steps if step.is_mutating]
        assert all(f"{call.service}:{call.operation}" in permissions for call in calls)
    earlier = {step.name for step in remediation.steps()}
    values = [value for calls, _, _ in ways for call in calls for value in call.parameters.values()]
    assert {value[FROM_STEP] for value in values if isinstance(value, dict) and FROM_STEP in value} <= earlier
    assert remediation.list_preconditions(basis) and remediation.plan_way_back(basis).description
    assert remediation.days_until_billed >= 1


@each
def test_what_its_own_steps_change_is_changed_once(name: str) -> None:
    remediation = REMEDIATIONS[name]
    begun = frozenset(step.name for step in remediation.steps())
    once = remediation.expect_attributes(dict(EXAMPLES[name]), begun)
    assert remediation.expect_attributes(dict(once), begun) == once


class Shred(PlannedByHand):
    """A remediation that nothing can take back, used to show that it is never carried out."""

    name = "shred"
    provider = "aws"
    safety_class = SafetyClass.ONE_WAY
    permissions = ("ec2:DeleteVolume",)
    rollback_permissions = ()

    def __init__(self) -> None:
        super().__init__()
        self.acted: list[str] = []

    def steps(self) -> tuple[Step, ...]:
        return (Step("shred", "shred it", self._shred, True),)

    def rollback_steps(self) -> tuple[Step, ...]:
        return ()

    def _shred(self, context: StepContext) -> dict[str, object]:
        self.acted.append("x")
        return {}


def test_one_way_is_never_automatic(tmp_path: Path) -> None:
    clock, shred = HandClock(), Shred()
    store = SqliteStateStore(tmp_path / "state.sqlite")
    proposal, _ = ProposalBook(store, clock).propose(make_finding(remediation="shred"))
    plan_by_hand(store, clock, proposal.proposal_id, shred)
    Approvals(store, make_settings(), clock, nothing_objects).approve(proposal.proposal_id, "ana@example.com", "sure")

    def no_client(service: str, account_id: str, region: str) -> None:
        raise AssertionError("no client is needed")

    engine = ActionEngine(
        store,
        make_settings(),
        no_client,
        lambda name, period: True,
        nothing_objects,
        clock,
        clock.sleep,
        {"shred": shred},
    )
    result = engine.execute(proposal.proposal_id)
    assert (result.outcome, result.state, shred.acted) == ("blocked", "approved", [])
    assert result.failures == ("safety_class: a one_way remediation is never carried out automatically",)
    unknown = ActionEngine(
        store, make_settings(), no_client, lambda name, period: True, nothing_objects, clock, clock.sleep, {}
    )
    assert unknown.execute(proposal.proposal_id).failures == ("remediation: not registered",)


def test_one_more_remediation_is_one_more_file(tmp_path: Path) -> None:
    clock = HandClock()
    store = SqliteStateStore(tmp_path / "state.sqlite")
    proposal, _ = ProposalBook(store, clock).propose(make_finding(remediation="rest_idle"))
    (tmp_path / "more").mkdir()
    with one_more_file("actions.remediations", "rest_idle", REST_IDLE, tmp_path / "more"):
        found = find_remediations()
    assert set(found) == {"rest_idle", *REMEDIATIONS}
    planned = plan_by_hand(store, clock, proposal.proposal_id, found["rest_idle"])
    approvals = Approvals(store, make_settings(), clock, nothing_objects)
    approvals.approve(proposal.proposal_id, "ana@example.com", "sure", planned.plan)
    engine = ActionEngine(
        store, make_settings(), lambda *_: None, lambda *_: True, nothing_objects, clock, clock.sleep, found
    )
    assert engine.execute(proposal.proposal_id).outcome == "executed"
