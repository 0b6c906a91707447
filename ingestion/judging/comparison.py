"""A delivery beside the one before it: fewer rows, another total, other columns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.judging.profile import DeliveryProfile
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot


@dataclass(frozen=True)
class Comparison:
    """One figure of two deliveries: how far apart they are, in percent, and from where on that warns and blocks."""

    name: str
    percent: Decimal
    warn_percent: float
    block_percent: float | None
    message: str


@dataclass(frozen=True)
class Drift:
    """Columns that the delivery before did not have, and those that it alone had."""

    new: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """One sentence; empty where nothing drifted."""
        drifted = [(f"{len(c)} {word}", c) for word, c in (("new", self.new), ("vanished", self.vanished)) if c]
        return "; ".join(f"{count} columns: {', '.join(columns[:10])}" for count, columns in drifted)


def compare_figures(
    profile: DeliveryProfile, previous: Snapshot, promoted_at: dt.datetime, settings: IngestionSettings
) -> list[Comparison]:
    """Rows and totals beside those of ``previous``, which became current at ``promoted_at``.

    Rows and totals that fall are always compared. Totals that rise are only where the month was closed before: until
    then it fills. Of several currencies and measures the one that is furthest apart counts.
    """
    if previous.row_count < settings.compare_from_rows:
        return []
    rows = settings.row_count_drop
    drop = _percent(Decimal(previous.row_count - profile.row_count), Decimal(previous.row_count))
    compared = [
        Comparison(
            "row_count_drop",
            max(drop, Decimal(0)),
            rows.warn_percent,
            rows.block_percent,
            f"{profile.row_count:,} rows where delivery {previous.delivery_id} had {previous.row_count:,} "
            f"({-drop:+.1f} %)",
        )
    ]
    totals = settings.total_change
    may_rise = not was_closed(previous.key.billing_period, promoted_at, settings.closed_after_days)
    found = {(t.billing_currency, t.measure): t.file_total for t in profile.control_totals}
    changes = []
    for total in previous.control_totals:
        if abs(total.file_total) < Decimal(str(totals.minimum_amount)):
            continue
        now = found.get((total.billing_currency, total.measure), Decimal(0))
        percent = _percent(now - total.file_total, abs(total.file_total))
        judged = Decimal(0) if may_rise and percent > 0 else abs(percent)
        message = (
            f"{total.measure} {now:,.2f} {total.billing_currency} where delivery {previous.delivery_id} had "
            f"{total.file_total:,.2f} {total.billing_currency} ({percent:+.1f} %)"
        )
        changes.append(Comparison("total_change", judged, totals.warn_percent, totals.block_percent, message))
    return [*compared, *([max(changes, key=lambda c: c.percent)] if changes else [])]


def compare_columns(missing: Sequence[str], extra: Sequence[str], previous: Snapshot) -> Drift:
    """Native columns beside those of ``previous``: known ones that are ``missing`` and ``extra`` unknown ones."""
    appeared = (set(previous.missing_columns) - set(missing)) | (set(extra) - set(previous.extra_columns))
    vanished = (set(missing) - set(previous.missing_columns)) | (set(previous.extra_columns) - set(extra))
    return Drift(tuple(sorted(appeared)), tuple(sorted(vanished)))


def was_closed(billing_period: dt.date, moment: dt.datetime, closed_after_days: int) -> bool:
    """Whether a billing period had ended more than that many days before ``moment``."""
    end = (billing_period.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    closed = dt.datetime.combine(end, dt.time.min, dt.UTC) + dt.timedelta(days=closed_after_days)
    return moment > closed


def _percent(difference: Decimal, base: Decimal) -> Decimal:
    return difference * 100 / base if base else Decimal(0)
