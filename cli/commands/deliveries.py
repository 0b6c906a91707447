"""`cloudcost deliveries`: what the clouds delivered, what was kept out and why, and taking a doubted one as it is."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cli.output.presentation import Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from audit.log import AuditLog
    from cloudcost.installation import Installation

deliveries_app = typer.Typer(help="Deliveries of the clouds: list, show, accept, withdraw.", no_args_is_help=True)

DeliveryArgument = Annotated[
    str, typer.Argument(help="Delivery id or whole name source/2026-09/cost/id, or at least its first 6 characters.")
]
OutputOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]


class Status(StrEnum):
    """What can become of a delivery."""

    PROMOTED = "promoted"
    QUARANTINED = "quarantined"
    RELEASED = "released"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@deliveries_app.command("list")
def list_deliveries(
    context: typer.Context,
    source: Annotated[Optional[str], typer.Option(help="Only of this source.")] = None,  # noqa: UP045
    status: Annotated[Optional[Status], typer.Option(help="Only of this status.")] = None,  # noqa: UP045
    output: OutputOption = Format.TABLE,
) -> None:
    """List every delivery that was seen: status, whether it is current, rows, why it was kept out, what is noted."""
    installation, _ = _open(context)
    current = {f"{s.key.text}/{s.delivery_id}" for s, _ in installation.ledger.current_snapshots()}
    rows = [
        (
            r.body["source_name"], (r.body["billing_period"] or "")[:7], r.body["dataset"], r.body["delivery_id"],
            r.body["status"], "yes" if r.key in current else "no",
            Moment.read(r.body.get("promoted_at") or r.body.get("at")),
            r.body.get("row_count"),
            "; ".join(r.body.get("reasons", [])) if r.body["status"] != "promoted" else "",
            "; ".join(r.body.get("notices", [])) if r.body["status"] == "promoted" else "",
        )
        for r in installation.ledger.deliveries(source)
        if status is None or r.body["status"] == status.value
    ]  # fmt: skip
    columns = ("source", "period", "dataset", "delivery", "status", "current", "at", "rows", "reasons", "notes")
    print_rows(columns, rows, output)


@deliveries_app.command()
def show(context: typer.Context, delivery: DeliveryArgument) -> None:
    """Show what is on record of a delivery, when it was current, and its audit trail."""
    import json

    from ingestion.judging.acceptance import find_delivery
    from ingestion.snapshots import Snapshot

    installation, audit = _open(context)
    record = find_delivery(installation.ledger, delivery)
    print(json.dumps(record.body, indent=2, ensure_ascii=False))
    if "paths" in record.body:
        for name, at in installation.ledger.promotions(Snapshot.from_body(record.body).key):
            print(f"{at.isoformat()} {'this delivery' if name == record.body['delivery_id'] else name} became current")
    for row in audit.rows_about(record.key):
        print(f"{row.seq:>5} {row.at} {row.actor} {row.event}")


@deliveries_app.command()
def accept(
    context: typer.Context,
    delivery: DeliveryArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")] = "",
    actor: Annotated[str, typer.Option("--as", help="Who accepts it; only in a demo.")] = "",
) -> None:
    """Take a quarantined delivery although it differs much from the one before; the next run promotes it."""
    from cloudcost.actors import find_actor
    from ingestion.judging.acceptance import accept_delivery, find_delivery

    installation, audit = _open(context)
    record = find_delivery(installation.ledger, delivery)
    who = find_actor(installation, actor)
    accept_delivery(audit, record, who, reason)
    print(f"{record.key}: accepted by {who}; `cloudcost run` promotes it")


@deliveries_app.command()
def withdraw(
    context: typer.Context,
    delivery: DeliveryArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
    actor: Annotated[str, typer.Option("--as", help="Who withdraws it; only in a demo.")] = "",
) -> None:
    """Take back a delivery that should never have been taken; the next run shows what was current before it."""
    from cloudcost.actors import find_actor
    from ingestion.judging.acceptance import find_delivery, withdraw_delivery

    installation, audit = _open(context)
    record = find_delivery(installation.ledger, delivery)
    who = find_actor(installation, actor)
    instead = withdraw_delivery(audit, installation.ledger, record, who, reason)
    outcome = f"{instead} is current again" if instead else "nothing of that period is left"
    print(f"{record.key}: withdrawn by {who}; {outcome}; `cloudcost run` brings the warehouse up to date")


def _open(context: typer.Context) -> "tuple[Installation, AuditLog]":
    from audit.log import AuditLog
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, AuditLog(installation.store, utc_now)
