"""What realised savings are judged by, as it was read from the bill."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from savings.realised.series import Days

Row = Mapping[str, Any]
#: Source and account.
Account = tuple[str, str]
#: Source, account, region, service and currency.
Scope = tuple[str, str, str, str, str]
#: Source, account, region, meter and currency.
MeterScope = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Newcomer:
    """A resource that was not billed before a day: when it came, and what it costs per day since."""

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
        named = self.lines.get((source, account, shorten(resource).lower()), [])
        exact = [row for row in named if str(row["resource_id"]).lower() == resource.lower()]
        return exact if exact or "/" in resource else named


def shorten(resource: str) -> str:
    """What stands behind the last slash of an id."""
    return resource.rpartition("/")[2]
