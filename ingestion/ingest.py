"""Ingesting a source: fetch, verify, read, judge, land and promote what its plan says. Safe to kill at any point."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from core.errors import LocationError
from core.instants import Checkpoint, Clock, pass_checkpoint, utc_now
from ingestion.contracts import DeliveredFile, Delivery, DeliveryError, ExportFormat, UntakenError
from ingestion.discovery import verify
from ingestion.discovery.plain import name_dataset
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_beside, connect_scratch
from ingestion.fetching import fetch_files, work_ahead
from ingestion.formats import get_format
from ingestion.incoming import IncomingFile, Reading, read_incoming_file
from ingestion.judging.comparison import Comparison, Drift, compare_columns, compare_figures
from ingestion.judging.expectations import Verdict, judge_delivery
from ingestion.judging.profile import DeliveryProfile, profile_delivery
from ingestion.judging.untaken_files import explain_untaken
from ingestion.landing.lake import Lake, measure_digest, snapshot_directory
from ingestion.landing.staging import stage_rows
from ingestion.ledger import UNKNOWN_DATASET, Ledger, Snapshot, SnapshotKey
from ingestion.planning import PendingSnapshot, Problem, SourcePlan, fingerprint, name_fault, plan_source
from ingestion.refusals import as_refusal
from ingestion.reports import IngestReport, Judged, name_files, name_sentence, say_assumptions
from ingestion.sections.deliveries import IngestionSettings
from ingestion.source import Source, find_only_format, name_reading

Progress = Callable[[str, int, int], None]


class Ingestor:
    """Lands and promotes deliveries. ``checkpoint`` is called by name between any two steps that leave a trace."""

    def __init__(
        self,
        lake: Lake,
        ledger: Ledger,
        on_progress: Progress = lambda source, done, total: None,
        checkpoint: Checkpoint = pass_checkpoint,
        settings: IngestionSettings | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._now = clock
        self._dates = PlausibleDates(self._now().date())
        self._lake = lake
        self._ledger = ledger
        self._settings = settings or IngestionSettings()
        self._on_progress = on_progress
        self._checkpoint = checkpoint

    def plan(self, source: Source, damaged: frozenset[SnapshotKey] = frozenset()) -> SourcePlan:
        """What there is to do, without reading rows; see `plan_source`. ``damaged`` snapshots are landed anew, and so
        are those whose files the lake lost.
        """
        current = [s for s, _ in self._ledger.current_snapshots(source.name)]
        missing = self._lake.find_missing(path for s in current for path in s.paths)
        lost = frozenset(s.key for s in current if missing.intersection(s.paths))
        return plan_source(
            source.name,
            source.provider,
            source.location,
            self._ledger,
            reading=name_reading(source),
            dates=self._dates,
            lost=lost | damaged,
        )

    def find_damaged(self, source_name: str, periods: set[dt.date] | None = None) -> frozenset[SnapshotKey]:
        """The current snapshots of a source (of these periods; None: all) whose files are gone or not as landed."""
        return frozenset(
            snapshot.key
            for snapshot, _ in self._ledger.current_snapshots(source_name)
            if (periods is None or snapshot.key.billing_period in periods) and not self._is_whole(snapshot)
        )

    def _is_whole(self, snapshot: Snapshot) -> bool:
        """Whether the lake has what was landed; one without checksums was landed by an earlier version."""
        try:
            if self._lake.find_missing(snapshot.paths):
                return False
            return not snapshot.checksums or self._lake.measure_checksums(snapshot.paths) == snapshot.checksums
        except OSError:
            return False

    def scan(self, source: Source, damaged: frozenset[SnapshotKey] = frozenset()) -> SourcePlan:
        """The plan after every file without a manifest was read once, so that all billing periods are known.

        What was read stays below the lake's ``incoming`` folder until it is landed; it is never read twice. What cannot
        be taken is in quarantine afterwards, and what was but is there no more is not.
        """
        begun = self._now()
        plan = self.plan(source, damaged)
        if plan.unscanned:
            self._scan_files(source, plan.unscanned)
            plan = self.plan(source, damaged)
        for problem in plan.undelivered:
            name, message = name_fault(problem.message), problem.message
            self._ledger.quarantine(source.name, problem.billing_period, UNKNOWN_DATASET, name, [message])
        self._ledger.supersede_quarantined(source.name, plan.seen, begun, plan.is_held_up)
        return plan

    def _scan_files(self, source: Source, files: Sequence[DeliveredFile]) -> None:
        with self._lake.scratch() as scratch:
            connection = connect_scratch(scratch / "spill")
            for number, file in enumerate(files):
                self._on_progress(f"{source.name}: reading", number, len(files))
                mark = self._mark(source, file)
                directory = scratch / mark
                outcome: dict[str, Any]
                path = None
                try:
                    path = source.location.fetch(file.ref, directory / "fetched")
                    verify(Delivery(source.name, source.provider, "", None, mark, (file,)), {file.ref.name: path})
                    incoming = self._read(connection, source, file, path, directory / "landed" / "part.parquet")
                    fmt = get_format(incoming.format_name)
                    dataset = fmt.dataset or name_dataset(fmt.provider, file.ref.name)
                    outcome = {"dataset": dataset, **incoming.to_body()}
                    self._lake.keep_scan(directory / "landed", mark)
                except LocationError:
                    raise
                except Exception as error:
                    outcome = explain_untaken(
                        connection, path, file.ref.name, directory / "look", self.reading_of(source), error
                    )
                finally:
                    shutil.rmtree(directory, ignore_errors=True)
                if "fault" in outcome:
                    self._ledger.quarantine(source.name, None, UNKNOWN_DATASET, mark, [outcome["fault"]])
                self._ledger.put_scan(source.name, mark, outcome)
            connection.close()
        self._checkpoint("scanned")

    def ingest(
        self, source: Source, periods: set[dt.date] | None = None, damaged: frozenset[SnapshotKey] = frozenset()
    ) -> IngestReport:
        """Bring the source's pending deliveries (of ``periods``; None: all) into the lake and promote the good ones.
        ``damaged`` snapshots are landed anew.

        A file that vanishes between look and fetch was replaced by a newer delivery: the look is taken anew, once.
        """
        try:
            return self._ingest(source, periods, damaged)
        except LocationError as error:
            if error.reason != "not_found":
                raise
            return self._ingest(source, periods, damaged)

    def _ingest(self, source: Source, periods: set[dt.date] | None, damaged: frozenset[SnapshotKey]) -> IngestReport:
        plan = self.scan(source, damaged)
        todo = [p for p in plan.pending if periods is None or p.key.billing_period in periods]
        is_whole = not plan.is_held_up and len(todo) == len(plan.pending)
        report = IngestReport(source.name, [], plan.unchanged, plan.problems, plan.notices, plan.empty_files, is_whole)
        with self._lake.scratch() as scratch, connect_scratch(scratch / "spill") as connection:
            directories = [scratch / f"delivery-{number}" for number in range(len(todo))]
            with connect_beside(connection) as beside:
                reads = [partial(self._read_all, beside, source, p, d) for p, d in zip(todo, directories, strict=True)]
                with closing(work_ahead(reads)) as read:
                    for done, outcome in enumerate(read):
                        self._on_progress(source.name, done, len(todo))
                        self._ingest_one(connection, source, todo[done], directories[done], outcome, report)
            self._on_progress(source.name, len(todo), len(todo))
        if len(todo) == len(plan.pending):
            # also those of periods that a run promoted before it was killed
            for file in plan.scanned:
                self._lake.drop_scan(self._mark(source, file))
        return report

    def reading_of(self, source: Source) -> Reading:
        """How the files of a source are read."""
        return Reading(
            provider="auto" if source.provider == "focus" else source.provider,
            fmt=source.declared_format,
            default_currency=source.default_currency,
            dates=self._dates,
            beside_formats=source.beside_formats,
        )

    @staticmethod
    def _mark(source: Source, file: DeliveredFile) -> str:
        return fingerprint(source.name, file.ref, name_reading(source))

    def _read(
        self, connection: duckdb.DuckDBPyConnection, source: Source, file: DeliveredFile, path: Path, target: Path
    ) -> IncomingFile:
        workspace = target.with_suffix(".work")
        try:
            read = read_incoming_file(connection, path, file.ref.name, target, workspace, self.reading_of(source))
        finally:
            shutil.rmtree(workspace, ignore_errors=True)
        if file.expected_rows is not None and read.rows != file.expected_rows:
            raise DeliveryError(f"{read.name}: {read.rows} rows where the manifest promises {file.expected_rows}")
        return read

    def _ingest_one(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        pending: PendingSnapshot,
        directory: Path,
        read: Future[list[IncomingFile]],
        report: IngestReport,
    ) -> None:
        try:
            self._judge_and_promote(connection, source, pending, directory, read.result(), report)
        except LocationError:
            raise
        except Exception as error:
            refusal = as_refusal(error, name_files(pending))
            if isinstance(error, DeliveryError):
                refusal = DeliveryError(name_sentence(pending, str(error)))
            if isinstance(refusal, UntakenError):
                report.problems.append(Problem(pending.key.billing_period, str(refusal)))
            else:
                self._fail(report, pending, [str(refusal)])

    def _judge_and_promote(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        pending: PendingSnapshot,
        directory: Path,
        incoming: list[IncomingFile],
        report: IngestReport,
    ) -> None:
        faults = [f for i in incoming for f in i.faults_of(pending.key.billing_period, pending.period_filter)]
        if faults:
            self._fail(report, pending, faults)
            return
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
        missing = tuple(sorted({c for i in incoming for c in i.missing_columns}))
        extra = tuple(sorted({c for i in incoming for c in i.extra_columns}))
        compared, drift = self._compare(pending, fmt, profile, missing, extra)
        name = pending.delivery_id
        status = self._ledger.status(pending.key, name)
        # what is current and only lands anew was judged, or accepted, before
        is_accepted = status == "accepted" or pending.is_lost
        verdict = judge_delivery(fmt, profile, compared, self._settings, is_accepted=is_accepted)
        verdict = Verdict((*verdict.expectations, *repeats.judge(is_accepted)))
        if verdict.failures:
            report.judged.append(Judged(pending.key, name, profile, verdict, promoted=False, drift=drift))
            self._fail(report, pending, [name_sentence(pending, f) for f in verdict.failures], verdict.is_acceptable)
            return
        self._checkpoint("judged")
        target = snapshot_directory(fmt.table, pending.key, pending.delivery_id, pending.content)
        if pending.is_lost:
            self._lake.remove(target)  # what is left of it is not what was landed
        paths = self._lake.publish(staged, target)
        self._checkpoint("landed")
        assumed_currency = next((i.assumed_currency for i in incoming if i.assumed_currency), None)
        said = [f"{i.name}: {notice}" for i in incoming for notice in i.notices]
        notices = [
            *said,
            *repeats.notices,
            *(f"{name_files(pending)}: {note}" for note in (*say_assumptions(assumed_currency), *profile.notes)),
        ]
        snapshot = Snapshot(
            pending.key, pending.delivery_id, fmt.table, fmt.name, tuple(paths), profile.row_count,
            profile.control_totals, tuple(f.ref.name for f in pending.files),
            missing, extra,
            assumed_currency, tuple(notices), self._lake.measure_checksums(paths),
            pending.files_id,
        )  # fmt: skip
        try:
            promoted = self._ledger.promote(snapshot, was_expired=status == "expired")
        except DeliveryError as error:
            report.problems.append(Problem(pending.key.billing_period, str(error)))
            return
        if not promoted:
            self._ledger.remember_files(snapshot)
        self._checkpoint("promoted")
        report.judged.append(Judged(pending.key, name, profile, verdict, promoted, drift))
        report.notices += notices

    def _compare(
        self,
        pending: PendingSnapshot,
        fmt: ExportFormat,
        profile: DeliveryProfile,
        missing: tuple[str, ...],
        extra: tuple[str, ...],
    ) -> tuple[list[Comparison], Drift]:
        """The delivery beside the one that is current; another format has other columns, which is no drift."""
        current = self._ledger.current_snapshot(pending.key)
        if current is None:
            return [], Drift()
        previous, promoted_at = current
        drift = compare_columns(missing, extra, previous) if previous.format_name == fmt.name else Drift()
        return compare_figures(profile, previous, promoted_at, self._settings), drift

    def _fail(
        self, report: IngestReport, pending: PendingSnapshot, reasons: Sequence[str], is_acceptable: bool = False
    ) -> None:
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

    def _read_all(
        self, connection: duckdb.DuckDBPyConnection, source: Source, pending: PendingSnapshot, directory: Path
    ) -> list[IncomingFile]:
        """Fetch all files of a delivery, verify them against its manifest, then read them; or take what a scan read."""
        directory.mkdir(parents=True, exist_ok=True)
        scans = [self._claim_scan(source, f, directory / f"scan-{n:05d}") for n, f in enumerate(pending.files)]
        if scans and all(scans):
            return self._add_digests(source, pending, [s for s in scans if s is not None], directory)
        fetched = fetch_files(source.location, [f.ref for f in pending.files], directory)
        delivery = Delivery(
            source.name,
            source.provider,
            pending.key.dataset,
            pending.key.billing_period,
            pending.delivery_id,
            pending.files,
        )
        verify(delivery, fetched)
        incoming = []
        for number, file in enumerate(pending.files):
            target = directory / "landed" / f"part-{number:05d}.parquet"
            incoming.append(self._read(connection, source, file, fetched[file.ref.name], target))
        return self._add_digests(source, pending, incoming, directory)

    @staticmethod
    def _add_digests(
        source: Source, pending: PendingSnapshot, incoming: list[IncomingFile], directory: Path
    ) -> list[IncomingFile]:
        """Where no manifest lists the files, the digests of those that may be copies: another one has the same size."""
        sizes = Counter(file.ref.size for file in pending.files if pending.is_plain)
        doubtful = {i.name for i in incoming if i.extra_columns}
        alike = [file.ref for file in pending.files if sizes[file.ref.size] > 1 and file.ref.name in doubtful]
        fetched = fetch_files(source.location, alike, directory / "alike") if alike else {}
        return [replace(i, digest=measure_digest(fetched[i.name])) if i.name in fetched else i for i in incoming]

    def _claim_scan(self, source: Source, file: DeliveredFile, target: Path) -> IncomingFile | None:
        """What a scan read of the file, under a name of this run's own: another run may drop the scan at any time."""
        mark = self._mark(source, file)
        scan = self._ledger.get_scan(source.name, mark)
        if not scan or "rows" not in scan or not self._lake.claim_scan(mark, target):
            return None
        return IncomingFile.from_body(file.ref.name, target / "part.parquet", scan)
