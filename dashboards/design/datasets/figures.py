"""Certified figures that several datasets share. Every sum is of exact decimals in the warehouse."""

from dashboards.design.parts import MONEY, PERCENT, Metric

#: Types of columns that only a dataset's own query has.
TEXT, DAY = "VARCHAR", "DATE"


def of_one_currency(sql: str, currency: str = "billing_currency") -> str:
    """The figure where all rows are of one currency, else nothing: two currencies never meet in one sum."""
    return f"CASE WHEN MIN({currency}) = MAX({currency}) THEN {sql} END"


def money(name: str, label: str, sql: str, meaning: str, unit: str = MONEY) -> Metric:
    """An amount in billing currency; empty where rows of several currencies come together."""
    return Metric(name, label, of_one_currency(sql), f"{meaning} In billing currency, of one currency at a time.", unit)


def cost(name: str, label: str, meaning: str) -> Metric:
    """The sum of a cost column."""
    return money(name, label, f"SUM({name})", meaning)


COSTS = (
    cost("billed_cost", "Billed cost", "What the invoice charges (FOCUS BilledCost)."),
    cost("effective_cost", "Effective cost", "Cost with purchases spread over what they cover (FOCUS EffectiveCost)."),
    cost("list_cost", "List cost", "Cost at list prices (FOCUS ListCost)."),
    cost("contracted_cost", "Contracted cost", "Cost at contracted prices, before commitments (FOCUS ContractedCost)."),
)

SAVINGS = Metric(
    "savings_rate",
    "Effective savings rate",
    of_one_currency("1 - SUM(effective_cost) / NULLIF(SUM(list_cost), 0)"),
    "Share of the list cost that discounts and commitments save.",
    PERCENT,
)
