"""Who may consent to what, and when consent lapses."""

import threading
from decimal import Decimal
from pathlib import Path

import pytest

from actions.approval_evidence import judge_approvals
from actions.approvals import Approvals, NotAllowedError, count_required
from actions.plans.records import PlanRecords
from actions.proposal_book import SYSTEM, Change, ProposalBook, ProposalNotFoundError, ProposalStateError
from actions.proposals import TRANSITIONS, Proposal
from actions.settings import ActionSettings
from actions.verification import SavingEvidence, confirm_saving, judge_saving
from audit.log import AuditLog
from state import ConflictError, SqliteStateStore
from tests.unit.actions.examples import HandClock, make_finding, make_settings, nothing_objects, propose_planned

ANA, BEN, CEM = "ana@example.com", "ben@example.com", "cem@example.com"


class Desk:
    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.store = SqliteStateStore(folder / "state.sqlite")
        self.book = ProposalBook(self.store, self.clock)
        self.audit = AuditLog(self.store, self.clock)
        self.settings = make_settings(approvers=(ANA, BEN, CEM, SYSTEM))

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.store, self.settings, self.clock, nothing_objects)

    def propose(self, saving: str = "47.60", proposed_by: str = SYSTEM) -> str:
        return propose_planned(self.store, self.clock, make_finding(saving=saving), proposed_by)

    def events(self, proposal_id: str) -> list[str]:
        return [row.event for row in self.audit.rows_about(proposal_id)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_same_finding_proposes_once(desk: Desk) -> None:
    first, is_new = desk.book.propose(make_finding())
    again, is_new_again = desk.book.propose(make_finding(saving="99", reason="found again"))
    assert (is_new, is_new_again) == (True, False) and again == first
    assert desk.events(first.proposal_id) == ["proposal.proposed"]
    other, _ = desk.book.propose(make_finding(finding_id="another"))
    assert other.proposal_id != first.proposal_id and len(desk.book.list()) == 2


def test_one_person_is_enough_below_the_limit(desk: Desk) -> None:
    proposal = desk.approvals.approve(desk.propose("100"), " Ana@Example.com ", "unused since March")
    assert (proposal.state, [item.approver for item in proposal.approvals]) == ("approved", [ANA])
    assert proposal.approvals[0].reason == "unused since March"


def test_two_people_are_needed_above_it_and_one_person_counts_once(desk: Desk) -> None:
    key = desk.propose("100.000000000001")
    assert desk.approvals.approve(key, ANA, "yes").state == "proposed"
    assert desk.approvals.approve(key, ANA.upper(), "yes, yes").state == "proposed"
    proposal = desk.approvals.approve(key, BEN, "agreed")
    assert (proposal.state, len(proposal.approvals)) == ("approved", 2)
    assert desk.events(key) == ["proposal.proposed", "plan.made", "proposal.consented", "proposal.approved"]


@pytest.mark.parametrize(
    ("saving", "currency", "needed"),
    [
        ("100", "USD", 1),
        ("100.01", "USD", 2),
        ("-100.01", "USD", 2),
        ("1", "EUR", 2),
        ("0", "USD", 1),
        ("NaN", "USD", 2),
    ],
)
def test_how_many_must_consent(desk: Desk, saving: str, currency: str, needed: int) -> None:
    finding = make_finding().model_copy(update={"monthly_saving": Decimal(saving), "currency": currency})
    now = desk.clock()
    proposal = Proposal(proposal_id="p", finding=finding, proposed_by=SYSTEM, proposed_at=now, updated_at=now)
    assert count_required(proposal, desk.settings) == needed


@pytest.mark.parametrize("person", [SYSTEM, "mallory@example.com"])
def test_neither_the_system_nor_a_stranger_can_decide(desk: Desk, person: str) -> None:
    key = desk.propose()
    for decide in (desk.approvals.approve, desk.approvals.reject):
        with pytest.raises(NotAllowedError, match=person):
            decide(key, person, "because")
    refused = ["proposal.approval_refused", "proposal.rejection_refused"]
    assert desk.events(key) == ["proposal.proposed", "plan.made", *refused]
    assert [row.actor for row in desk.audit.rows_about(key)[2:]] == [person, person]
    assert desk.book.get(key).approvals == ()


def test_who_proposed_it_cannot_approve_it(desk: Desk) -> None:
    key = desk.propose(proposed_by="Ana@example.com")
    with pytest.raises(NotAllowedError, match="proposed"):
        desk.approvals.approve(key, ANA, "mine")


def test_nobody_may_approve_by_default(desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        Approvals(desk.store, ActionSettings(), desk.clock, nothing_objects).approve(desk.propose(), ANA, "yes")


def test_a_decision_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(ValueError, match="reason"):
        desk.approvals.approve(desk.propose(), ANA, "  ")


def test_rejected_stays_rejected(desk: Desk) -> None:
    key = desk.propose()
    desk.approvals.approve(key, ANA, "yes")
    proposal = desk.approvals.reject(key, BEN, "we need it")
    assert (proposal.state, proposal.closed_by, proposal.close_reason) == ("rejected", BEN, "we need it")
    with pytest.raises(ProposalStateError, match="rejected"):
        desk.approvals.approve(key, CEM, "yes")
    assert desk.book.propose(make_finding())[0].state == "rejected"


def test_an_approver_who_left_counts_no_more(desk: Desk) -> None:
    key = desk.propose()
    proposal = desk.approvals.approve(key, ANA, "yes")
    left = judge_approvals(proposal, make_settings(approvers=(BEN,)), desk.audit, PlanRecords(desk.store))
    assert (left.approvals, left.independent, left.doubts) == ((), 0, ())
    assert judge_approvals(proposal, desk.settings, desk.audit, PlanRecords(desk.store)).approvals == proposal.approvals


def test_what_nobody_answers_lapses_and_may_be_asked_again(desk: Desk) -> None:
    key = desk.propose()
    desk.clock.forward(days=30)
    assert desk.approvals.expire_stale() == []
    desk.clock.forward(seconds=1)
    assert [proposal.state for proposal in desk.approvals.expire_stale()] == ["expired"]
    proposal, is_new = desk.book.propose(make_finding(saving="60"))
    assert (proposal.proposal_id, proposal.state, is_new) == (key, "proposed", True)
    assert proposal.finding.monthly_saving == Decimal("60")


def test_an_approval_lapses_with_its_oldest_consent(desk: Desk) -> None:
    key = desk.propose("500")
    desk.approvals.approve(key, ANA, "yes")
    desk.clock.forward(days=6)
    assert desk.approvals.approve(key, BEN, "yes").state == "approved"
    desk.clock.forward(days=1, seconds=1)
    [lapsed] = desk.approvals.expire_stale()
    assert (lapsed.state, lapsed.closed_by) == ("expired", SYSTEM)
    again, _ = desk.book.propose(make_finding(saving="500"))
    assert again.approvals == () and again.approved_at is None


def test_two_people_at_once_both_count(desk: Desk) -> None:
    key = desk.propose("500")
    threads = [threading.Thread(target=desk.approvals.approve, args=(key, person, "yes")) for person in (ANA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    proposal = desk.book.get(key)
    assert (proposal.state, {item.approver for item in proposal.approvals}) == ("approved", {ANA, BEN})


def test_only_the_drawn_transitions_are_possible(desk: Desk) -> None:
    proposal = desk.book.get(desk.propose())
    for state in set(TRANSITIONS) - TRANSITIONS["proposed"] - {"proposed"}:
        with pytest.raises(ProposalStateError):
            desk.book.change(proposal, Change("x", ANA, {"state": state}))


def test_a_change_of_an_old_version_is_refused(desk: Desk) -> None:
    old = desk.book.get(desk.propose("500"))
    desk.approvals.approve(old.proposal_id, ANA, "yes")
    with pytest.raises(ConflictError):
        desk.book.change(old, Change("x", ANA, {"state": "rejected"}))


def test_an_unknown_proposal_has_a_clear_error(desk: Desk) -> None:
    with pytest.raises(ProposalNotFoundError, match="prop-nothing"):
        desk.approvals.approve("prop-nothing", ANA, "yes")


def make_evidence(
    after: str | None = "0", before: str | None = "1.60", days: int = 3, ok: bool | None = True
) -> SavingEvidence:
    def money(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return SavingEvidence("USD", money(before), money(after), days, ok)


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (make_evidence(), "verified"),
        (make_evidence(after="1.60"), "refuted"),
        (make_evidence(after=None), "unknown"),
        (make_evidence(before=None), "unknown"),
        (make_evidence(days=2), "unknown"),
        (make_evidence(ok=None), "unknown"),
        (make_evidence(ok=False), "unknown"),
    ],
)
def test_only_complete_reconciled_bills_prove_a_saving(evidence: SavingEvidence, status: str) -> None:
    assert judge_saving("USD", evidence).status == status
    assert judge_saving("EUR", evidence).status == "unknown"


def test_a_proof_closes_an_executed_proposal(desk: Desk) -> None:
    key = desk.propose()
    proposal = desk.approvals.approve(key, ANA, "yes")
    with pytest.raises(ProposalStateError, match="approved"):
        confirm_saving(desk.store, desk.clock, key, make_evidence())
    proposal = desk.book.change(proposal, Change("x", SYSTEM, {"state": "executing"}))
    desk.book.change(proposal, Change("x", SYSTEM, {"state": "executed"}))
    assert confirm_saving(desk.store, desk.clock, key, make_evidence(days=1))[0].state == "executed"
    proved, _ = confirm_saving(desk.store, desk.clock, key, make_evidence())
    assert (proved.state, proved.realised_daily_saving) == ("verified", Decimal("1.60"))
