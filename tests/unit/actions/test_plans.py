"""The plan as a document: its name, what makes it another one, and how a proposal comes to it and loses it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.approvals import Approvals, OtherStateError, PlanChangedError
from actions.planning.planner import Planner
from actions.plans.changes import list_changes
from actions.plans.document import Dependent, NoPlanError, Plan, Preflight, keep_plan, name_document, take_result
from actions.plans.records import KIND, PlanRecords
from actions.plans.words import describe_call, describe_plan
from actions.proposal_book import Change, ProposalBook
from actions.proposals import Proposal
from audit.log import AuditLog, AuditRow
from state import SqliteStateStore, Write
from tests.unit.actions.examples import ACCOUNT, HandClock, PlannedByHand, make_finding, make_settings, nothing_objects

ANA = "ana@example.com"


class Desk:
    """One proposal, and what is read of its resource."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.store = HandClock(), SqliteStateStore(folder / "state.sqlite")
        self.book, self.audit = ProposalBook(self.store, self.clock), AuditLog(self.store, self.clock)
        self.remediation = PlannedByHand(size_gib=12, seen_at="08:00")
        self.finding = make_finding(monthly_cost=Decimal("47.60"))
        self.key = self.book.propose(self.finding)[0].proposal_id
        self.settings = make_settings()
        self.approvals = Approvals(self.store, self.settings, self.clock, nothing_objects)

    def plan(self, clients: Any = lambda *_: None) -> Proposal:
        registry = {self.remediation.name: self.remediation}
        planner = Planner(
            self.store, self.settings, clients, self.clock, self.clock.sleep, lambda _: self.finding, registry
        )
        return planner.plan(self.key)

    def approve(self, plan: str | None = None) -> Proposal:
        return self.approvals.approve(self.key, ANA, "unused", plan)

    @property
    def proposal(self) -> Proposal:
        return self.book.get(self.key)

    @property
    def kept(self) -> Plan:
        kept = PlanRecords(self.store).find(self.proposal.plan)
        assert kept is not None
        return kept.plan

    def rows(self, event: str) -> list[AuditRow]:
        return [row for row in self.audit.rows_about(self.key) if row.event == event]

    def replace_record(self, digest: str, **changes: Any) -> None:
        """What somebody can do who may write the state."""
        record = self.store.get(KIND, digest)
        assert record is not None
        self.store.transact([Write.update(record, {**record.body, **changes})])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_name_is_of_what_it_says_in_whatever_order(desk: Desk) -> None:
    document = PlanRecords(desk.store).find(desk.plan().plan).document  # type: ignore[union-attr]
    backwards = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(backwards) != list(document) and name_document(backwards) == name_document(document)
    calls = [{"a": 1}, {"b": 2}]
    others: list[dict[str, Any]] = [
        {"calls": calls}, {"calls": calls[::-1]}, {"calls": [{"a": 1, "b": 2}]}, {"calls": [{"a": True}, {"b": 2}]},
        {"calls": [{"a": "1"}, {"b": 2}]}, {"calls": [{"a": 1.0}, {"b": 2}]}, {"calls": str(calls)}, {"call": calls},
    ]  # fmt: skip
    assert len({name_document(other) for other in others}) == len(others)


def change_plan(plan: Plan, **changes: Any) -> Plan:
    return plan.model_copy(update=changes)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"attributes": {"size_gib": 16}}, "size_gib is 16, the plan has 12"),
        ({"attributes": {"size_gib": True}}, "size_gib is True, the plan has 12"),
        ({"attributes": {}}, "size_gib is not there, the plan has 12"),
        ({"tags": {"team": "web"}}, "tag team is 'web', the plan has not there"),
        ({"safety_class": "one_way"}, "safety_class is 'one_way', the plan has 'restorable'"),
        ({"preconditions": ("it is there", "and old")}, "precondition, new: and old"),
        ({"calls": ()}, "calls are none, the plan has delete: ec2 DeleteVolume"),
        (
            {"dependents": (Dependent(kind="instance", name="i-1", effect="stops", is_harmed=True),)},
            "what is harmed, new: instance i-1: stops",
        ),
    ],
)
def test_what_makes_it_another_plan_is_named(desk: Desk, change: dict[str, Any], sentence: str) -> None:
    desk.plan()
    assert list_changes(desk.kept, change_plan(desk.kept, **change), Decimal("0.1")) == (sentence,)


