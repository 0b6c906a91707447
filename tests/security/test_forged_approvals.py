"""What stands in the state alone is executed by nobody: every approval is found again in the sealed audit log."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions.approvals import Approvals, NotAllowedError
from actions.proposal_book import Change, ProposalBook, ProposalStateError
from audit.keys import name_key
from audit.log import AuditLog, AuditRow, hash_row
from state import SqliteStateStore
from tests.integration.actions.runs import run_everything
from tests.security.examples import ANA, BEN, Bureau
from tests.unit.actions.examples import START, nothing_objects

CLAIM: dict[str, Any] = {"approver": ANA, "at": START.isoformat(), "reason": "unused"}
CLAIMED: dict[str, Any] = {"state": "approved", "approvals": [CLAIM], "approved_at": START.isoformat()}
UNPROVEN = f"evidence: the approval of '{ANA}' is not in the audit log for this plan: it has to be given again"


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


def expect_blocked(bureau: Bureau, proposal_id: str, failure: str) -> None:
    """Nothing is done, and the audit log says why."""
    result = bureau.execute(proposal_id)
    assert result.outcome == "blocked" and any(failure in reason for reason in result.failures), result
    row = bureau.last_row("execution.blocked")
    assert (row.subject, row.account, row.channel) == (proposal_id, "daemon", "cli")
    assert list(result.failures) == row.details["failures"]
    assert bureau.file.exists() and bureau.other.exists()


def test_what_was_really_approved_is_executed(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    assert bureau.execute(key).outcome == "executed" and not bureau.file.exists() and bureau.copy.exists()


def test_an_approval_written_into_the_state_is_refused(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.edit_proposal(key, **CLAIMED)
    expect_blocked(bureau, key, UNPROVEN)


def test_an_execution_written_into_the_state_as_begun_is_not_gone_on_with(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.edit_proposal(key, **{**CLAIMED, "state": "executing"})
    expect_blocked(bureau, key, UNPROVEN)


@pytest.mark.parametrize("change", ["resource", "saving"])
def test_a_plan_exchanged_after_its_approval_is_refused(bureau: Bureau, change: str) -> None:
    key = bureau.propose()
    bureau.approve(key)
    finding = bureau.book.get(key).finding.model_dump(mode="json")
    if change == "resource":
        finding["resource"]["resource_id"] = str(bureau.other)
    else:
        finding["monthly_saving"] = "1"
    bureau.edit_proposal(key, finding=finding)
    expect_blocked(bureau, key, UNPROVEN)


def test_a_large_saving_made_small_after_one_of_two_approvals_is_refused(bureau: Bureau) -> None:
    key = bureau.propose("900")
    bureau.approve(key)
    finding = {**bureau.book.get(key).finding.model_dump(mode="json"), "monthly_saving": "1"}
    bureau.edit_proposal(key, finding=finding, state="approved", approved_at=START.isoformat())
    expect_blocked(bureau, key, UNPROVEN)


def test_a_step_written_into_the_state_as_done_is_not_left_out(bureau: Bureau) -> None:
    """The file would be removed without the copy that a rollback needs."""
    key = bureau.propose()
    bureau.approve(key)
    now = START.isoformat()
    step = {"name": "copy", "status": "done", "started_at": now, "done_at": now, "result": {"copy": str(bureau.copy)}}
    bureau.edit_proposal(key, execution={"steps": [step]})
    expect_blocked(bureau, key, "evidence: the step 'copy' is done as the state has it, and not in the audit log")
    assert not bureau.copy.exists()


def test_a_rejected_proposal_set_back_to_approved_is_refused(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    bureau.approvals("ben").reject(key, BEN, "we need it")
    bureau.edit_proposal(key, state="approved")
    expect_blocked(bureau, key, UNPROVEN)


def test_an_old_approval_does_not_hold_for_what_is_proposed_again(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    old = bureau.book.get(key).model_dump(mode="json")["approvals"]
    bureau.clock.forward(days=8)
    bureau.approvals("daemon").expire_stale()
    bureau.propose()
    bureau.edit_proposal(key, **{**CLAIMED, "approvals": old})
    bureau.clock.now = START
    expect_blocked(bureau, key, UNPROVEN)


@pytest.mark.parametrize("key_id", ["", "own"])
def test_an_approval_forged_with_its_row_breaks_the_chain(bureau: Bureau, key_id: str) -> None:
    """The row follows from the one before, with the hash of a release without keys or under the forger's own key."""
    key = bureau.propose()
    newest = bureau.audit().rows()[-1]
    forged_key = b"a key that the forger has made up" if key_id else None
    row = AuditRow(newest.seq + 1, START.isoformat(), ANA, "proposal.approved", key, {"reason": "y"}, newest.hash, "")
    row = replace(row, account="ana", host="host", channel="cli", key_id=name_key(forged_key) if forged_key else "")
    row = replace(row, hash=hash_row(row, forged_key))
    bureau.put_row(row)
    bureau.set_head(row)
    bureau.edit_proposal(key, **CLAIMED)
    expect_blocked(bureau, key, UNPROVEN)
    assert "audit_log: the audit log is broken at row 3" in str(bureau.last_row("execution.blocked").details)


