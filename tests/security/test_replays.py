"""A consent or a request is good once, and what was done is what the log says: the state alone brings nothing back."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.proposal_book import ProposalStateError
from actions.results import ActionResult
from tests.security.examples import ANA, BEN, Bureau

FRESH: dict[str, Any] = {"execution": None, "rollback": None, "rollback_by": None, "rollback_reason": None}


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


def execute(bureau: Bureau) -> str:
    """A proposal that was approved and carried out."""
    key = bureau.propose()
    bureau.approve(key)
    assert bureau.execute(key).outcome == "executed"
    return key


def take_back(bureau: Bureau) -> str:
    key = execute(bureau)
    bureau.approvals("ben").request_rollback(key, BEN, "we need it")
    assert bureau.engine().carry_out_rollback(key).outcome == "rolled_back"
    return key


def ask_back(bureau: Bureau) -> str:
    """Begun, stopped in the middle, and somebody asked for it back; nobody has carried that out yet."""
    key = bureau.propose()
    bureau.approve(key)
    bureau.stop_at = "copy:done"
    with pytest.raises(KeyboardInterrupt):
        bureau.execute(key)
    bureau.clock.forward(minutes=6)
    bureau.approvals("ben").request_rollback(key, BEN, "we need it")
    return key


def fail(bureau: Bureau) -> str:
    key = bureau.propose()
    bureau.approve(key)
    bureau.refuses = True
    assert bureau.execute(key).outcome == "failed"
    bureau.refuses = False
    return key


def finish(bureau: Bureau) -> str:
    """Executed; somebody has made the file anew since."""
    key = execute(bureau)
    bureau.file.write_text("new since")
    return key


def expect_blocked(result: ActionResult, reason: str) -> None:
    assert result.outcome == "blocked" and any(reason in failure for failure in result.failures), result


@pytest.mark.parametrize("state", ["approved", "executing"])
@pytest.mark.parametrize("end", [take_back, ask_back, fail, finish])
def test_an_approval_is_not_used_again(bureau: Bureau, end: Callable[[Bureau], str], state: str) -> None:
    """After it was taken back, failed or done, the proposal is set back to where the approval counted."""
    key = end(bureau)
    bureau.edit_proposal(key, state=state, **FRESH)
    before = bureau.file.read_text()
    expect_blocked(bureau.execute(key), "has to be given again")
    assert bureau.file.read_text() == before


@pytest.mark.parametrize("end", [take_back, fail, finish])
def test_what_is_at_its_end_is_not_approved_anew(bureau: Bureau, end: Callable[[Bureau], str]) -> None:
    """Whoever approves must not take for a new proposal what was set back to being one."""
    key = end(bureau)
    bureau.edit_proposal(key, state="proposed", approvals=[], approved_at=None, **FRESH)
    with pytest.raises(ProposalStateError, match="the audit log has it as"):
        bureau.approve(key)
    bureau.edit_proposal(key, state="approved")
    expect_blocked(bureau.execute(key), "is 'approved' in the state, and the audit log has it as")


def test_somebody_who_wants_it_back_stops_the_execution_that_goes_on(bureau: Bureau) -> None:
    key = ask_back(bureau)
    expect_blocked(bureau.execute(key), "has to be given again")
    assert bureau.file.exists()
    assert bureau.engine().carry_out_rollback(key).outcome == "rolled_back"


def edit_result(bureau: Bureau, body: dict[str, Any]) -> None:
    """The copy to be restored is another file."""
    body["execution"]["steps"][0]["result"] = {"copy": str(bureau.other)}


def void_result(bureau: Bureau, body: dict[str, Any]) -> None:
    """As above, as a step of an earlier watch."""
    step = body["execution"]["steps"].pop(0)
    body["execution"]["voided"] = [{**step, "result": {"copy": str(bureau.other)}}]


def leave_out_result(bureau: Bureau, body: dict[str, Any]) -> None:
    body["execution"]["steps"].pop(0)


def exchange_resource(bureau: Bureau, body: dict[str, Any]) -> None:
    body["finding"]["resource"]["resource_id"] = str(bureau.other)


def exchange_remediation(bureau: Bureau, body: dict[str, Any]) -> None:
    body["finding"]["remediation"] = "remove_file_otherwise"


def finish_way_back(bureau: Bureau, body: dict[str, Any]) -> None:
    """The way back would end without a step."""
    step = {**body["execution"]["steps"][0], "name": "write", "result": {}}
    body["rollback"] = {"steps": [step]}


FORGERIES: list[tuple[Callable[[Bureau, dict[str, Any]], None], str]] = [
    (edit_result, "the result of the step 'copy' is not the one in the audit log"),
    (void_result, "the result of the step 'copy' is not the one in the audit log"),
    (leave_out_result, "the result of the step 'copy' is not the one in the audit log"),
    (exchange_resource, "the finding is not the one that was proposed"),
    (exchange_remediation, "the finding is not the one that was proposed"),
    (finish_way_back, "the step 'write' is done as the state has it, and not in the audit log"),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("forge", "reason"), FORGERIES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_rollback_starts_from_what_was_done(
    bureau: Bureau, forge: Callable[[Bureau, dict[str, Any]], None], reason: str, moment: str
) -> None:
    """Before or after somebody asks for it, the state says otherwise."""
    key = execute(bureau)
    bureau.other.write_text("somebody else's")
    body = json.loads(bureau.book.get(key).model_dump_json())
    forge(bureau, body)
    forged = {name: body[name] for name in ("finding", "execution", "rollback")}
    if moment == "before":
        bureau.edit_proposal(key, **forged)
    bureau.approvals("ben").request_rollback(key, BEN, "we need it")
    bureau.edit_proposal(key, **forged)
    expect_blocked(bureau.engine().carry_out_rollback(key), f"evidence: {reason}")
    assert not bureau.file.exists() and bureau.other.read_text() == "somebody else's"
    assert bureau.last_row("rollback.blocked").subject == key


@pytest.mark.parametrize("state", ["executed", "rolling_back", "failed"])
def test_a_request_is_carried_out_once(bureau: Bureau, state: str) -> None:
    key = take_back(bureau)
    bureau.file.write_text("new since")
    bureau.edit_proposal(key, state=state, rollback=None)
    expect_blocked(bureau.engine().carry_out_rollback(key), f"no request by '{BEN}'")
    assert bureau.file.read_text() == "new since"
    # the request itself, a genuine row, put behind the row that it was carried out
    request = bureau.last_row("rollback.requested")
    bureau.run_sql("insert into records values ('audit', '000000000099', 1, ?)", json.dumps(vars(request)))
    expect_blocked(bureau.engine().carry_out_rollback(key), f"no request by '{BEN}'")
    bureau.run_sql("delete from records where kind = 'audit' and key = '000000000099'")
    with pytest.raises(ProposalStateError, match="the audit log has it as 'rolled_back'"):
        bureau.approvals("ben").request_rollback(key, BEN, "again")


def test_a_rollback_of_what_is_proven_goes_on_while_the_log_is_broken(bureau: Bureau) -> None:
    """And after somebody has accepted the log: what was done does not change by that."""
    key = execute(bureau)
    bureau.run_sql("delete from records where kind = 'audit' and key = '000000000002'")
    assert not bureau.audit().verify_chain().is_intact
    bureau.audit().accept(ANA, "looked into")
    bureau.approvals("ben").request_rollback(key, BEN, "we need it")
    assert bureau.engine().carry_out_rollback(key).outcome == "rolled_back" and bureau.file.exists()


def test_a_days_limit_is_counted_from_the_log(bureau: Bureau) -> None:
    bureau.settings = bureau.settings.model_copy(update={"max_actions_per_day": 1})
    first = finish(bureau)
    second = bureau.propose(finding_id="another")
    bureau.approve(second)
    bureau.edit_proposal(first, execution=None)
    result = bureau.execute(second)
    assert result.outcome == "deferred" and "day_limit" in result.failures[0]
    bureau.run_sql("delete from records where kind = 'proposal' and key = ?", first)
    assert bureau.execute(second).outcome == "deferred"


def test_a_days_money_is_counted_from_the_log(bureau: Bureau) -> None:
    changes = {"max_actions_per_day": 5, "max_saving_per_day": Decimal(90)}
    bureau.settings = bureau.settings.model_copy(update=changes)
    first = finish(bureau)
    second = bureau.propose(finding_id="another")
    bureau.approve(second)
    finding = bureau.book.get(first).finding.model_dump(mode="json")
    bureau.edit_proposal(first, finding={**finding, "monthly_saving": "0"})
    result = bureau.execute(second)
    assert result.outcome == "deferred" and "day_saving" in result.failures[0]


def test_a_clock_that_goes_back_does_not_make_an_approval_young(bureau: Bureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    bureau.clock.forward(days=8)
    expect_blocked(bureau.execute(key), "approval_age")
    bureau.clock.now -= timedelta(days=2)
    expect_blocked(bureau.execute(key), "approval_age")
    assert bureau.file.exists()


def test_a_clock_that_was_wrong_once_does_not_stop_later_approvals(bureau: Bureau) -> None:
    bureau.clock.forward(days=3000)
    key = bureau.propose()
    bureau.clock.now -= timedelta(days=3000)
    bureau.approve(key)
    assert bureau.execute(key).outcome == "executed"
