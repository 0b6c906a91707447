"""The days whose costs are scored, and the rows that are left out of scoring because of theirs.

A typing error dates a charge 9999-12-31, 0001-01-01 or infinity. Its row stays in the warehouse and in every total, but
forecasts, anomalies and savings would stand on that day, with empty centuries between it and the others. They read the
scored days alone, and the rows they do without are named.
"""

import datetime as dt
from dataclasses import dataclass

from cloudcost.installation import Installation
from ingestion.expressions.dates import PlausibleDates
from ml.rows import FIRST_DAY

#: Sources and days that are named.
NAMED = 20


@dataclass(frozen=True)
class ScoredDays:
    """From the first day of any cloud's bill up to today, both included: what was used lies in the past."""

    first: dt.date
    last: dt.date

    @classmethod
    def until(cls, today: dt.date) -> "ScoredDays":
        """The days that are scored today (UTC)."""
        return cls(FIRST_DAY, today)

    def condition(self, column: str) -> str:
        """SQL that is true for these days; ``column`` is a date."""
        return f"{column} >= date '{self.first}' and {column} <= date '{self.last}'"

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def describe_left_out(installation: Installation, days: ScoredDays) -> list[str]:
    """The line items that are never scored because of their day, a sentence per source and day; none as a rule."""
    # a purchase or a fee may be charged ahead: it waits for its day and is nothing odd
    latest = PlausibleDates(days.last).latest_start
    # as text: an engine's infinity, and years of five digits, are no dates of Python
    query = f"""
        select source_name, cast(charge_date as varchar(40)) as charge_date, sum(line_item_count) as line_item_count
        from marts.fct_cost_daily
        where not ({days.condition("charge_date")})
            and (
                charge_category = 'Usage'
                or charge_date < date '{days.first}' or charge_date > date '{latest}'
            )
        group by 1, 2 order by 1, 2 limit {NAMED + 1}
    """
    with installation.warehouse.connect(read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    lines = [
        f"{source}: {count} line item(s) of {day} are in every total and left out of forecasts and anomalies: what is "
        f"scored lies from {days.first} to {days.last}"
        for source, day, count in rows[:NAMED]
    ]
    return [*lines, "there are more line items on other such days"] if len(rows) > NAMED else lines
