"""One delivery whose files were read: staged, measured, judged, landed in the lake and promoted, or refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from core.instants import Checkpoint
from core.progress import measure
from ingestion.contracts import DeliveryError, ExportFormat
from ingestion.incoming import IncomingFile
from ingestion.judging.comparison import Comparison, Drift, compare_columns, compare_figures
from ingestion.judging.expectations import DeliveryVerdict, judge_delivery
from ingestion.judging.profile import DeliveryProfile, profile_delivery
from ingestion.judging.repeats import Repeats
from ingestion.landing.lake import Lake, snapshot_directory
from ingestion.landing.staging import stage_rows
from ingestion.ledger import Ledger
from ingestion.planning import PendingSnapshot, Problem
from ingestion.reports import IngestReport, Judged, list_assumptions, name_files, name_sentence
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot
from ingestion.source import Source, find_only_format


@dataclass(frozen=True)
class Candidate:
    """A delivery whose rows are ``staged``, each once, and measured: it becomes a snapshot if it passes."""

    pending: PendingSnapshot
    incoming: list[IncomingFile]
    fmt: ExportFormat
    staged: Path
    repeats: Repeats
    profile: DeliveryProfile

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Native columns of the format that some file lacks."""
        return tuple(sorted({c for i in self.incoming for c in i.missing_columns}))

    @property
    def extra_columns(self) -> tuple[str, ...]:
        """Columns of some file that nothing is read from."""
        return tuple(sorted({c for i in self.incoming for c in i.extra_columns}))

    @property
    def assumed_currency(self) -> str | None:
        """The currency of rows that name none."""
        return next((i.assumed_currency for i in self.incoming if i.assumed_currency), None)

    @property
    def notices(self) -> list[str]:
        """What is noted of a delivery that is taken."""
        notices = [f"{i.name}: {notice}" for i in self.incoming for notice in i.notices]
        notes = (*list_assumptions(self.assumed_currency), *self.profile.notes)
        return [*notices, *self.repeats.notices, *(f"{name_files(self.pending)}: {note}" for note in notes)]

    def as_snapshot(self, paths: Sequence[str], checksums: tuple[str, ...]) -> Snapshot:
        """The snapshot whose files are in the lake at ``paths``."""
        return Snapshot(
            key=self.pending.key,
            delivery_id=self.pending.delivery_id,
            table=self.fmt.table,
            format_name=self.fmt.name,
            paths=tuple(paths),
            row_count=self.profile.row_count,
            control_totals=self.profile.control_totals,
            files=tuple(f.ref.name for f in self.pending.files),
            missing_columns=self.missing_columns,
            extra_columns=self.extra_columns,
            assumed_currency=self.assumed_currency,
            notices=tuple(self.notices),
            checksums=checksums,
            files_id=self.pending.files_id,
        )


class Promoter:
    """Lands and promotes what was read. ``checkpoint`` is called by name between any two steps that leave a trace."""

    def __init__(self, lake: Lake, ledger: Ledger, settings: IngestionSettings, checkpoint: Checkpoint) -> None:
        self._lake = lake
        self._ledger = ledger
        self._settings = settings
        self._checkpoint = checkpoint

    def judge_and_promote(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        pending: PendingSnapshot,
        directory: Path,
        incoming: list[IncomingFile],
        report: IngestReport,
    ) -> None:
        """Make a delivery the current snapshot, or put it in quarantine; ``report`` states which and why.

        Raises `DeliveryError` where it cannot be measured.
        """
        faults = [f for i in incoming for f in i.faults_of(pending.key.billing_period, pending.period_filter)]
        if faults:
            self.refuse(report, pending, faults)
            return
        with measure("ingestion", f"{source.name}: judge", is_detail=True):
            candidate = _stage_and_measure(connection, source, pending, directory, incoming)
            status = self._ledger.status(pending.key, pending.delivery_id)
            compared, drift = self._compare(candidate)
            # what is current and only lands anew was judged, or accepted, before
            is_accepted = status == "accepted" or pending.is_lost
            verdict = judge_delivery(candidate.fmt, candidate.profile, compared, self._settings, is_accepted)
            verdict = DeliveryVerdict((*verdict.expectations, *candidate.repeats.judge(is_accepted)))
        judged = Judged(pending.key, pending.delivery_id, candidate.profile, verdict, promoted=False, drift=drift)
        if verdict.failures:
            report.judged.append(judged)
            self.refuse(report, pending, [name_sentence(pending, f) for f in verdict.failures], verdict.is_acceptable)
            return
        self._checkpoint("judged")
        with measure("ingestion", f"{source.name}: land", is_detail=True):
            snapshot = self._land(candidate)
            self._promote(snapshot, judged, report, was_expired=status == "expired")

    def _compare(self, candidate: Candidate) -> tuple[list[Comparison], Drift]:
        """The delivery beside the one that is current; another format has other columns, which is no drift."""
        current = self._ledger.current_snapshot(candidate.pending.key)
        if current is None:
            return [], Drift()
        previous, promoted_at = current
        drift = Drift()
        if previous.format_name == candidate.fmt.name:
            drift = compare_columns(candidate.missing_columns, candidate.extra_columns, previous)
        return compare_figures(candidate.profile, previous, promoted_at, self._settings), drift

    def _land(self, candidate: Candidate) -> Snapshot:
        pending = candidate.pending
        target = snapshot_directory(candidate.fmt.table, pending.key, pending.delivery_id, pending.content)
        if pending.is_lost:
            self._lake.remove(target)  # what is left of it is not what was landed
        paths = self._lake.publish(candidate.staged, target)
        self._checkpoint("landed")
        return candidate.as_snapshot(paths, self._lake.measure_checksums(paths))

    def _promote(self, snapshot: Snapshot, judged: Judged, report: IngestReport, was_expired: bool) -> None:
        try:
            promoted = self._ledger.promote(snapshot, was_expired=was_expired)
        except DeliveryError as error:
            report.problems.append(Problem(snapshot.key.billing_period, str(error)))
            return
        if not promoted:
            self._ledger.remember_files(snapshot)
        self._checkpoint("promoted")
        report.judged.append(replace(judged, promoted=promoted))
        report.notices += snapshot.notices

    def refuse(
        self, report: IngestReport, pending: PendingSnapshot, reasons: Sequence[str], is_acceptable: bool = False
    ) -> None:
        """Put a delivery in quarantine; ``is_acceptable``: somebody may take it as it is."""
        key = pending.key
        if is_acceptable:
            reasons = [f"{r}; `cloudcost deliveries accept {pending.delivery_id}` takes it as it is" for r in reasons]
        self._ledger.quarantine(
            key.source_name,
            key.billing_period,
            key.dataset,
            pending.delivery_id,
            reasons,
            pending.content,
            is_acceptable=is_acceptable,
        )
        report.problems += [Problem(key.billing_period, reason) for reason in reasons]


def _stage_and_measure(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    pending: PendingSnapshot,
    directory: Path,
    incoming: list[IncomingFile],
) -> Candidate:
    fmt = find_only_format(pending, incoming, source)
    staged, repeats = stage_rows(connection, pending, incoming, fmt, directory)
    profile = profile_delivery(
        connection,
        sorted(staged.glob("*.parquet")),
        fmt,
        pending.key.dataset,
        pending.key.billing_period,
        pending.expected_rows,
    )
    return Candidate(pending, incoming, fmt, staged, repeats, profile)
