"""How late each provider normally is, and which sources are later than that."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.formats import BESIDE_COSTS
from ingestion.snapshots import Snapshot

#: Hours without a new delivery after which a source is late, per provider.
#: - aws: Data Exports and CUR are refreshed at least once a day, up to three times.
#: - azure: a daily export, of usage that meters report up to 24 hours later (EA; 48 hours for pay-as-you-go).
#: - gcp: the export runs several times a day and states no guarantee; a day without any is unusual.
#: - focus: whoever wrote it; the slowest of the three.
NORMAL_LATENESS_HOURS: Mapping[str, int] = {"aws": 24, "azure": 48, "gcp": 24, "focus": 48}


@dataclass(frozen=True)
class Freshness:
    """When a source last delivered something new, and how long it may take until the next time."""

    source_name: str
    last_delivery: dt.datetime | None
    allowed: dt.timedelta

    def lateness(self, now: dt.datetime) -> dt.timedelta:
        """How much later than allowed the next delivery is; zero where it is not, or nothing ever came.

        A source that never delivered is not late: `cloudcost check` and the failed ingestion state why.
        """
        if self.last_delivery is None:
            return dt.timedelta(0)
        return max(now - self.last_delivery - self.allowed, dt.timedelta(0))


def judge_freshness(source_name: str, allowed_hours: int, snapshots: list[tuple[Snapshot, dt.datetime]]) -> Freshness:
    """The freshness of a source's costs by its current snapshots and when each was promoted."""
    last = max((promoted_at for s, promoted_at in snapshots if s.key.dataset not in BESIDE_COSTS), default=None)
    return Freshness(source_name, last, dt.timedelta(hours=allowed_hours))
