"""The state of operations as tables of schema ``ops``, for dashboards: rows of the state store, no more.

Each function gives an Arrow table with the declared columns, also without rows. Moments are UTC, money is decimal.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from actions.proposal_book import ProposalBook
from alerts.feedback import FeedbackBook
from alerts.incident_book import IncidentBook
from cloudcost.installation import Installation
from core.instants import utc_now
from ingestion.freshness import judge_freshness
from warehouse.written_tables import find_written_table


def list_incidents(installation: Installation, now: dt.datetime) -> pa.Table:
    """Every incident as it stands, with the scope it is about."""
    book = IncidentBook(installation.store, (), utc_now)
    rows = []
    for incident in book.list():
        found, scope = incident.finding, incident.finding.scope
        rows.append(
            (incident.incident_id, found.rule, str(found.severity), incident.state, found.title, found.summary,
             scope.get("service_provider_name") or scope.get("provider"),
             scope.get("sub_account_id") or scope.get("account"),
             scope.get("service_name") or scope.get("service"), found.team, scope.get("source"), found.start,
             _utc(incident.opened_at), incident.acknowledged_by, _utc(incident.resolved_at), incident.note)
        )  # fmt: skip
    return _table("incidents", rows)


def list_actions(installation: Installation, now: dt.datetime) -> pa.Table:
    """Every proposal: what it would save, how far it is, and what later bills say it saved."""
    rows = [
        (p.proposal_id, p.state, p.finding.remediation, p.finding.resource.provider, p.finding.resource.account_id,
         p.finding.resource.region, p.finding.resource.resource_id, p.finding.reason, p.finding.currency,
         _money(p.finding.monthly_saving), _money(p.realised_daily_saving), len(p.approvals), _utc(p.proposed_at),
         _utc(p.updated_at))
        for p in ProposalBook(installation.store, utc_now).list()
    ]  # fmt: skip
    return _table("actions", rows)


def list_sources(installation: Installation, now: dt.datetime) -> pa.Table:
    """Per configured source: its last delivery and whether the next one is late."""
    rows = []
    for source in installation.config.sources:
        snapshots = installation.ledger.current_snapshots(source.name)
        found = judge_freshness(source.name, source.allowed_hours, snapshots)
        late = int(found.lateness(now).total_seconds() // 3600)
        held = len(installation.ledger.quarantined(source.name))
        status = "never delivered" if found.last_delivery is None else "late" if late else "on time"
        rows.append((source.name, _utc(found.last_delivery), source.allowed_hours, late, status, held))
    return _table("sources", rows)


def list_deliveries(installation: Installation, now: dt.datetime) -> pa.Table:
    """Every delivery that was judged: whether it is current, or why it is kept out."""
    current = {f"{s.key.text}/{s.delivery_id}" for s, _ in installation.ledger.current_snapshots()}
    rows = []
    for record in installation.ledger.deliveries():
        body = record.body
        seen = body.get("promoted_at") or body.get("at")
        period = body["billing_period"]
        rows.append(
            (body["source_name"], dt.date.fromisoformat(period) if period else None, body["dataset"],
             body["delivery_id"], body["status"], record.key in current,
             _utc(dt.datetime.fromisoformat(seen)) if seen else None, body.get("row_count"),
             "; ".join(body.get("reasons", [])) if body["status"] != "promoted" else None)
        )  # fmt: skip
    return _table("deliveries", rows)


def list_feedback(installation: Installation, now: dt.datetime) -> pa.Table:
    """What people stated about anomalies, the newest statement of each."""
    statements = FeedbackBook(installation.store, utc_now).list()
    return _table(
        "anomaly_feedback", [(s.anomaly_id, s.verdict, s.reason, s.actor, s.until, _utc(s.at)) for s in statements]
    )


#: The tables of schema ``ops``, by name.
OPERATIONS: Mapping[str, Callable[[Installation, dt.datetime], pa.Table]] = {
    "incidents": list_incidents,
    "actions": list_actions,
    "sources": list_sources,
    "deliveries": list_deliveries,
    "anomaly_feedback": list_feedback,
}


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = find_written_table("ops", name).columns
    return pa.Table.from_pylist([dict(zip(columns.names, row, strict=True)) for row in rows], schema=columns)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("1e-12"))
