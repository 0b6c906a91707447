"""Closed findings, and those that one change of a resource closed together."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from savings.realised.changes import Change
from savings.realised.parameters import LEAST_AFTER

Row = Mapping[str, Any]
Verdict = Literal["saved", "not_saved", "unclear", "too_early", "not_judged"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
#: Those that are final as far as bills go: what it is too early for counts in no total.
MEASURED: frozenset[str] = frozenset({"saved", "not_saved", "unclear"})
#: What is said of a resource that cannot be compared, and why.
Refused = tuple[Verdict, str]
#: What a finding is closed by. One that is dismissed is not: somebody said why nothing is done.
CLOSED = frozenset({"done", "verified", "lapsed"})


@dataclass(frozen=True)
class Closing:
    """A closed finding: its row of fct_savings, and the day of our action; None where somebody else did it."""

    row: Row
    acted_on: dt.date | None = None

    @property
    def resource(self) -> tuple[str, str, str]:
        """Source, account and resource."""
        return self.row["source_name"] or "", self.row["account_id"] or "", self.row["resource_id"] or ""


@dataclass(frozen=True)
class Cluster:
    """Changes of a resource that lie too close to one another to be told apart. ``since`` and ``until``: the days of
    the changes before and after them, which bound what can be compared."""

    members: Sequence[tuple[Closing, Change]]
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def first(self) -> dt.date:
        """The day of the first change."""
        return self.members[0][1].day

    @property
    def last(self) -> dt.date:
        """The day of the last change."""
        return self.members[-1][1].day

    @property
    def resource(self) -> tuple[str, str, str]:
        """Source, account and resource."""
        return self.members[0][0].resource

    @property
    def row(self) -> Row:
        """The first of its findings."""
        return self.members[0][0].row


def cluster(changed: Iterable[tuple[Closing, Change]]) -> list[Cluster]:
    """The changes of one resource, in order; less than a week apart they are one."""
    found: list[list[tuple[Closing, Change]]] = []
    for one in sorted(changed, key=lambda one: (one[1].day, str(one[0].row["recommendation_id"]))):
        if found and (one[1].day - found[-1][-1][1].day).days <= LEAST_AFTER:
            found[-1].append(one)
        else:
            found.append([one])
    bounds = [None, *((same[0][1].day, same[-1][1].day) for same in found), None]
    return [
        Cluster(same, before and before[1], after and after[0])
        for same, before, after in zip(found, bounds, bounds[2:], strict=False)
    ]
