"""Savings of an installation: every check run over its bill and its inventory, and what came of it written down."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from cloudcost.analytics.advice import add_advice
from cloudcost.analytics.inventory import take
from cloudcost.analytics.placing import find_placing
from cloudcost.analytics.savings_lifecycle import note_findings
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from savings.bill import judge_bill
from savings.check import Check, InventoryCheck, QuestionCheck
from savings.evidence import find_ended, open_evidence, read_last_days
from savings.findings import Findings, Skipped
from savings.inventory.evidence import add_inventory, judge_inventory
from savings.inventory.taking import Taken
from savings.registry import find_checks
from savings.run import CheckRun, run_each
from savings.settings import SavingsSettings
from savings.wrong_settings import find_wrong
from warehouse.written_tables import find_written_table, write_tables

#: In the place of a check's name where none looks at something. No finding is of it, so none is kept for its sake.
EVERY_CHECK = "every check"


@dataclass(frozen=True)
class Judgement:
    """What a run of all checks came to, and what of clouds it looked at."""

    done: CheckRun
    taken: Taken

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The recommendations as rows, without what became of them."""
        return [one.to_record() for one in self.done.findings.recommendations]


def list_checks(settings: SavingsSettings) -> list[Check]:
    """The checks that this installation runs."""
    return [check for name, check in find_checks().items() if name not in settings.disabled_checks]


def find_savings(installation: Installation, today: dt.date) -> Judgement:
    """Run every check: those of the bill on the last whole days of each source, those of the inventory where there is
    one."""
    settings = installation.config.savings
    wrong = find_wrong(settings, find_checks())
    failed = {one.check_name: one.reason for one in wrong if one.check_name in find_checks()}
    checks = [check for check in list_checks(settings) if check.name not in failed]
    # a day that is not over would be a day of little use
    over = ScoredDays.until(today - dt.timedelta(days=1))
    taken = take(installation, [c for c in checks if isinstance(c, InventoryCheck)], today)
    done = ask_bill(installation, [c for c in checks if isinstance(c, QuestionCheck)], over, today, taken)
    found = add_advice(installation, CheckRun(Findings(skipped=wrong), failed) + done, today)
    return Judgement(found, taken)


def ask_bill(
    installation: Installation,
    checks: Sequence[QuestionCheck],
    days: ScoredDays,
    today: dt.date,
    taken: Taken | None = None,
) -> CheckRun:
    """The checks that are questions to the bill, and those to what was `taken` of clouds beside it; an installation
    without any usage has nothing to be judged."""
    warehouse, settings = installation.warehouse, installation.config.savings
    has_bill = warehouse.is_there and warehouse.has_table("marts", "fct_charges")
    last_days = read_last_days(warehouse, days.condition("charge_date")) if has_bill else {}
    if not last_days:
        why = "there is no usage of a whole day yet"
        return CheckRun(Findings(skipped=[Skipped(check_name=c.name, reason=why) for c in checks]))
    ended = find_ended(last_days)
    last_days = {name: last for name, last in last_days.items() if name not in ended}
    with open_evidence(warehouse, last_days, {seed for check in checks for seed in check.seeds}) as evidence:
        placing = find_placing(installation, evidence)
        if taken is not None:
            add_inventory(evidence, taken, settings.inventory.protected_tags)

        def run(check: QuestionCheck) -> Findings:
            changed = settings.parameters.get(check.name, {})
            if isinstance(check, InventoryCheck):
                found = Findings() if taken is None else judge_inventory(evidence, taken, check, changed, today)
            else:
                found = judge_bill(evidence, check, changed, today)
            return Findings(placing.place(found.recommendations), found.skipped)

        done = run_each(checks, run)
        assigned = Findings(placing.share_commitments(done.findings.recommendations), done.findings.skipped)
        return CheckRun(Findings(skipped=_skip_ended(ended))) + replace(done, findings=assigned)


def _skip_ended(ended: Mapping[str, dt.date]) -> list[Skipped]:
    why = "source {!r} has no usage since {}, others have: it is taken to have ended, and what it had is not looked at"
    # by its name as though it were a resource: what was found in it is not kept from lapsing
    return [
        Skipped(check_name=EVERY_CHECK, resource_id=name, reason=why.format(name, last))
        for name, last in sorted(ended.items())
    ]


def write_savings(installation: Installation, judgement: Judgement) -> dict[str, int]:
    """Replace what is found, what was, and what could not be judged, in one transaction; returns the rows of each."""
    unjudged = list_unjudged(judgement)
    found, history = note_findings(installation, judgement.rows, unjudged)
    rows = {
        "recommendations": found,
        "savings_history": history,
        "unjudged_savings": [one.to_record() for one in unjudged],
    }
    tables = {name: pa.Table.from_pylist(found, find_written_table("ml", name).columns) for name, found in rows.items()}
    return write_tables(installation.warehouse, "ml", tables)


def list_unjudged(judgement: Judgement) -> list[Skipped]:
    """What no check judged, with the reason: resources, and scopes that could not be read for it."""
    return list(judgement.done.findings.skipped)
