"""What a run reports at its end: what was ingested, what is open, what could be saved, and what went wrong."""

import datetime as dt
import re
from collections.abc import Sequence

from audit.log import AuditLog
from cli.output.tables import format_decimal
from cloudcost.installation import Installation
from core.instants import utc_now
from ingestion.formats import BESIDE_COSTS
from ingestion.snapshots import Snapshot

_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")


def print_summary(installation: Installation, standing: list[str], started: dt.datetime) -> list[str]:
    """Print the outcome of a run; returns the problems, so that the exit code can show them.

    ``standing`` are those that were seen before anything was read; what was quarantined since ``started`` joins them.
    """
    with installation.warehouse.hold():
        return _print_summary(installation, standing, started)


def _print_summary(installation: Installation, standing: list[str], started: dt.datetime) -> list[str]:
    fresh = [s for s, at in installation.ledger.current_snapshots() if at >= started]
    costs = [s for s in fresh if s.key.dataset not in BESIDE_COSTS]
    print(
        f"Ingested billing periods: {len({(s.key.source_name, s.key.billing_period) for s in costs})} "
        f"({sum(s.row_count for s in costs):,} line items)"
    )
    with installation.warehouse.connect(read_only=True) as connection:
        compared, differing = connection.execute(
            "select count(*), sum(case when is_reconciled then 0 else 1 end) from marts.fct_reconciliation"
        ).fetchall()[0]
        totals = connection.execute(
            "select source_name, billing_currency, count(*), sum(billed_cost), sum(effective_cost) "
            "from marts.fct_cost_monthly group by 1, 2 order by 1, 2"
        ).fetchall()
    anomalies = _count(installation, "cost_anomalies", "where is_open")
    forecasts = _count(installation, "cost_forecasts", "")
    for source, currency, months, billed, effective in totals:
        print(
            f"  {source:<20} {months:>3} periods   billed {format_decimal(billed)} {currency}, "
            f"effective {format_decimal(effective)} {currency}"
        )
    print(f"Reconciled: {compared - (differing or 0)} of {compared} totals agree to the last decimal with the exports")
    from cloudcost.analytics.readiness import list_expected

    incidents = installation.store.list("incident")
    waiting = [r for r in installation.store.list("proposal") if r.body.get("state") == "proposed"]
    opened = sum(1 for r in incidents if r.body.get("state") == "open")
    print(
        f"Forecast rows: {forecasts}; open anomalies: {anomalies}; open incidents: {opened}; "
        f"proposals waiting: {len(waiting)}"
    )
    for sentence in list_expected(installation):
        print(sentence)
    for sentence in describe_scoring(installation):
        print(f"note: {sentence}")
    for note in gather_notes(fresh):
        print(f"note: {note}")
    seq, digest = AuditLog(installation.store, utc_now).head()
    print(f"Audit log: head {seq}:{digest}")
    problems = standing + [
        describe_problem(r.body["source_name"], as_month(r.body["billing_period"]), reason)
        for r in installation.ledger.quarantined()
        for reason in r.body["reasons"]
        if dt.datetime.fromisoformat(r.body["at"]) >= started
    ]
    problems = _drop_repeats(problems)
    for problem in problems:
        print(f"problem: {problem}")
    return problems


def gather_notes(snapshots: Sequence[Snapshot]) -> list[str]:
    """Notices about deliveries, a line each; what differs in figures and file names alone comes once a source."""
    alike: dict[tuple[str, str], list[tuple[dt.date, str]]] = {}
    for snapshot in sorted(snapshots, key=lambda s: s.key.billing_period):
        for notice in snapshot.notices:
            sentence = notice.partition(": ")[2] or notice
            notices = alike.setdefault((snapshot.key.source_name, _FIGURES.sub("#", sentence)), [])
            notices.append((snapshot.key.billing_period, notice))
    return [_describe_newest(source_name, notices) for (source_name, _), notices in alike.items()]


def _describe_newest(source_name: str, notices: Sequence[tuple[dt.date, str]]) -> str:
    (first, _), (last, notice) = notices[0], notices[-1]
    line = describe_problem(source_name, last, notice)
    if len(notices) == 1:
        return line
    return f"{line} (and {len(notices) - 1} more since {first:%Y-%m}: `cloudcost deliveries list` has all)"


def _drop_repeats(problems: list[str]) -> list[str]:
    """Each problem once: one that is named with its billing period need not be named without it."""
    parts = {problem: problem.partition(": ") for problem in problems}
    with_period = {(head.split(" ")[0], message) for head, _, message in parts.values() if " " in head}
    return [p for p, (head, _, message) in parts.items() if " " in head or (head, message) not in with_period]


def describe_scoring(installation: Installation) -> list[str]:
    """What forecasts and anomalies still wait for, and which costs they leave out."""
    from cloudcost.analytics.readiness import list_waiting
    from cloudcost.analytics.scored_days import ScoredDays, describe_left_out
    from core.instants import utc_now

    days = ScoredDays.until(utc_now().date())
    return list_waiting(installation, days) + describe_left_out(installation, days)


def describe_problem(source_name: str, period: dt.date | None, message: str) -> str:
    """One problem as one line; the period where it is known."""
    return f"{source_name}{f' {period:%Y-%m}' if period else ''}: {message}"


def as_month(text: str | None) -> dt.date | None:
    """A billing period as the ledger writes it."""
    return dt.date.fromisoformat(text) if text else None


def _count(installation: Installation, table: str, condition: str) -> int:
    """The rows of a result; none before the first scoring."""
    if not installation.warehouse.has_table("ml", table):
        return 0
    with installation.warehouse.connect(read_only=True) as connection:
        return int(connection.execute(f"select count(*) from ml.{table} {condition}").fetchall()[0][0])
