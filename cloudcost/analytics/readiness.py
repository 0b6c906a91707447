"""What a run reports of forecasts: what the open month will cost, and whose costs are known for too few days."""

import datetime as dt
from dataclasses import dataclass

from cloudcost.analytics.forecasting import count_immature_days
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation

#: The usage that series are made of, see ml/series.py.
_USAGE = """
select service_provider_name, billing_currency, min(charge_date) as first_date, max(charge_date) as newest_date
from marts.fct_cost_daily
where charge_category = 'Usage' and coalesce(charge_frequency, '') not in ('One-Time', 'Recurring') and {condition}
group by 1, 2 order by 1, 2
"""

_MONTHS = """
select billing_currency, start_date, end_date, actual_cost, total_cost, known_until, as_of_date
from ml.cost_forecast_horizons where scope_level = 'total' and horizon = 'month_end' order by billing_currency
"""


@dataclass(frozen=True)
class OpenMonth:
    """The month that costs are known of last, in one currency: spent to `known_until`, and expected at its end.

    Of the days after `known_until`, up to `as_of`, more is still delivered.
    """

    currency: str
    start: dt.date
    end: dt.date
    spent: float
    expected: float
    known_until: dt.date
    as_of: dt.date


def list_expected(installation: Installation) -> list[str]:
    """A sentence per currency: what the open month will cost, and what of it is known to which day."""
    if not installation.warehouse.has_table("ml", "cost_forecast_horizons"):
        return []
    with installation.warehouse.connect(read_only=True) as connection:
        return [describe_month(OpenMonth(*row)) for row in connection.execute(_MONTHS).fetchall()]


def describe_month(month: OpenMonth) -> str:
    """What a month will cost, what of it is spent and to which day that counts."""
    expected = f"Expected in {month.currency} by {month.end}: {month.expected:,.2f}"
    if month.known_until < month.start:
        return f"{expected}; no day of the month is complete yet"
    filling = (month.as_of - month.known_until).days
    days = "the day after it is" if filling == 1 else f"the {filling} days after it are"
    are = "is" if filling == 1 else "are"
    incomplete = f" ({days} not complete yet and {are} forecast)" if filling > 0 else ""
    return f"{expected}, of which {month.spent:,.2f} so far, to {month.known_until}{incomplete}"


def list_waiting(installation: Installation, days: ScoredDays) -> list[str]:
    """A sentence per provider and currency that forecasts or anomalies still wait for."""
    from ml.readiness import KnownUsage, describe_waiting, may_wait

    with installation.warehouse.connect(read_only=True) as connection:
        rows = connection.execute(_USAGE.format(condition=days.condition("charge_date"))).fetchall()
    if not rows:
        return ["There is no usage yet, which forecasts and anomalies are made from"]
    known = [KnownUsage(*row) for row in rows]
    if not may_wait(known):
        return []
    immature = count_immature_days(installation, days)
    return list(describe_waiting(known, immature, installation.config.forecasts.immature_days))
