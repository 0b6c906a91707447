"""Which budgets are worth telling people about, as incidents: once per budget, period and threshold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from alerts.findings import as_date
from alerts.incidents import IncidentFinding
from alerts.severity import Severity


@dataclass
class BudgetFindings:
    """What to report, and the budget periods that nothing is reported of because their costs do not reconcile."""

    findings: list[IncidentFinding] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def find_budget_alerts(
    rows: Sequence[Mapping[str, Any]], thresholds: Mapping[str, Sequence[Decimal]], closed_after_days: int
) -> BudgetFindings:
    """Judge rows of fct_budget_status. A period that ended longer ago than a month takes to close raises nothing."""
    found = BudgetFindings()
    for row in rows:
        if row["as_of_date"] is None or row["actual_cost"] is None:
            continue
        if (as_date(row["as_of_date"]) - as_date(row["period_end"])).days >= closed_after_days:
            continue
        findings = list(judge_budget(row, thresholds.get(str(row["budget_name"]), ())))
        if findings and not row["is_reconciled"]:
            found.refused.append(f"{row['budget_name']} {name_period(row)}")
        elif findings:
            found.findings += findings
    return found


def judge_budget(row: Mapping[str, Any], thresholds: Sequence[Decimal]) -> Iterator[IncidentFinding]:
    """The thresholds that the cost of a budget's period has reached, and that its forecast exceeds the amount."""
    amount, actual, forecast = row["budget_amount"], row["actual_cost"], row["forecast_cost"]
    for threshold in thresholds:
        if actual > 0 and actual * 100 >= amount * threshold:
            severity = Severity.CRITICAL if threshold >= 100 else Severity.WARNING
            yield describe_budget(row, f"{threshold.normalize():f} %", severity, f"reached {threshold.normalize():f} %")
    if row["alerts_on_forecast"] and row["is_open"] and forecast is not None and forecast > amount >= actual:
        yield describe_budget(row, "forecast", Severity.WARNING, "is forecast to be exceeded")


def describe_budget(row: Mapping[str, Any], threshold: str, severity: Severity, what: str) -> IncidentFinding:
    """One threshold of one period of a budget."""
    budget, period, currency = str(row["budget_name"]), name_period(row), str(row["budget_currency"])
    figures = {
        f"budget ({currency})": f"{row['budget_amount']:,.2f}",
        f"actual ({currency})": f"{row['actual_cost']:,.2f}",
    }
    if row["forecast_cost"] is not None:
        figures[f"forecast at the end ({currency})"] = f"{row['forecast_cost']:,.2f}"
    return IncidentFinding(
        rule="budget_threshold",
        scope={"budget": budget, "period": period, "threshold": threshold},
        start=as_date(row["period_start"]),
        severity=severity,
        title=f"Budget {budget} {what} in {period}: {row['actual_cost']:,.2f} {currency} "
        f"of {row['budget_amount']:,.2f} {currency}",
        summary=f"Costs up to {as_date(row['as_of_date'])}, {str(row['cost_measure']).replace('_', ' ')}.",
        figures=figures,
    )


def name_period(row: Mapping[str, Any]) -> str:
    """2025-04, 2025-Q2 or 2025."""
    start = as_date(row["period_start"])
    names = {"month": f"{start:%Y-%m}", "quarter": f"{start.year}-Q{(start.month + 2) // 3}", "year": f"{start.year}"}
    return names[str(row["period_kind"])]
