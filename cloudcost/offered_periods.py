"""Which billing periods are offered as partitions: those that were delivered, and a year back."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.instants import utc_now
from ingestion.expressions.dates import PlausibleDates
from ingestion.ledger import Ledger
from state import StateStore


@dataclass(frozen=True)
class OfferedPeriods:
    """The periods of an installation, as its state has them. ``_configured``: `first_billing_period`, if set."""

    _store: StateStore
    _ledger: Ledger
    _configured: str | None

    def first(self) -> dt.date:
        """The first billing period that is offered as a partition."""
        if self._configured:
            return dt.date.fromisoformat(f"{self._configured}-01")
        thirteen_months_ago = (utc_now().date().replace(day=1) - dt.timedelta(days=365)).replace(day=1)
        return min([thirteen_months_ago, *self._plausible_periods()])

    def current(self) -> set[dt.date]:
        """The billing periods that have a current snapshot; not what once came through without being a period."""
        dates = PlausibleDates(utc_now().date())
        current = {s.key.billing_period for s, _ in self._ledger.current_snapshots()}
        return {period for period in current if dates.has_period(period)}

    def months_ahead(self) -> int:
        """How many billing periods are offered beyond the current month: those of bills that came early."""
        today = utc_now().date()
        last = max([today, *self._plausible_periods()])
        return (last.year - today.year) * 12 + last.month - today.month

    def _plausible_periods(self) -> list[dt.date]:
        """The periods that are current, and the first and last that were ever seen."""
        record = self._store.get("partitions", "first_period")
        seen = [] if record is None else [dt.date.fromisoformat(day) for day in record.body.values()]
        dates = PlausibleDates(utc_now().date())
        return [*self.current(), *filter(dates.has_period, seen)]

    def remember(self, periods: Collection[dt.date]) -> None:
        """Offer partitions for these billing periods; never takes any away."""
        record = self._store.get("partitions", "first_period")
        known = {} if record is None else record.body
        first, last = min(periods).isoformat(), max(periods).isoformat()
        body = {
            "first_period": min(first, known.get("first_period", first)),
            "last_period": max(last, known.get("last_period", last)),
        }
        if record is None:
            self._store.insert("partitions", "first_period", body)
        elif body != known:
            self._store.update("partitions", "first_period", body, record.version)