def test_a_broken_chain_stops_what_was_really_approved(bureau: Bureau) -> None:
    for saving in ("8642.31", "20"):
        key = bureau.propose(saving, finding_id=saving)
    bureau.approve(key)
    changed = "update records set body = replace(body, '8642.31', '8642.32')"
    bureau.run_sql(f"{changed} where kind = 'audit' and key = '000000000001'")
    expect_blocked(bureau, key, "audit_log: the audit log is broken at row 1: the row was changed")


def test_a_rollback_written_into_the_state_is_refused(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    bureau.execute(key)
    bureau.edit_proposal(key, state="rolling_back", rollback_by=BEN, rollback_reason="because")
    (result,) = run_everything(bureau.engine(), bureau.store("daemon"))
    assert (result.outcome, bureau.file.exists()) == ("blocked", False)
    assert f"no request by '{BEN}'" in result.failures[0]
    assert bureau.last_row("rollback.blocked").details["failures"] == list(result.failures)


def test_a_rollback_that_nobody_may_ask_for_is_written_down(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    bureau.execute(key)
    with pytest.raises(NotAllowedError, match="mallory"):
        bureau.approvals("mallory").request_rollback(key, "mallory", "because")
    row = bureau.last_row("rollback.refused")
    assert (row.actor, row.account, bureau.file.exists()) == ("mallory", "mallory", False)


@pytest.mark.parametrize("state", ["approved", "executing"])
def test_an_approval_of_a_release_without_keys_is_asked_for_again(bureau: Bureau, state: str) -> None:
    plain = SqliteStateStore(bureau.state_file)
    key = ProposalBook(plain, bureau.clock).propose(bureau.find())[0].proposal_id
    bureau.planner(plain).plan(key)
    Approvals(plain, bureau.settings, bureau.clock, nothing_objects).approve(key, ANA, "unused")
    if state == "executing":
        book = ProposalBook(plain, bureau.clock)
        book.change(book.get(key), Change("execution.started", "cloudcost", {"state": state}))
    assert AuditLog(plain, bureau.clock).verify_chain().is_intact
    expect_blocked(bureau, key, UNPROVEN)
    verdict = bureau.audit().verify_chain()
    assert (verdict.is_intact, verdict.accepted_rows) == (True, 3 if state == "approved" else 4)
    # Its plan is not proven either: it is planned anew, and asked for again.
    assert bureau.book.get(key).state == ("proposed" if state == "approved" else state)
    assert bureau.approve(key).state == state
    assert bureau.execute(key).outcome == "executed"
    with pytest.raises(ProposalStateError):
        bureau.approve(key, BEN, "ben")
