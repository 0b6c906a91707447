"""What the attack tests share: a sealed home, a remediation of files on this disk, and a hand in the store's file."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from actions.approvals import Approvals
from actions.engine import ActionEngine
from actions.planning.planner import Planner
from actions.plans.document import Dependent, PlanBasis, PlannedCall, WayBack
from actions.proposal_book import ProposalBook
from actions.proposals import ActionFinding, Proposal, ResourceRef
from actions.remediations.base import LiveResource, Remediation, SafetyClass, Step, StepContext, StepRefusedError
from actions.results import ActionResult
from audit.keys import KEY_FILE, KEY_FOLDER, KeyFile
from audit.log import AuditLog, AuditRow
from audit.seal import WITNESS_FILE, Origin, Seal, SealedStore, Witness
from state import STATE_FILE, SqliteStateStore, StateStore
from tests.unit.actions.examples import ACCOUNT, REGION, HandClock, make_finding, make_settings, nothing_objects

ANA, BEN = "ana@example.com", "ben@example.com"


class RemoveFile(Remediation):
    """Removes a file of this disk, and writes it again."""

    name = "remove_file"
    provider = "disk"
    safety_class = SafetyClass.RESTORABLE
    permissions = ()
    rollback_permissions = ()
    days_until_billed = 1

    def __init__(self, refuses: bool = False) -> None:
        self._refuses = refuses

    def read(self, context: StepContext) -> LiveResource | None:
        path = self._path(context)
        return LiveResource(str(path), context.clock(), {}, {}) if path.exists() else None

    def list_problems(self, live: LiveResource | None, context: StepContext) -> tuple[str, ...]:
        return () if live else ("the file is gone",)

    def is_applied(self, step_name: str, live: LiveResource | None) -> bool:
        return step_name == "remove" and live is None

    def steps(self) -> tuple[Step, ...]:
        return (
            Step("copy", "Copy the file", self._copy, is_mutating=True),
            Step("remove", "Remove the file", self._remove, is_mutating=True),
        )

    def rollback_steps(self) -> tuple[Step, ...]:
        return (Step("write", "Write the file again from its copy", self._write, is_mutating=True),)

    def plan_calls(self, basis: PlanBasis) -> tuple[PlannedCall, ...]:
        where = {"path": basis.finding.resource.resource_id}
        return tuple(
            PlannedCall(step=name, service="disk", operation=name, parameters=where) for name in ("copy", "remove")
        )

    def plan_way_back(self, basis: PlanBasis) -> WayBack:
        return WayBack(description="the file is written again from its copy", calls=(), lost=())

    def list_preconditions(self, basis: PlanBasis) -> tuple[str, ...]:
        return ("the file is there",)

    def list_dependents(self, live: LiveResource, context: StepContext) -> tuple[Dependent, ...]:
        return ()

    def _path(self, context: StepContext) -> Path:
        return Path(context.finding.resource.resource_id)

    def _copy(self, context: StepContext) -> dict[str, Any]:
        if self._refuses:
            raise StepRefusedError("not now")
        path = self._path(context)
        copy = path.with_suffix(".copy")
        copy.write_text(path.read_text())
        return {"copy": str(copy)}

    def _remove(self, context: StepContext) -> dict[str, Any]:
        self._path(context).unlink(missing_ok=True)
        return {}

    def _write(self, context: StepContext) -> dict[str, Any]:
        self._path(context).write_text(Path(context.results["copy"]["copy"]).read_text())
        return {}


class Bureau:
    """A home with a sealed state, one file that may be removed and one that may not."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.clock = HandClock()
        self.file, self.other = folder / "file", folder / "other"
        for file in (self.file, self.other):
            file.write_text("whole")
        self.settings = make_settings()
        #: Where the daemon is killed, and whether the first step refuses.
        self.stop_at, self.refuses = "", False
        self._stores: dict[str, SealedStore] = {}

    @property
    def state_file(self) -> Path:
        return self.home / STATE_FILE

    @property
    def key_file(self) -> Path:
        return self.home / KEY_FOLDER / KEY_FILE

    @property
    def witness_file(self) -> Path:
        return self.home / WITNESS_FILE

    def store(self, account: str = "ana") -> SealedStore:
        """The state as a process of this account opens it."""
        if account in self._stores:
            return self._stores[account]
        seal = Seal(KeyFile(self.key_file), Witness(self.witness_file), Origin(account, "host", "cli"))
        return self._stores.setdefault(account, SealedStore(SqliteStateStore(self.state_file), seal))

    def audit(self, account: str = "ana") -> AuditLog:
        return AuditLog(self.store(account), self.clock)

    @property
    def book(self) -> ProposalBook:
        return ProposalBook(self.store("daemon"), self.clock)

    @property
    def copy(self) -> Path:
        return self.file.with_suffix(".copy")

    def propose(self, saving: str = "47.60", **changes: Any) -> str:
        return self.plan(self.book.propose(self.find(saving, **changes))[0].proposal_id)

    def plan(self, proposal_id: str) -> str:
        self.planner().plan(proposal_id)
        return proposal_id

    def planner(self, store: StateStore | None = None) -> Planner:
        """The daemon's planner."""
        chosen, registry = store or self.store("daemon"), self.remediations
        return Planner(chosen, self.settings, lambda *_: None, self.clock, self.clock.sleep, remediations=registry)

    def find(self, saving: str = "47.60", **changes: Any) -> ActionFinding:
        where = ResourceRef(provider="disk", account_id=ACCOUNT, region=REGION, resource_id=str(self.file))
        return make_finding(saving=saving, remediation="remove_file", resource=where, **changes)

    def approvals(self, account: str) -> Approvals:
        return Approvals(self.store(account), self.settings, self.clock, nothing_objects)

    def approve(self, proposal_id: str, person: str = ANA, account: str = "ana") -> Proposal:
        return self.approvals(account).approve(proposal_id, person, "unused")

    def engine(self) -> ActionEngine:
        """The daemon's engine."""

        def pass_point(point: str) -> None:
            if point == self.stop_at:
                self.stop_at = ""
                raise KeyboardInterrupt

        return ActionEngine(
            self.store("daemon"),
            self.settings,
            lambda service, account_id, region: None,
            lambda source_name, billing_period: True,
            nothing_objects,
            self.clock,
            self.clock.sleep,
            self.remediations,
            checkpoint=pass_point,
        )

    @property
    def remediations(self) -> dict[str, RemoveFile]:
        return {name: RemoveFile(self.refuses) for name in ("remove_file", "remove_file_otherwise")}

    def execute(self, proposal_id: str) -> ActionResult:
        return self.engine().execute(proposal_id)

    def last_row(self, event: str) -> AuditRow:
        return [row for row in self.audit().rows() if row.event == event][-1]

    # what somebody can do who may write the state's file and knows how it is made

    def run_sql(self, statement: str, *values: Any) -> int:
        with sqlite3.connect(self.state_file) as connection:
            return connection.execute(statement, values).rowcount

    def edit_proposal(self, proposal_id: str, **changes: Any) -> None:
        with sqlite3.connect(self.state_file) as connection:
            (text,) = connection.execute(
                "select body from records where kind = 'proposal' and key = ?", (proposal_id,)
            ).fetchone()
            body = json.dumps({**json.loads(text), **changes})
            connection.execute("update records set body = ? where kind = 'proposal' and key = ?", (body, proposal_id))

    def put_row(self, row: AuditRow, body: dict[str, Any] | None = None) -> None:
        text = json.dumps(vars(row) if body is None else body)
        self.run_sql("insert or replace into records values ('audit', ?, 1, ?)", f"{row.seq:012d}", text)

    def set_head(self, row: AuditRow) -> None:
        text = json.dumps({"seq": row.seq, "hash": row.hash})
        self.run_sql("update records set body = ? where kind = 'audit_head'", text)

    def cut_after(self, seq: int) -> None:
        """Remove the newest rows and set the head back."""
        self.run_sql("delete from records where kind = 'audit' and key > ?", f"{seq:012d}")
        self.set_head(self.audit().rows()[-1])
