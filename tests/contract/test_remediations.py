"""What every registered remediation must declare; a new one is checked by being registered."""

import re
from pathlib import Path

import pytest

import actions.remediations
from actions.approvals import Approvals
from actions.engine import ActionEngine
from actions.proposal_book import ProposalBook
from actions.remediations import (
    REMEDIATIONS,
    LiveResource,
    Remediation,
    SafetyClass,
    Step,
    StepContext,
    find_remediations,
)
from state import SqliteStateStore
from tests.contract.one_more_file import one_more_file
from tests.unit.actions.examples import HandClock, make_finding, make_settings, nothing_objects

PERMISSION = {
    "aws": r"^[a-z0-9-]+:[A-Z][A-Za-z]+$",
    "azure": r"^Microsoft\.[\w.]+(/[\w*]+)+$",
    "gcp": r"^[a-z]+(\.[a-zA-Z]+)+$",
}

#: A whole remediation: nothing else names it.
REST_IDLE = """
from actions.remediations.base import LiveResource, Remediation, SafetyClass, Step

class RestIdle(Remediation):
    name = "rest_idle"
    provider = "aws"
    safety_class = SafetyClass.REVERSIBLE
    permissions = ("ec2:StopInstances",)
    rollback_permissions = ("ec2:StartInstances",)

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
"""

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


class Shred(Remediation):
    """A remediation that nothing can take back, used to show that it is never carried out."""

    name = "shred"
    provider = "aws"
    safety_class = SafetyClass.ONE_WAY
    permissions = ("ec2:DeleteVolume",)
    rollback_permissions = ()

    def __init__(self) -> None:
        self.acted: list[str] = []

    def read(self, context: StepContext) -> LiveResource | None:
        return LiveResource("x", context.clock(), {}, {})

    def list_problems(self, live: LiveResource | None, context: StepContext) -> tuple[str, ...]:
        return ()

    def is_applied(self, step_name: str, live: LiveResource | None) -> bool:
        return False

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
    Approvals(store, make_settings(), clock, nothing_objects).approve(proposal.proposal_id, "ana@example.com", "sure")
    (tmp_path / "more").mkdir()
    with one_more_file("actions.remediations", "rest_idle", REST_IDLE, tmp_path / "more"):
        found = find_remediations()
    assert set(found) == {"rest_idle", *REMEDIATIONS}
    engine = ActionEngine(
        store, make_settings(), lambda *_: None, lambda *_: True, nothing_objects, clock, clock.sleep, found
    )
    assert engine.execute(proposal.proposal_id).outcome == "executed"
