"""Reads what realised savings are judged by: lines of the resources whose findings closed, and what is around them.

Every statement names accounts and, beside them, resources, services, meters or commitments; sums are made in the
warehouse, and a period that cannot hold a charge of that time is not even opened. Every engine runs them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from savings.realised.bills import Account, Bills, Newcomer, shorten
from savings.realised.closings import Closing
from savings.realised.evidence_sql import ACCOUNT_DAYS, BY_ID, BY_LAST_PART, LINES, METERS, NEWCOMERS, SCOPES, UNUSED
from savings.realised.parameters import BACK_DAYS, DAYS_BEFORE, SEARCH_DAYS
from savings.realised.series import Series, add_up_days
from warehouse.contracts import Connection, Warehouse, fetch_records

#: Names in one statement; more are asked for by another one.
BATCH = 500
#: Each name is a row: DuckDB compares an expression with a list of them one by one (16 s instead of 2.5 for 200 names
#: and 4 million lines), with rows at once.
_NAME = "select cast(? as varchar(1000))"
#: The longest line: a month's begins so many days before its last.
LONGEST_LINE = 31


def read_bills(
    warehouse: Warehouse, closings: Sequence[Closing], last_days: Mapping[str, dt.date], ended: Mapping[str, dt.date]
) -> Bills:
    """The bills of these findings. ``last_days``: until when the days of each source are billed to their end;
    ``ended``: the sources that bill no more."""
    named = [one for one in closings if one.resource[2] and one.resource[0] in last_days]
    if not named:
        return Bills(ended=ended)
    first = find_first_day(named)
    accounts = sorted({one.resource[:2] for one in named})
    with warehouse.connect(read_only=True) as connection:
        reader = _Reader(connection, first, accounts)
        found = reader.read_lines({one.resource[2] for one in named})
        lines: defaultdict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for row in found:
            lines[row["source_name"], row["account_id"], shorten(row["resource_id"]).lower()].append(row)
        monthly = {row["usage_type"] for row in found if row["is_month_priced"]}
        meters = sorted(_find_meters(lines))
        services = sorted({row["service_name"] or "" for row in found})
        idle = reader.read(UNUSED, sorted({row["commitment_discount_id"] for row in found} - {None}))
        scopes = [{**row, "is_month_priced": row["usage_type"] in monthly} for row in reader.read(SCOPES, services)]
        metered = reader.read(METERS, meters)
        since = min(_bound(one) for one in named) - dt.timedelta(days=BACK_DAYS)
        newcomers = reader.read(NEWCOMERS, meters, since)
        days = reader.read_days()
    return Bills(
        known=_list_known(days, last_days),
        ended=ended,
        lines=lines,
        scopes=_sum(scopes, "source_name account_id region service_name currency"),
        meters=_sum(metered, "source_name account_id region usage_type currency"),
        newcomers=_gather(newcomers),
        unused=_sum(idle, "source_name commitment_discount_id"),
    )


def find_first_day(closings: Iterable[Closing]) -> dt.date:
    """The first day that any of these is compared on, and so the first that is read."""
    bounds = [_bound(one) for one in closings]
    return min(bounds) - dt.timedelta(days=2 * DAYS_BEFORE)


def _bound(closing: Closing) -> dt.date:
    """The first day on which its resource may have changed."""
    return closing.acted_on or closing.row["last_seen"] - dt.timedelta(days=SEARCH_DAYS)


class _Reader:
    """Asks for some names at a time, of the accounts that are looked at and from a day on."""

    def __init__(self, connection: Connection, first: dt.date, accounts: Collection[Account]) -> None:
        self._connection = connection
        self._accounts = sorted(set(accounts))
        self._first = first

    def read(self, query: str, names: Sequence[str], *more: Any) -> list[dict[str, Any]]:
        """The rows of all names; with none to ask for, no rows."""
        rows: list[dict[str, Any]] = []
        for start in range(0, len(names), BATCH):
            rows += self._ask(query, names[start : start + BATCH], more)
        return rows

    def read_lines(self, resources: Collection[str]) -> list[dict[str, Any]]:
        """The lines of these resources; those that are not on the bill by their name are looked for by its last part,
        for which every line of the accounts is looked at."""
        rows = self.read(LINES.replace("{match}", BY_ID), sorted({one.lower() for one in resources}))
        billed = {str(row["resource_id"]).lower() for row in rows}
        others = sorted(one for one in resources if "/" not in one and one.lower() not in billed)
        return rows + self.read(LINES.replace("{match}", BY_LAST_PART), others)

    def read_days(self) -> list[dict[str, Any]]:
        """The days with usage of each account."""
        return self._ask(ACCOUNT_DAYS, (), ())

    def _ask(self, query: str, names: Sequence[str], more: Sequence[Any]) -> list[dict[str, Any]]:
        start = self._first - dt.timedelta(days=LONGEST_LINE)
        # a charge may be in the period before that of its day
        period = (start.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        owner = "(charges.source_name = ? and charges.sub_account_id = ?)"
        text = query.format(
            owners=" or ".join([owner] * len(self._accounts)), names=" union all ".join([_NAME] * len(names))
        )
        owners = [name for account in self._accounts for name in account] if "{owners}" in query else []
        return fetch_records(self._connection.execute(text, [*owners, period, start, *names, *more]))


def _find_meters(lines: Mapping[Any, list[Mapping[str, Any]]]) -> set[str]:
    """The meters that made up the cost of a resource at any time of those that are read."""
    found: set[str] = set()
    for rows in lines.values():
        series = Series.of(rows)
        if series.last_day is not None:
            found |= set(series.find_main_meters(series.last_day, 2 * LONGEST_LINE + SEARCH_DAYS + DAYS_BEFORE))
    return found - {""}


def _list_known(rows: Iterable[Mapping[str, Any]], last_days: Mapping[str, dt.date]) -> dict[Account, list[dt.date]]:
    known: defaultdict[Account, list[dt.date]] = defaultdict(list)
    for row in rows:
        if row["usage_date"] <= last_days[row["source_name"]]:
            known[row["source_name"], row["account_id"]].append(row["usage_date"])
    return known


def _sum(rows: Collection[Mapping[str, Any]], names: str) -> Any:
    return add_up_days(rows, *names.split())


def _gather(rows: Iterable[Mapping[str, Any]]) -> dict[Any, list[Newcomer]]:
    found: defaultdict[Any, list[Newcomer]] = defaultdict(list)
    for row in rows:
        key = tuple(row[n] or "" for n in "source_name account_id region usage_type currency".split())
        found[key].append(Newcomer(row["resource_id"], row["first_day"], row["cost"] / row["days_seen"]))
    return found
