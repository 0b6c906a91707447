"""Budgets as settings tables."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

from cloudcost.config.budgets import BudgetSettings, next_period, parse_period
from cloudcost.config.document import CloudcostConfig
from warehouse.settings_contracts import Column, Row, SettingsTable

FIRST_DAY, NO_END = dt.date(1970, 1, 1), dt.date(9999, 12, 31)
BUDGET_NAME = Column("budget_name", "text", "Name of the budget.")


def list_budgets(config: CloudcostConfig, _: Path) -> list[Row]:
    """One row per budget."""
    return [
        (b.name, b.period, b.currency or config.reporting_currency, b.measure, b.alert_on_forecast)
        for b in config.budgets
    ]


def list_amounts(config: CloudcostConfig, _: Path) -> list[Row]:
    """The amount per stretch of time; stretches of one budget do not overlap."""
    return [(budget.name, *stretch) for budget in config.budgets for stretch in cut_stretches(budget)]


def cut_stretches(budget: BudgetSettings) -> list[tuple[dt.date, dt.date, Decimal]]:
    """(first day, first day after, amount) in order: single periods cut the stretch of the usual amount."""
    named = {parse_period(name, budget.period): amount for name, amount in budget.amounts.items()}
    stretches = [(start, next_period(start, budget.period), amount) for start, amount in named.items()]
    if budget.amount is not None:
        start = parse_period(budget.starts, budget.period) if budget.starts else FIRST_DAY
        end = next_period(parse_period(budget.ends, budget.period), budget.period) if budget.ends else NO_END
        for cut in sorted(day for day in named if start <= day < end):
            stretches.append((start, cut, budget.amount))
            start = next_period(cut, budget.period)
        stretches.append((start, end, budget.amount))
    return sorted(stretch for stretch in stretches if stretch[0] < stretch[1])


def list_thresholds(config: CloudcostConfig, _: Path) -> list[Row]:
    """The thresholds of every budget."""
    return [(budget.name, threshold) for budget in config.budgets for threshold in sorted(set(budget.thresholds))]


BUDGETS = SettingsTable(
    name="budgets",
    description="The budgets of the configuration.",
    columns=(
        BUDGET_NAME,
        Column("period_kind", "text", "month, quarter or year."),
        Column("budget_currency", "text", "Currency of the amounts."),
        Column("cost_measure", "text", "effective_cost or billed_cost."),
        Column("alerts_on_forecast", "boolean", "Whether a forecast above the amount opens an incident."),
    ),
    key=("budget_name",),
    rows=list_budgets,
)
BUDGET_AMOUNTS = SettingsTable(
    name="budget_amounts",
    description="The amount of a budget's periods, per stretch of time.",
    columns=(
        BUDGET_NAME,
        Column("first_date", "date", "The first day of the stretch: its periods begin on it or later."),
        Column("end_date", "date", "The first day after the stretch."),
        Column("budget_amount", "numeric", "The amount of each period in the stretch."),
    ),
    key=("budget_name", "first_date"),
    rows=list_amounts,
)
BUDGET_THRESHOLDS = SettingsTable(
    name="budget_thresholds",
    description="At how many percent of a budget an incident is opened.",
    columns=(BUDGET_NAME, Column("threshold_percent", "numeric", "Percent of the amount.")),
    key=("budget_name", "threshold_percent"),
    rows=list_thresholds,
)
