"""`cloudcost anomalies`: look at anomalies, and state what they were."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from cloudcost.installation import Installation

anomalies_app = typer.Typer(help="Anomalies: list them, and say what they were.", no_args_is_help=True)

AnomalyArgument = Annotated[str, typer.Argument(help="Id of the anomaly, or at least its first 6 characters.")]
_ANOMALIES = """
select anomaly_id, service_provider_name, sub_account_id, service_name, region_id, x_usage_type, billing_currency, kind,
    start_date, end_date, days, impact_cost, severity, is_open, top_cause
from ml.cost_anomalies
order by start_date desc, anomaly_id
"""


@anomalies_app.command("list")
def list_anomalies(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are no longer open.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """List anomalies with their money, cause, and what people stated about them."""
    installation, book = _open(context)
    statements = {one.anomaly_id: f"{one.verdict} until {one.until}: {one.reason}" for one in book.list()}
    rows = [
        (one["anomaly_id"], one["start_date"], one["kind"], one["severity"], one["impact_cost"],
         one["billing_currency"], one["service_name"] or "(several)", one["sub_account_id"] or "(several)",
         one["top_cause"], statements.get(one["anomaly_id"], ""))
        for one in _read(installation)
        if everything or one["is_open"]
    ]  # fmt: skip
    columns = (
        "anomaly", "start", "kind", "severity", "impact", "currency", "service", "account", "top_cause", "feedback"
    )  # fmt: skip
    print_rows(columns, rows, output)


@anomalies_app.command()
def feedback(
    context: typer.Context,
    anomaly: AnomalyArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
    expected: Annotated[bool, typer.Option("--expected", help="Such a cost is normal there now.")] = False,
    unexpected: Annotated[bool, typer.Option("--unexpected", help="It was right to tell; watch the scope.")] = False,
    planned: Annotated[bool, typer.Option("--planned", help="It was announced; be silent until it is over.")] = False,
    until: Annotated[str, typer.Option("--until", help="Last day it holds, such as 2026-12-31.")] = "",
    actor: ActorOption = "",
) -> None:
    """Say what an anomaly was; later days of its scope are then judged accordingly."""
    from alerts.feedback import FeedbackError
    from cloudcost.actors import find_actor

    chosen: list[Literal["expected", "unexpected", "planned"]] = []
    if expected:
        chosen.append("expected")
    if unexpected:
        chosen.append("unexpected")
    if planned:
        chosen.append("planned")
    if len(chosen) != 1:
        raise FeedbackError("say one of --expected, --unexpected and --planned")
    installation, book = _open(context)
    found = _find(installation, anomaly)
    given = book.give_about(found, chosen[0], _read_until(until), reason, find_actor(installation, actor))
    print(f"{given.anomaly_id}: {given.verdict} until {given.until}; it counts from the next run on")


def _read_until(text: str) -> dt.date | None:
    from alerts.feedback import FeedbackError

    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FeedbackError(f"--until {text!r} is not a day such as 2026-12-31") from None


def _open(context: typer.Context) -> "tuple[Installation, Any]":
    from alerts.feedback import FeedbackBook
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, FeedbackBook(installation.store, utc_now)


def _read(installation: "Installation") -> list[dict[str, Any]]:
    from warehouse import WarehouseError

    if not installation.warehouse.has_table("ml", "cost_anomalies"):
        raise WarehouseError(
            f"{installation.warehouse.place}: no anomalies were looked for yet", "`cloudcost run` does"
        )
    with installation.warehouse.connect(read_only=True) as connection:
        cursor = connection.execute(_ANOMALIES)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _find(installation: "Installation", prefix: str) -> dict[str, Any]:
    from alerts.feedback import FeedbackError
    from core.short_names import find_named

    found = find_named(_read(installation), prefix, lambda one: (str(one["anomaly_id"]),))
    if len(found) != 1:
        raise FeedbackError(
            f"{len(found)} anomalies start with {prefix!r}; `cloudcost anomalies list --all` lists them"
        )
    return found[0]
