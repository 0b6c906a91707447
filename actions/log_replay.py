"""What the rows about a proposal say by themselves: in which state it is, and which steps were done with what result.

The state of a store can be edited; these rows cannot. Both must say the same before anything is changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.plans.records import PLAN_EVENTS
from actions.progress import Progress
from actions.proposals import Proposal
from audit.rows import AuditRow

PROPOSED = "proposal.proposed"


@dataclass
class LoggedWay:
    """One way, execution or rollback, as the log has it: the results that hold, and the newest ones ever."""

    done: dict[str, Any] = field(default_factory=dict)
    newest: dict[str, Any] = field(default_factory=dict)


def replay_steps(rows: Sequence[AuditRow], way: str) -> LoggedWay:
    """The steps of one way, from the rows about a proposal since it was proposed last."""
    logged = LoggedWay()
    for row in rows:
        if row.details.get("way") != way:
            continue
        step = str(row.details.get("step"))
        if row.event == "step.done":
            logged.done[step] = logged.newest[step] = row.details.get("result")
        elif row.event == "step.started":
            logged.done.pop(step, None)
        elif row.event == "steps.void":
            for name in row.details.get("results", {}):
                logged.done.pop(name, None)
    return logged


def find_logged_state(rows: Sequence[AuditRow]) -> str | None:
    """The state in which the last row that changed it left the proposal; None where no row shows it."""
    state = None
    for row in rows:
        state = "proposed" if row.event == PROPOSED else row.details.get("to", state)
    return state


def since_proposed(rows: Sequence[AuditRow]) -> Sequence[AuditRow]:
    """The rows from the one on that proposed it last; all of them where there is none."""
    return rows[max((place for place, row in enumerate(rows) if row.event == PROPOSED), default=0) :]


def explain_state(proposal: Proposal, rows: Sequence[AuditRow]) -> str | None:
    """Why the proposal's state is not the one of the log; None where it is, or where no row shows it."""
    logged = find_logged_state(rows)
    if logged in (None, proposal.state):
        return None
    return f"the proposal is {proposal.state!r} in the state, and the audit log has it as {logged!r}"


def explain_finding(proposal: Proposal, rows: Sequence[AuditRow]) -> str | None:
    """Why the finding is not known to be the one that was proposed; None where it is."""
    recorded = next((found for row in reversed(rows) if (found := read_finding(row)) is not None), None)
    if recorded is None:
        return "the audit log does not say what was proposed"
    finding = proposal.finding.model_dump(mode="json")
    is_same = _write(finding) == _write({name: recorded.get(name) for name in finding})
    return None if is_same else "the finding is not the one that was proposed"


def read_finding(row: AuditRow) -> Mapping[str, Any] | None:
    """The finding that a row records: of a proposal that was made, or of the plan that was made for it since."""
    if row.event == PROPOSED:
        return row.details
    document = row.details.get("document") if row.event in PLAN_EVENTS else None
    finding = document.get("finding") if isinstance(document, dict) else None
    return finding if isinstance(finding, dict) else None


def list_unproven_steps(progress: Progress | None, logged: LoggedWay) -> tuple[str, ...]:
    """Steps that the state has as done, so that they would be left out, and the log does not have with this result."""
    claimed = {} if progress is None else progress.results()
    return tuple(name for name, result in claimed.items() if _write(result) != _write(logged.done.get(name)))


def list_other_results(progress: Progress | None, logged: LoggedWay) -> tuple[str, ...]:
    """Steps whose newest result, from which a way back starts, differs between state and log, or is in one alone."""
    claimed: Mapping[str, Any] = {} if progress is None else progress.last_results()
    names = sorted({*claimed, *logged.newest})
    return tuple(name for name in names if _write(claimed.get(name)) != _write(logged.newest.get(name)))


def _write(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