def test_what_makes_it_no_other_plan(desk: Desk) -> None:
    desk.plan()
    plan, stays = desk.kept, Dependent(kind="snapshot", name="snap-1", effect="stays", is_harmed=False)
    for change in ({"dependents": (stays,)}, {"preflight": Preflight(outcome="unknown")}, {"permissions": ()}):
        assert list_changes(plan, change_plan(plan, **change), Decimal(0)) == ()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"monthly_saving": "52.36"}, ()),
        ({"monthly_saving": "52.361"}, ("monthly_saving",)),
        ({"monthly_saving": "42.839"}, ("monthly_saving",)),
        ({"monthly_cost": "60"}, ("monthly_cost",)),
        ({"monthly_cost": None}, ("monthly_cost",)),
        ({"currency": "EUR"}, ("currency",)),
        ({"billing_period": "2026-04-01"}, ()),
    ],
)
def test_a_price_is_another_beyond_a_share(desk: Desk, changes: dict[str, Any], names: tuple[str, ...]) -> None:
    desk.plan()
    price = type(desk.kept.price).model_validate({**desk.kept.price.model_dump(mode="json"), **changes})
    found = list_changes(desk.kept, change_plan(desk.kept, price=price), Decimal("0.1"))
    assert [sentence.split()[0] for sentence in found] == list(names)


def test_a_preflight_that_is_refused_now_is_another_plan(desk: Desk) -> None:
    desk.plan()
    allowed, refused = (change_plan(desk.kept, preflight=Preflight(outcome=one)) for one in ("allowed", "refused"))
    assert list_changes(allowed, refused, Decimal(0)) == ("pre-flight is 'refused', the plan has 'allowed'",)


def test_a_plan_that_is_the_same_is_kept_once(desk: Desk) -> None:
    planned = desk.plan()
    desk.remediation.attributes["seen_at"] = "09:00"
    desk.finding = desk.finding.model_copy(update={"reason": "unattached for 35 days"})
    assert desk.plan() == planned == desk.proposal and len(desk.rows("plan.made")) == 1
    assert len(desk.store.list(KIND)) == 1 and "seen_at" not in desk.kept.attributes


def test_another_plan_voids_the_approvals_of_the_old_one(desk: Desk) -> None:
    old = desk.plan().plan
    assert desk.approve(old).state == "approved"
    desk.remediation.attributes["size_gib"] = 16
    changed = desk.plan()
    assert (changed.state, changed.approvals, changed.approved_at) == ("proposed", (), None)
    (row,) = desk.rows("plan.changed")
    assert row.details["changes"] == ["size_gib is 16, the plan has 12"]
    assert (row.details["before"], row.details["plan"]) == (old, changed.plan)
    with pytest.raises(PlanChangedError):
        desk.approve(old)
    assert desk.approve(changed.plan).state == "approved"
    assert desk.rows("proposal.approved")[-1].details["plan"] == changed.plan


def test_a_plan_that_comes_back_needs_an_approval_of_its_own(desk: Desk) -> None:
    """The approval that it had once is from before it was another."""
    first = desk.plan()
    old = desk.approve(first.plan)
    for size in (16, 12):
        desk.remediation.attributes["size_gib"] = size
        desk.plan()
    assert (desk.proposal.plan, desk.proposal.state) == (first.plan, "proposed")
    desk.book.touch(desk.proposal, {"approvals": old.approvals})
    assert desk.approve(first.plan).approvals[0].at == desk.clock() and len(desk.proposal.approvals) == 1


def test_a_price_that_rose_is_what_two_people_are_needed_for(desk: Desk) -> None:
    desk.approve(desk.plan().plan)
    desk.finding = desk.finding.model_copy(update={"monthly_saving": Decimal("900")})
    changed = desk.plan()
    assert changed.finding.monthly_saving == desk.kept.price.monthly_saving == Decimal("900")
    assert desk.approve(changed.plan).state == "proposed"


def test_another_release_with_other_calls_asks_again(desk: Desk) -> None:
    desk.approve(desk.plan().plan)
    desk.remediation.operation = "DetachVolume"
    assert desk.plan().state == "proposed"
    (row,) = desk.rows("plan.changed")
    assert row.details["changes"] == ["calls are delete: ec2 DetachVolume, the plan has delete: ec2 DeleteVolume"]


def test_without_a_plan_nobody_approves(desk: Desk) -> None:
    with pytest.raises(NoPlanError, match="by a release without plans"):
        desk.approve()

    def fail(*where: str) -> None:
        raise OSError("no route to the cloud")

    desk.remediation.read = lambda context: context.client("ec2")  # type: ignore[method-assign]
    waiting = desk.plan(fail)
    assert (waiting.plan, waiting.state) == (None, "proposed")
    assert waiting.plan_problem == "the resource could not be read: OSError: no route to the cloud"
    with pytest.raises(NoPlanError, match="no route to the cloud"):
        desk.approve()


