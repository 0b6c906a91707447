"""What one ingestion of a source did, and how it speaks of deliveries."""

from dataclasses import dataclass, field

from ingestion.discovery.deliveries import name_some
from ingestion.judging.comparison import Drift
from ingestion.judging.expectations import DeliveryVerdict
from ingestion.judging.profile import DeliveryProfile
from ingestion.planning import PendingSnapshot, Problem
from ingestion.snapshots import SnapshotKey


@dataclass(frozen=True)
class Judged:
    """One delivery after it was landed: what was measured, what was judged, and whether it is current now."""

    key: SnapshotKey
    delivery_id: str
    profile: DeliveryProfile
    verdict: DeliveryVerdict
    promoted: bool
    drift: Drift = field(default_factory=Drift)


@dataclass
class IngestReport:
    """What one ingestion of a source did; ``is_whole``: whatever is wrong with the source now is in ``problems``."""

    source_name: str
    judged: list[Judged] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    empty_files: list[str] = field(default_factory=list)
    is_whole: bool = False

    @property
    def promoted(self) -> list[Judged]:
        """The deliveries that became current."""
        return [j for j in self.judged if j.promoted]


def list_assumptions(assumed_currency: str | None) -> list[str]:
    """What is noted of a delivery that names no currency."""
    if assumed_currency is None:
        return []
    return [f"names no currency; {assumed_currency} is assumed (set `currency:` of the source)"]


def name_sentence(pending: PendingSnapshot, sentence: str) -> str:
    """A sentence about a delivery that names its files, unless it does so already."""
    is_named = any(file.ref.name in sentence for file in pending.files)
    return sentence if is_named or not pending.files else f"{name_files(pending)}: {sentence}"


def name_files(pending: PendingSnapshot) -> str:
    """The files of a delivery, a few of them by name."""
    return name_some([file.ref.name for file in pending.files])
