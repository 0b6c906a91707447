"""Incidents from what was found, and the job that delivers their alerts."""

import dagster as dg
import pandas as pd

from alerts.budget_findings import BudgetFindings, find_budget_alerts
from alerts.findings import describe_anomaly, describe_closed_change
from alerts.incident_book import IncidentBook
from cloudcost.alert_outbox import outbox_of
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.resources.installation import InstallationResource


def incident_book(installation: Installation) -> IncidentBook:
    """The incidents of an installation, sent to its channels."""
    return IncidentBook(installation.store, installation.config.alerts.channels, utc_now)


@dg.asset(
    key=["alerts", "incidents"],
    group_name="alerts",
    kinds={"python"},
    deps=[["ml", "cost_anomalies"], ["marts", "fct_cost_monthly_history"], ["marts", "fct_budget_status"]],
    pool="warehouse",
    description="Open anomalies, closed months that changed and budgets that reached a threshold, as incidents; each "
    "new one puts one alert per channel into the outbox.",
)
def incidents(context: dg.AssetExecutionContext, installation: InstallationResource) -> dg.MaterializeResult:
    """Opens an incident per open anomaly, per change of a closed month and per threshold of a budget, once."""
    opened = installation.open()
    changes = opened.warehouse.closed_changes(opened.config.ingestion.closed_after_days)
    frame = pd.DataFrame()
    if opened.warehouse.has_table("ml", "cost_anomalies"):
        with opened.warehouse.connect(read_only=True) as connection:
            frame = connection.execute("select * from ml.cost_anomalies where is_open order by impact_cost desc").df()
    budgets = read_budget_findings(opened)
    for name in budgets.refused:
        context.log.warning(f"budget {name}: nothing is reported while its costs do not reconcile")
    book = incident_book(opened)
    new = 0
    findings = [describe_anomaly(row) for row in frame.to_dict("records")]
    for finding in [*findings, *(describe_closed_change(row) for row in changes), *budgets.findings]:
        incident, is_new = book.open(finding)
        new += is_new
        if is_new:
            context.log.info(f"{incident.incident_id}: {incident.finding.title}")
    opened.mark_stage("incidents")
    return dg.MaterializeResult(
        metadata={
            "open anomalies": len(frame),
            "changes of closed months": len(changes),
            "budget thresholds reached": len(budgets.findings),
            "budgets that do not reconcile": budgets.refused,
            "new incidents": new,
            "open incidents": len(book.list("open")),
        }
    )


def read_budget_findings(installation: Installation) -> BudgetFindings:
    """The thresholds that budgets of the configuration have reached."""
    thresholds = {budget.name: budget.thresholds for budget in installation.config.budgets}
    if not thresholds or not installation.warehouse.has_table("marts", "fct_budget_status"):
        return BudgetFindings()
    with installation.warehouse.connect(read_only=True) as connection:
        cursor = connection.execute("select * from marts.fct_budget_status order by budget_name, period_start")
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return find_budget_alerts(rows, thresholds, installation.config.ingestion.closed_after_days)


@dg.op(description="Delivers every alert that is due; a failing channel fails the run and the alert is tried again.")
def deliver_alerts(context: dg.OpExecutionContext, installation: InstallationResource) -> None:
    """One pass over the outbox."""
    report = outbox_of(installation.open()).deliver_pending()
    for delivery in report.deliveries:
        context.log.info(f"{delivery.message_id} by {delivery.channel}: {delivery.status} {delivery.error or ''}")
    report.raise_for_failures()


@dg.job(description="Sends the alerts that wait in the outbox.")
def send_alerts_job() -> None:
    """Started by outbox_sensor."""
    deliver_alerts()


@dg.sensor(
    job=send_alerts_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a delivery as soon as an alert waits in the outbox.",
)
def outbox_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """One run per set of waiting alerts and attempts; an alert that failed gets a new run when it is due again."""
    now = utc_now()
    waiting = [m for m in outbox_of(installation.open()).messages("pending") if m.due_at <= now]
    if not waiting:
        return dg.SensorResult(skip_reason="no alert is due")
    newest = max(waiting, key=lambda m: (m.created_at, m.key))
    attempts = sum(m.attempts for m in waiting)
    return dg.SensorResult([dg.RunRequest(run_key=f"{newest.key}:{len(waiting)}:{attempts}")])