def test_what_cannot_be_read_today_keeps_its_plan(desk: Desk) -> None:
    approved = desk.approve(desk.plan().plan)

    def fail(context: Any) -> None:
        raise OSError("later")

    desk.remediation.read = fail  # type: ignore[method-assign]
    again = desk.plan()
    assert (again.state, again.plan, again.approvals) == ("approved", approved.plan, approved.approvals)
    assert again.plan_problem is not None and "later" in again.plan_problem


def test_what_must_not_be_acted_on_any_more_loses_its_plan(desk: Desk) -> None:
    desk.approve(desk.plan().plan)
    desk.remediation.list_problems = lambda live, context: ("it is in use",)  # type: ignore[method-assign]
    again = desk.plan()
    assert (again.state, again.plan, again.plan_problem, again.approvals) == ("proposed", None, "it is in use", ())


def test_nothing_is_read_where_nothing_may_be_done(desk: Desk) -> None:
    desk.settings = make_settings(allowed_accounts=())
    desk.remediation.read = lambda context: pytest.fail("it was read")  # type: ignore[method-assign]
    problem = desk.plan().plan_problem
    assert problem == f"account {ACCOUNT} is not in actions.allowed_accounts, so nothing is read there"


def test_a_proposal_of_the_former_release_is_taken_over(desk: Desk) -> None:
    """It is approved, and its record has no field of plans."""
    desk.finding = make_finding("vol-old")
    desk.key = desk.book.propose(desk.finding)[0].proposal_id
    record = desk.store.get("proposal", desk.key)
    assert record is not None
    body = {name: value for name, value in record.body.items() if not name.startswith("plan")}
    body["finding"] = {name: value for name, value in body["finding"].items() if name != "monthly_cost"}
    desk.store.transact([Write.update(record, body)])
    desk.book.change(desk.proposal, Change("proposal.approved", ANA, {"state": "approved"}))
    assert desk.plan().state == "proposed" and desk.rows("plan.made")[0].details["from"] == "approved"
    assert desk.approve(desk.proposal.plan).state == "approved"


def test_a_record_that_was_replaced_is_no_plan(desk: Desk) -> None:
    planned = desk.plan()
    assert planned.plan is not None
    desk.replace_record(planned.plan, attributes={"size_gib": 1})
    with pytest.raises(NoPlanError, match="missing or was replaced"):
        desk.approve(planned.plan)
    assert desk.plan().plan == planned.plan and len(desk.rows("plan.made")) == 2
    assert desk.approve(planned.plan).state == "approved"


def test_a_plan_that_is_in_no_row_of_the_log_is_none(desk: Desk) -> None:
    desk.plan()
    forged = keep_plan(change_plan(desk.kept, attributes={"size_gib": 1}))
    desk.store.transact([Write.insert(KIND, forged.digest, forged.document)])
    desk.book.touch(desk.proposal, {"plan": forged.digest})
    with pytest.raises(NoPlanError, match="not the one in the audit log"):
        desk.approve(forged.digest)


def test_what_was_written_into_the_state_is_not_planned(desk: Desk) -> None:
    finding = desk.finding.model_copy(update={"monthly_saving": Decimal(1)})
    desk.book.touch(desk.proposal, {"finding": finding})
    with pytest.raises(NoPlanError, match="the finding is not the one that was proposed"):
        desk.plan()
    desk.book.touch(desk.proposal, {"finding": desk.finding, "state": "approved"})
    with pytest.raises(NoPlanError, match="the audit log has it as"):
        desk.plan()
    with pytest.raises((OtherStateError, NoPlanError)):
        desk.approve()


def test_words_say_what_would_be_called(desk: Desk) -> None:
    desk.plan()
    words = describe_plan(desk.kept)
    assert '  calls ec2 DeleteVolume(VolumeId="vol-0a1b2c3d")' in words and "delete it" in words
    assert "costs now: 47.60 USD in 30 days, by the bill of 2026-03" in words
    assert "does not come back: its id" in words and "the bill shows it after 3 days" in words
    call = desk.kept.calls[0].model_copy(update={"parameters": {"SnapshotId": take_result("copy", "snapshot_id")}})
    assert describe_call(call) == "ec2 DeleteVolume(SnapshotId=<snapshot_id of copy>)"
    assert call.resolve({"copy": {"snapshot_id": "snap-1"}}) == {"SnapshotId": "snap-1"} and not call.is_complete
