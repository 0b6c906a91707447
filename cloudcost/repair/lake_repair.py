"""Lake files that are not what was landed: found before a build reads them, and landed anew where the source still
has the delivery.

A landed file never changes, so one whose checksum differs was changed by a disk or a hand. Only what a build is about
to read is looked at: to read the whole lake in every run would cost more than the run.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from cloudcost.installation import Installation
from ingestion.refusals import as_refusal
from ingestion.snapshots import SnapshotKey
from warehouse import ChangedPeriod


@dataclass(frozen=True)
class Damage:
    """A current snapshot whose files in the lake are damaged and could not be landed anew, and why not."""

    key: SnapshotKey
    reason: str

    @property
    def sentence(self) -> str:
        """What an incident states."""
        return (
            f"a lake file of {self.key.text} is damaged (its checksum is not that of what was landed) and "
            f"{self.reason}; its costs are left out until the delivery is there again or the file is restored"
        )


def find_unreadable(installation: Installation) -> list[SnapshotKey]:
    """The current snapshots of which a file is gone or does not end as a Parquet file does; looks at no content."""
    configured = {s.name for s in installation.config.sources}
    current = [s for s, _ in installation.ledger.current_snapshots() if s.key.source_name in configured]
    broken = installation.lake.find_unreadable(path for s in current for path in s.paths)
    return [s.key for s in current if broken.intersection(s.paths)]


def repair_snapshots(installation: Installation, pairs: Collection[ChangedPeriod]) -> tuple[int, list[Damage]]:
    """Look at the current snapshots of these (source, billing period) pairs; returns how many were landed anew, and
    those that could not be.
    """
    repaired, left = 0, []
    ingestor = installation.ingestor()
    for name in sorted({source for source, _ in pairs} & {s.name for s in installation.config.sources}):
        periods = {period for source, period in pairs if source == name}
        damaged = ingestor.find_damaged(name, periods)
        if not damaged:
            continue
        reason = "its source does not hold that delivery any more"
        try:
            ingestor.ingest(installation.source(name), periods, damaged)
        except Exception as error:
            reason = f"its source cannot be read ({as_refusal(error, name)})"
        still = ingestor.find_damaged(name, periods)
        repaired += len(damaged - still)
        left += [Damage(key, reason) for key in sorted(still, key=lambda key: key.text)]
    return repaired, left


def list_rebuilt(installation: Installation, tags: dict[str, str], is_rebuilt: bool) -> set[ChangedPeriod]:
    """What the build of a run is about to read: what is behind, and all of the run's range where it is built anew."""
    pairs = set(installation.warehouse.changed_periods())
    first, last = (tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    if is_rebuilt and first and last:
        begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        pairs |= {
            (s.key.source_name, s.key.billing_period)
            for s, _ in installation.ledger.current_snapshots()
            if begin <= s.key.billing_period <= end
        }
    return pairs
