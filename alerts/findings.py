"""What is worth telling people about costs, as incidents: anomalies, forecasts, totals that do not reconcile."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from actions.proposals import ActionFinding, ResourceRef
from alerts.incidents import UNKNOWN_DAY, IncidentFinding
from alerts.severity import Severity

#: How loud an anomaly of each size is reported.
ANOMALY_SEVERITIES = {
    "low": Severity.INFO,
    "medium": Severity.WARNING,
    "high": Severity.CRITICAL,
    "critical": Severity.CRITICAL,
}

CHECK_FAILED = "check_failed"


def describe_unreconciled(
    source_name: str,
    period: dt.date,
    currency: str,
    measure: str,
    variance: str,
    account: str | None = None,
    *,
    is_invoice: bool = False,
) -> IncidentFinding:
    """Totals that differ between the export and the warehouse, or between the bill and its invoice."""
    what, where = ("the invoice", "") if is_invoice else ("the export", f" in account {account}" if account else "")
    summary = "The warehouse does not hold what the export states. Forecasts, anomalies and actions wait."
    if is_invoice:
        summary = "fct_invoice_reconciliation has both totals. Actions and budget alerts leave the month alone."
    return IncidentFinding(
        rule="invoice_differs" if is_invoice else "reconciliation_failed",
        scope={"source": source_name, "billing_period": f"{period:%Y-%m}", "currency": currency, "measure": measure},
        start=period,
        severity=Severity.WARNING if is_invoice else Severity.CRITICAL,
        title=f"{source_name} {period:%Y-%m}: {measure}{where} differs from {what} by {variance} {currency}",
        summary=summary,
        figures={f"variance ({currency})": variance},
    )


def describe_missing_rate(start: str, end: str, days: Sequence[dt.date | str]) -> IncidentFinding:
    """Costs that cannot be converted, because no rate is known on these days (in order; text beyond the calendar)."""
    shown = ", ".join(f"{day}" for day in days[:5]) + (f" and {len(days) - 5} more" if len(days) > 5 else "")
    return IncidentFinding(
        rule="rate_missing",
        scope={"from": start, "to": end, "first_day": f"{days[0]}"},
        start=next((day for day in days if isinstance(day, dt.date)), UNKNOWN_DAY),
        severity=Severity.WARNING,
        title=f"No exchange rate of {start} to {end} on {len(days)} day(s) from {days[0]}",
        summary=f"There is no rate on {shown}. Costs of these days have no amount in {end} until `currency:` has one.",
    )


def describe_failed_check(asset: str, check: str, rows: int, day: dt.date, times_before: int = 0) -> IncidentFinding:
    """A test of the models that failed at night, first on ``day``, for this many rows; 0 where it could not run.

    ``times_before``: how often it failed and passed again before.
    """
    scope = {"asset": asset, "check": check}
    found = (
        "What this table promises does not hold for some of its rows."
        if rows
        else "It could not run, so nobody knows whether what this table promises holds; the log of dbt says why."
    )
    return IncidentFinding(
        rule=CHECK_FAILED,
        scope={**scope, "times_before": str(times_before)} if times_before else scope,
        start=day,
        severity=Severity.WARNING,
        title=f"{asset}: the nightly check {check} failed",
        summary=f"{found} The reconciliation and the checks of each run are others and say whether the totals are "
        "right.",
        figures={"failing rows": str(rows)},
        is_dated=False,
    )


def describe_closed_change(row: Mapping[str, Any]) -> IncidentFinding:
    """A closed billing period whose total moved; each change of delivery is one incident. ``row`` is of the history."""
    source, currency, month = str(row["source_name"]), str(row["billing_currency"]), f"{row['billing_period']:%Y-%m}"
    before, after = (str(row[name] or "none") for name in ("from_delivery_id", "to_delivery_id"))
    figures = {}
    for measure in ("billed", "effective"):
        new, difference = row[f"{measure}_cost"], row[f"{measure}_cost_difference"]
        figures[f"{measure} before ({currency})"] = f"{new - difference:f}"
        figures[f"{measure} after ({currency})"] = f"{new:f}"
        figures[f"{measure} difference ({currency})"] = f"{difference:+f}"
    cause = {
        "restated": f"Delivery {after} replaced {before}.",
        "rebuilt": f"Delivery {after} was mapped anew, by another version of the models.",
    }[str(row["change_kind"])]
    return IncidentFinding(
        rule="closed_period_changed",
        scope={
            "source": source,
            "billing_period": month,
            "currency": currency,
            "change": str(row["change_number"]),
            "from": before,
            "to": after,
        },
        start=row["billing_period"],
        severity=Severity.WARNING,
        title=f"{source}: closed month {month} changed by {row['billed_cost_difference']:+,.2f} {currency} billed, "
        f"{row['effective_cost_difference']:+,.2f} {currency} effective",
        summary=f"{cause} fct_cost_restatements shows which days, accounts and services moved.",
        figures=figures,
    )


def describe_anomaly(row: Mapping[str, Any]) -> IncidentFinding:
    """An open anomaly of cost, with its money and its causes."""
    currency = str(row["billing_currency"])
    causes = [
        f"{c['dimension']} {c['value']}: {c['contribution']:+,.2f} {currency}"
        for c in json.loads(row["causes"] or "[]")[:5]
    ]
    service = str(row["service_name"] or "several services")
    account = str(row["sub_account_id"] or "several accounts")
    impact, percent = float(row["impact_cost"]), float(row["impact_percent"])
    change = f"{impact:+,.2f} {currency}" + ("" if percent != percent else f" ({percent:+.0f} %)")
    return IncidentFinding(
        rule="cost_anomaly",
        scope={
            "provider": str(row["service_provider_name"]),
            "account": account,
            "service": service,
            "currency": currency,
            "direction": str(row["direction"]),
            **({"usage_type": str(row["x_usage_type"])} if row["x_usage_type"] else {}),
        },
        team=row["x_team"] if isinstance(row.get("x_team"), str) and row["x_team"] else None,
        start=as_date(row["start_date"]),
        severity=ANOMALY_SEVERITIES[str(row["severity"])],
        title=f"{service} in {account}: {str(row['kind']).replace('_', ' ')} of {change}",
        summary=str(row["top_cause"] or ""),
        figures={
            f"actual ({currency})": f"{float(row['actual_cost']):,.2f}",
            f"expected ({currency})": f"{float(row['expected_cost']):,.2f}",
            f"impact ({currency})": f"{impact:+,.2f}",
            "days": str(row["days"]),
        },
        causes=tuple(causes),
    )


def describe_worse_forecasts(run: Mapping[str, Any], problem: str) -> IncidentFinding:
    """A forecast run that is clearly worse than those before it; one incident per scoring day."""
    day = as_date(run["as_of_date"])
    return IncidentFinding(
        rule="forecast_accuracy",
        scope={"as_of": day.isoformat()},
        start=day,
        severity=Severity.WARNING,
        title="Forecasts are less reliable than they were",
        summary=f"Scored on {day}: {problem}. Budgets and anomalies that rest on them deserve a second look.",
        figures={name: f"{float(run[name]):.3f}" for name in ("wape", "coverage_80", "coverage_95")},
    )


def describe_recommendation(row: Mapping[str, Any]) -> ActionFinding:
    """A recommendation that a remediation can carry out, as the finding of a proposal."""
    evidence = json.loads(row["evidence"]) if isinstance(row["evidence"], str) else dict(row["evidence"])
    return ActionFinding(
        finding_id=str(row["recommendation_id"]),
        remediation=str(row["remediation"]),
        resource=ResourceRef(
            provider=str(row["provider"]),
            account_id=str(row["account_id"]),
            region=str(row["region"]),
            resource_id=str(row["resource_id"]),
        ),
        source_name=str(row["source_name"]),
        billing_period=as_date(row["billing_period"]),
        monthly_saving=row["monthly_saving"],
        monthly_cost=row.get("monthly_cost"),
        currency=str(row["billing_currency"]),
        reason=str(row["reason"]),
        evidence={str(k): str(v) for k, v in evidence.items()},
    )


def as_date(value: Any) -> dt.date:
    """A date from what a data frame or DuckDB gives for one; the first or last there is for one beyond Python's."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value)
    if text.endswith("(BC)"):
        return dt.date.min
    year, _, _ = text.partition("-")
    return dt.date.max if len(year) > len("9999") else dt.date.fromisoformat(text[:10])
