"""What realised savings are judged by, as it was read from the bill."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from savings.realised.series import Days, Series

Row = Mapping[str, Any]
#: Source and account.
Account = tuple[str, str]
#: Source, account, region, service and currency.
Scope = tuple[str, str, str, str, str]
#: Source, account, region, meter and currency.
MeterScope = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Newcomer:
    """A resource that was not billed before a day: when it came, and what it costs per day that it is billed."""

    resource_id: str
    first_day: dt.date
    daily_cost: Any


@dataclass
class Bills:
    """Days by what they are of. ``known``: the days of an account that are billed to their end. ``ended``: sources that
    bill no more, with their last day. ``lines``: of resources, by account and the last part of their id. ``scopes`` and
    ``meters``: all of a scope, ``newcomers``: by scope of a meter. ``unused``: of commitments, by source and id."""

    known: Mapping[Account, Collection[dt.date]] = field(default_factory=dict)
    ended: Mapping[str, dt.date] = field(default_factory=dict)
    lines: Mapping[tuple[str, str, str], list[Row]] = field(default_factory=dict)
    scopes: Mapping[Scope, Days] = field(default_factory=dict)
    meters: Mapping[MeterScope, Days] = field(default_factory=dict)
    newcomers: Mapping[MeterScope, list[Newcomer]] = field(default_factory=dict)
    unused: Mapping[tuple[str, str], Days] = field(default_factory=dict)

    def find_lines(self, source: str, account: str, resource: str) -> list[Row]:
        """The lines of a resource, by its whole id, or by the last part of one where that is all a finding has."""
        named = self.lines.get((source, account, shorten(resource)), [])
        if "/" in resource:
            return [row for row in named if str(row["resource_id"]).lower() == resource.lower()]
        return named


def shorten(resource: str) -> str:
    """What stands behind the last slash of an id."""
    return resource.rpartition("/")[2]


def add_up_days(rows: Collection[Row], *names: str) -> dict[tuple[str, ...], Days]:
    """Lines as days, by these columns."""
    groups: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] or "" for name in names)].append(row)
    return {key: Series.of(same).costs for key, same in groups.items()}
