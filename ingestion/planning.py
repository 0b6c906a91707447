"""What a source has to ingest: deliveries that were discovered but are not current yet. Reads no rows."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingestion.contracts import DeliveredFile, Delivery, FileRef, Location, Provider
from ingestion.discovery import delivery_id_for, discover
from ingestion.discovery.deliveries import name_some
from ingestion.discovery.scans import ScannedFiles
from ingestion.expressions.dates import PlausibleDates
from ingestion.ledger import Ledger
from ingestion.snapshots import SnapshotKey

#: Part of what names a file's or delivery's content: grows when the landed columns change, so that all is read anew.
SCAN_VERSION = "3"
#: An AWS execution id has 36 characters, a hash of names 32.
LONGEST_ID = 200
#: No row of an invoice month is written so long before its first day.
WRITTEN_BEFORE = dt.timedelta(days=3)


@dataclass(frozen=True)
class PendingSnapshot:
    """A delivery of one billing period to be landed; ``period_filter`` where its files hold other periods too,
    ``is_plain`` where no manifest names its files, ``is_lost`` where it is current and its files in the lake are
    damaged or gone.
    """

    key: SnapshotKey
    delivery_id: str
    files: tuple[DeliveredFile, ...]
    expected_rows: int | None = None
    period_filter: bool = False
    is_plain: bool = False
    is_lost: bool = False

    @property
    def files_id(self) -> str:
        """What names the files that lie there now: a delivery that was mended or overwritten keeps its id, not this."""
        return delivery_id_for(file.ref for file in self.files)

    @property
    def content(self) -> str:
        """What names those files as this version lands them."""
        text = f"{SCAN_VERSION}\0{self.files_id}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Problem:
    """Something of a source that could not be taken; ``billing_period`` None where it is not known."""

    billing_period: dt.date | None
    message: str


@dataclass
class SourcePlan:
    """What one look at a source found. ``scanned`` are the files without a manifest whose rows are known.

    ``undelivered`` are those of the ``problems`` that no delivery could be made of, ``strangers`` states of each file
    that is left alone why, and ``seen`` names whatever else lies there, as quarantine does. ``is_held_up``: a file that
    cannot be read may hold rows of any period, so nothing new is taken.
    """

    source_name: str
    pending: list[PendingSnapshot] = field(default_factory=list)
    unscanned: list[DeliveredFile] = field(default_factory=list)
    scanned: list[DeliveredFile] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    empty_files: list[str] = field(default_factory=list)
    undelivered: list[Problem] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    is_held_up: bool = False

    @property
    def periods(self) -> set[dt.date]:
        """The billing periods that are known to be pending."""
        return {p.key.billing_period for p in self.pending}

    def refuse(self, problem: Problem) -> None:
        """Note something that no delivery can be made of."""
        self.problems.append(problem)
        self.undelivered.append(problem)
        self.seen.add(name_fault(problem.message))


def fingerprint(source_name: str, file: FileRef, reading: str) -> str:
    """What names the content of one file as this source reads it; ``reading`` names how."""
    text = "\0".join([SCAN_VERSION, source_name, file.name, str(file.size), file.etag, reading])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def plan_source(
    source_name: str,
    provider: Provider,
    location: Location,
    ledger: Ledger,
    *,
    reading: str,
    dates: PlausibleDates,
    lost: frozenset[SnapshotKey] = frozenset(),
) -> SourcePlan:
    """Compare what lies at the location with the ledger; current snapshots that the lake ``lost`` are landed again.
    ``reading`` names how the source reads its files. Raises `SourceError` where nothing can be planned at all.
    """
    found = discover(source_name, provider, location)
    plan = SourcePlan(source_name, notices=list(found.notices))
    for problem in found.problems:
        plan.refuse(Problem(problem.billing_period, problem.message))
    if found.ignored:
        plan.notices.append(f"not export files, left alone: {', '.join(found.ignored[:5])}")
    undetermined: list[DeliveredFile] = []
    delivered: set[SnapshotKey] = set()
    for delivery in found.deliveries:
        if delivery.billing_period is None:
            undetermined += delivery.files
            continue
        if not dates.has_period(delivery.billing_period):
            message = (
                f"{name_some([f.ref.name for f in delivery.files])}: {dates.refuse_period(delivery.billing_period)}"
            )
            plan.refuse(Problem(None, message))
            continue
        key = SnapshotKey(source_name, delivery.billing_period, delivery.dataset)
        delivered.add(key)
        _consider(plan, ledger, _pending_of(delivery, key), lost)
    _plan_by_scans(plan, ledger, undetermined, reading, lost, delivered)
    if plan.strangers and not plan.seen:
        plan.refuse(Problem(None, plan.strangers[0]))
    else:
        plan.notices += plan.strangers
    return plan


def name_fault(message: str) -> str:
    """What quarantine calls something that never became a delivery."""
    return hashlib.sha256(message.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _pending_of(delivery: Delivery, key: SnapshotKey) -> PendingSnapshot:
    return PendingSnapshot(key, tidy_id(delivery.delivery_id), delivery.files, delivery.expected_rows)


def tidy_id(delivery_id: str) -> str:
    """A delivery's own id as every store takes it: one that is long or cannot be printed is replaced by its hash."""
    if len(delivery_id) <= LONGEST_ID and delivery_id.isprintable():
        return delivery_id
    return hashlib.sha256(delivery_id.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _consider(plan: SourcePlan, ledger: Ledger, pending: PendingSnapshot, lost: frozenset[SnapshotKey]) -> None:
    plan.seen.add(f"{pending.key.text}/{pending.delivery_id}")
    if ledger.current(pending.key) == pending.delivery_id and pending.key not in lost:
        plan.unchanged += 1
        return
    withdrawn = ledger.withdrawn(pending.key, pending.delivery_id, pending.files_id)
    if withdrawn is not None:
        month = f"{pending.key.billing_period:%Y-%m}"
        plan.notices.append(
            f"{month}: delivery {pending.delivery_id} was withdrawn and is not taken again: {withdrawn}"
        )
        return
    lost_rows = _find_lost_rows(ledger, pending)
    if lost_rows is not None:
        _hold_back(plan, ledger, pending, lost_rows)
        return
    reasons = ledger.quarantine_reasons(pending.key, pending.delivery_id, pending.content)
    if reasons:
        plan.problems += [Problem(pending.key.billing_period, reason) for reason in reasons]
    else:
        plan.pending.append(replace(pending, is_lost=pending.key in lost))


def _find_lost_rows(ledger: Ledger, pending: PendingSnapshot) -> str | None:
    """Why a table may no longer hold all rows of a month, or None; such a month would look like a smaller bill."""
    for file in pending.files:
        first_day = pending.key.billing_period - WRITTEN_BEFORE
        if file.ref.expired_before is not None and file.ref.expired_before > first_day:
            return f"the table keeps nothing from before {file.ref.expired_before}, so rows of it may be gone"
        current = ledger.current_snapshot(pending.key) if file.ref.rows is not None else None
        if current is not None and file.ref.rows is not None and file.ref.rows < current[0].row_count:
            return (
                f"the table has {file.ref.rows} rows of it where it had {current[0].row_count}, and such a table only "
                "grows; another table is a source of another name"
            )
    return None


def _hold_back(plan: SourcePlan, ledger: Ledger, pending: PendingSnapshot, reason: str) -> None:
    month = f"{pending.key.billing_period:%Y-%m}"
    if ledger.current(pending.key) is not None:
        plan.unchanged += 1
        plan.notices.append(f"{month} stays as it was taken: {reason}")
    else:
        plan.problems.append(Problem(pending.key.billing_period, f"{month} cannot be taken as a whole: {reason}"))


def _plan_by_scans(
    plan: SourcePlan,
    ledger: Ledger,
    files: Iterable[DeliveredFile],
    reading: str,
    lost: frozenset[SnapshotKey],
    delivered: set[SnapshotKey],
) -> None:
    """Files whose periods their rows show: what they hold is known from a scan; without one, they are read first.

    Their rows of a period that is ``delivered`` as a whole beside them would take its place, and are not loaded.
    """
    scanned = ScannedFiles()
    faults: list[str] = []
    for file in files:
        mark = fingerprint(plan.source_name, file.ref, reading)
        scan = ledger.get_scan(plan.source_name, mark)
        if scan is not None and "left_alone" in scan:
            plan.strangers.append(scan["left_alone"])
            continue
        plan.seen.add(mark)
        if scan is None:
            plan.unscanned.append(file)
        elif "fault" not in scan:
            plan.scanned.append(file)
            if scan["rows"] == 0:
                plan.empty_files.append(file.ref.name)
            scanned.add(file, scan)
        elif scan.get("may_hold_costs", True):
            faults.append(scan["fault"])
        else:
            plan.problems.append(Problem(None, scan["fault"]))
    plan.problems += [Problem(None, fault) for fault in faults]
    if faults:
        plan.notices.append("a file without a manifest cannot be read, so nothing new is taken until it is mended")
    if faults or plan.unscanned:
        plan.is_held_up = True
        return
    plan.notices += scanned.place_timeless()
    for period, dataset in sorted(scanned.groups):
        _plan_group(plan, ledger, scanned, SnapshotKey(plan.source_name, period, dataset), lost, delivered)


def _plan_group(
    plan: SourcePlan,
    ledger: Ledger,
    scanned: ScannedFiles,
    key: SnapshotKey,
    lost: frozenset[SnapshotKey],
    delivered: set[SnapshotKey],
) -> None:
    """The files that hold rows of one billing period and dataset, as one delivery."""
    group = (key.billing_period, key.dataset)
    members = scanned.groups[group]
    if key in delivered:
        names = name_some([m.ref.name for m in members])
        message = (
            f"{names} holds rows of {key.billing_period:%Y-%m} too, which another delivery holds as a whole: they "
            "are not loaded"
        )
        plan.problems.append(Problem(key.billing_period, message))
        return
    is_plain = all(m.expected_bytes is None and m.expected_rows is None for m in members)
    # the same files read in another currency are another snapshot
    currency = scanned.assumed_currencies.get(group)
    delivery_id = "-".join([delivery_id_for([m.ref for m in members]), *filter(None, [currency])])
    mixed = any(m.ref.name in scanned.shared for m in members)
    _consider(plan, ledger, PendingSnapshot(key, delivery_id, tuple(members), None, mixed, is_plain=is_plain), lost)
