"""What bill-only checks look at: the newest days of the bill, read once for all of them, as tables of one DuckDB.

The warehouse is asked for sums; what comes back is small, and every check then runs on this machine in one dialect,
whichever engine the warehouse has. Windows end with the last day that a source has usage of, so a source that is late
is judged on its own newest days; one that ended (`find_ended`) is not.

- ``usage_daily``: a row per source, account, region, resource, meter, price and day of the last 62 days, of every
  charge category; ``days_ago`` counts from 0, the source's last day. Amounts: ``cost`` (effective), ``billed_cost``,
  ``contracted_cost``, ``list_cost``; ``quantity`` is in ``pricing_unit``.
- ``usage_30d``: usage of the last 30 days without the days, of resources that are still billed in the last three; what
  is billed by one row a month is, until ten days after its month. What 30 days of it come to: ``monthly_cost``,
  ``monthly_contracted_cost``, ``monthly_list_cost``, ``monthly_quantity``. ``stored`` is the average size of what is
  priced by the month, in its unit: a GB stored for 30 days of a month of 31 is less than a GB-month.
  ``meter_last_days_ago`` is the last day of the very meter, which may have ended before its resource did: a volume that
  was changed to another type.
- ``usage_hourly``: what commitments could cover, by pool and hour: see `savings.commitments.hourly_sql`.
- ``storage_monthly``: a row per resource, meter and billing period of what is priced by the month, of 13 months.

Macros: ``in_a_month(amount, is_monthly, days_seen, period_days)``, ``share(amount, fraction)`` as money.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from savings.commitments.hourly_sql import USAGE_HOURLY, hourly_seeds
from savings.evidence.local_tables import Statement, make_tables
from savings.evidence.statements import DERIVED, SOURCE_DAYS, STORAGE_MONTHLY, USAGE_DAILY
from warehouse.contracts import Warehouse

SEEDS = Path(__file__).parents[1] / "seeds"
#: Days of usage that are looked at, and of what is stored: 13 months.
DAYS, STORAGE_DAYS = 62, 396
#: Days of usage that are read: those, and enough to see two fees of a month when the third is late.
READ_DAYS = 75
#: A source whose last usage is so many days before that of the newest has ended: bills by the month, a month late, are
#: up to 92 days behind those by the day.
ENDED_DAYS = 92


@contextmanager
def open_evidence(
    warehouse: Warehouse, last_days: Mapping[str, dt.date], seeds: Collection[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has the evidence and these seeds (``seed_<name>``), until it is closed.

    ``last_days``: the last day of usage of each source that is looked at, see `read_last_days`; at least one.
    """
    statements = {
        **_read_usage(last_days),
        "storage_monthly": _narrow(STORAGE_MONTHLY, last_days, STORAGE_DAYS),
        "usage_hourly": _narrow_hourly(last_days),
    }
    with make_tables(warehouse, statements) as connection:
        for statement in DERIVED:
            connection.execute(statement)
        for name in sorted(seeds):
            path = str(SEEDS / f"{name}.csv")
            connection.execute(f"create temp table seed_{name} as select * from read_csv(?, header = true)", [path])
        yield connection


@contextmanager
def open_usage(warehouse: Warehouse, last_days: Mapping[str, dt.date]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has usage_daily and what is derived of it alone, for who asks nothing of hours and months."""
    with make_tables(warehouse, _read_usage(last_days)) as connection:
        for statement in DERIVED:
            connection.execute(statement)
        yield connection


def read_last_days(warehouse: Warehouse, condition: str) -> Mapping[str, dt.date]:
    """The last day of usage of each source among the days for which ``condition`` on charge_date is true."""
    with warehouse.connect(read_only=True) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(SOURCE_DAYS.format(condition=condition)).fetchall()
    return dict(rows)


def find_ended(last_days: Mapping[str, dt.date]) -> dict[str, dt.date]:
    """The sources that have ended, with their last days: what an export had that was given up is not there to be
    saved, and its successor may bill the same resources."""
    newest = max(last_days.values(), default=dt.date.min)
    return {name: last for name, last in last_days.items() if (newest - last).days > ENDED_DAYS}


def _read_usage(last_days: Mapping[str, dt.date]) -> dict[str, Statement]:
    """What usage_daily and the rest of `DERIVED` are made from."""
    return {"usage_read": _narrow(USAGE_DAILY, last_days, READ_DAYS)}


def _narrow_hourly(last_days: Mapping[str, dt.date]) -> Statement:
    """The same for usage by the hour, whose seeds are parameters between those of the sources and those of periods."""
    texts, seeds = hourly_seeds()
    sources, bounds = _windows(last_days, DAYS)
    text = USAGE_HOURLY.format(**_texts(last_days), **texts, days=DAYS)
    return text, [*sources, *seeds, *bounds, *bounds, *bounds]


def _narrow(query: str, last_days: Mapping[str, dt.date], days: int) -> Statement:
    """The statement for these sources' windows, with its parameters; a source's older periods are not even opened."""
    sources, bounds = _windows(last_days, days)
    return query.format(**_texts(last_days), days=days), [*sources, *bounds]


def _texts(last_days: Mapping[str, dt.date]) -> dict[str, str]:
    count = len(last_days)
    source = "select cast(? as varchar(1000)) as source_name, cast(? as date) as last_day"
    period = "(charges.source_name = ? and charges.billing_period >= cast(? as date))"
    return {"source_days": " union all ".join([source] * count), "since": " or ".join([period] * count)}


def _windows(last_days: Mapping[str, dt.date], days: int) -> tuple[list[Any], list[Any]]:
    """Parameters: each source with its last day, and each with the first billing period that can hold its charges."""
    sources, bounds = [], []
    for name, last in sorted(last_days.items()):
        sources += [name, last]
        # a charge may be in the period before that of its day
        bounds += [name, ((last - dt.timedelta(days=days)).replace(day=1) - dt.timedelta(days=1)).replace(day=1)]
    return sources, bounds
