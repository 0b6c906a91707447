"""Ingesting a source: fetch, verify, read, judge, land and promote what its plan says. Safe to kill at any point."""

import datetime as dt
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path

import duckdb

from core.errors import LocationError
from core.instants import Checkpoint, Clock, pass_checkpoint, utc_now
from core.logs.json_lines import log_context
from ingestion.contracts import DeliveryError, UntakenError
from ingestion.delivery_reader import DeliveryReader, Progress
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_beside, connect_scratch
from ingestion.fetching import work_ahead
from ingestion.incoming import IncomingFile, Reading
from ingestion.landing.lake import Lake
from ingestion.landing.promotion import Promoter
from ingestion.ledger import UNKNOWN_DATASET, Ledger
from ingestion.planning import PendingSnapshot, Problem, SourcePlan, name_fault, plan_source
from ingestion.refusals import as_refusal
from ingestion.reports import IngestReport, name_files, name_sentence
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot, SnapshotKey
from ingestion.source import Source, name_reading


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
        self._on_progress = on_progress
        self._checkpoint = checkpoint
        self._reader = DeliveryReader(lake, ledger, self._dates, on_progress)
        self._promoter = Promoter(lake, ledger, settings or IngestionSettings(), checkpoint)

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
            self._reader.scan_files(source, plan.unscanned)
            self._checkpoint("scanned")
            plan = self.plan(source, damaged)
        for problem in plan.undelivered:
            name, message = name_fault(problem.message), problem.message
            self._ledger.quarantine(source.name, problem.billing_period, UNKNOWN_DATASET, name, [message])
        self._ledger.supersede_quarantined(source.name, plan.seen, begun, plan.is_held_up)
        return plan

    def ingest(
        self, source: Source, periods: set[dt.date] | None = None, damaged: frozenset[SnapshotKey] = frozenset()
    ) -> IngestReport:
        """Bring the source's pending deliveries (of ``periods``; None: all) into the lake and promote the good ones.
        ``damaged`` snapshots are landed anew.

        A file that vanishes between look and fetch was replaced by a newer delivery: the look is taken anew, once.
        """
        with log_context(source=source.name):
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
                read_delivery = partial(self._reader.read_delivery, beside, source)
                reads = [partial(read_delivery, p, d) for p, d in zip(todo, directories, strict=True)]
                with closing(work_ahead(reads)) as read:
                    for done, outcome in enumerate(read):
                        self._on_progress(source.name, done, len(todo))
                        with log_context(delivery_id=todo[done].delivery_id):
                            self._ingest_one(connection, source, todo[done], directories[done], outcome, report)
            self._on_progress(source.name, len(todo), len(todo))
        if len(todo) == len(plan.pending):
            # also those of periods that a run promoted before it was killed
            self._reader.drop_scans(source, plan.scanned)
        return report

    def reading_of(self, source: Source) -> Reading:
        """How the files of a source are read."""
        return self._reader.reading_of(source)

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
            self._promoter.judge_and_promote(connection, source, pending, directory, read.result(), report)
        except LocationError:
            raise
        except Exception as error:
            refusal = as_refusal(error, name_files(pending))
            if isinstance(error, DeliveryError):
                refusal = DeliveryError(name_sentence(pending, str(error)))
            if isinstance(refusal, UntakenError):
                report.problems.append(Problem(pending.key.billing_period, str(refusal)))
            else:
                self._promoter.refuse(report, pending, [str(refusal)])
