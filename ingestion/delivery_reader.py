"""The files of a source as landed Parquet: fetched, verified and read once, by a scan or for their delivery."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from core.errors import LocationError
from core.progress import measure
from ingestion.contracts import DeliveredFile, Delivery, DeliveryError
from ingestion.discovery import verify
from ingestion.discovery.plain import name_dataset
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.fetching import fetch_files
from ingestion.formats import get_format
from ingestion.incoming import IncomingFile, Reading, read_incoming_file
from ingestion.judging.untaken_files import explain_untaken
from ingestion.landing.lake import Lake, measure_digest
from ingestion.ledger import UNKNOWN_DATASET, Ledger
from ingestion.planning import PendingSnapshot, fingerprint
from ingestion.source import Source, name_reading

#: Called with what is done, how many are done and how many there are.
Progress = Callable[[str, int, int], None]


class DeliveryReader:
    """Reads files below the lake's scratch folders; what a scan read is kept there and never read twice."""

    def __init__(self, lake: Lake, ledger: Ledger, dates: PlausibleDates, on_progress: Progress) -> None:
        self._lake = lake
        self._ledger = ledger
        self._dates = dates
        self._on_progress = on_progress

    def reading_of(self, source: Source) -> Reading:
        """How the files of a source are read."""
        return Reading(
            provider="auto" if source.provider == "focus" else source.provider,
            fmt=source.declared_format,
            default_currency=source.default_currency,
            dates=self._dates,
            beside_formats=source.beside_formats,
        )

    def scan_files(self, source: Source, files: Sequence[DeliveredFile]) -> None:
        """Read files without a manifest once, and have the ledger remember what each holds, or why it is not taken."""
        with self._lake.scratch() as scratch:
            connection = connect_scratch(scratch / "spill")
            for number, file in enumerate(files):
                self._on_progress(f"{source.name}: reading", number, len(files))
                mark = _mark(source, file)
                with measure("ingestion", f"{source.name}: fetch", is_detail=True):
                    outcome = self._scan(connection, source, file, mark, scratch / mark)
                if "fault" in outcome:
                    self._ledger.quarantine(source.name, None, UNKNOWN_DATASET, mark, [outcome["fault"]])
                self._ledger.put_scan(source.name, mark, outcome)
            connection.close()

    def _scan(
        self, connection: duckdb.DuckDBPyConnection, source: Source, file: DeliveredFile, mark: str, directory: Path
    ) -> dict[str, Any]:
        """What the ledger remembers of one file, whose rows the lake keeps where they could be read."""
        path = None
        try:
            path = source.location.fetch(file.ref, directory / "fetched")
            verify(Delivery(source.name, source.provider, "", None, mark, (file,)), {file.ref.name: path})
            incoming = self._read(connection, source, file, path, directory / "landed" / "part.parquet")
            fmt = get_format(incoming.format_name)
            dataset = fmt.dataset or name_dataset(fmt.provider, file.ref.name)
            outcome = {"dataset": dataset, **incoming.to_body()}
            self._lake.keep_scan(directory / "landed", mark)
            return outcome
        except LocationError:
            raise
        except Exception as error:
            return explain_untaken(connection, path, file.ref.name, directory / "look", self.reading_of(source), error)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def drop_scans(self, source: Source, files: Sequence[DeliveredFile]) -> None:
        """Forget the rows that scans read of these files: they are landed."""
        for file in files:
            self._lake.drop_scan(_mark(source, file))

    def read_delivery(
        self, connection: duckdb.DuckDBPyConnection, source: Source, pending: PendingSnapshot, directory: Path
    ) -> list[IncomingFile]:
        """Fetch all files of a delivery, verify them against its manifest, then read them; or take what a scan read."""
        with measure("ingestion", f"{source.name}: fetch", is_detail=True):
            return self._read_delivery(connection, source, pending, directory)

    def _read_delivery(
        self, connection: duckdb.DuckDBPyConnection, source: Source, pending: PendingSnapshot, directory: Path
    ) -> list[IncomingFile]:
        directory.mkdir(parents=True, exist_ok=True)
        scans = [self._claim_scan(source, f, directory / f"scan-{n:05d}") for n, f in enumerate(pending.files)]
        if scans and all(scans):
            return _add_digests(source, pending, [s for s in scans if s is not None], directory)
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
        return _add_digests(source, pending, incoming, directory)

    def _claim_scan(self, source: Source, file: DeliveredFile, target: Path) -> IncomingFile | None:
        """What a scan read of the file, under a name of this run's own: another run may drop the scan at any time."""
        mark = _mark(source, file)
        scan = self._ledger.get_scan(source.name, mark)
        if not scan or "rows" not in scan or not self._lake.claim_scan(mark, target):
            return None
        return IncomingFile.from_body(file.ref.name, target / "part.parquet", scan)

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


def _mark(source: Source, file: DeliveredFile) -> str:
    return fingerprint(source.name, file.ref, name_reading(source))


def _add_digests(
    source: Source, pending: PendingSnapshot, incoming: list[IncomingFile], directory: Path
) -> list[IncomingFile]:
    """Where no manifest lists the files, the digests of those that may be copies: another one has the same size."""
    sizes = Counter(file.ref.size for file in pending.files if pending.is_plain)
    doubtful = {i.name for i in incoming if i.extra_columns}
    alike = [file.ref for file in pending.files if sizes[file.ref.size] > 1 and file.ref.name in doubtful]
    fetched = fetch_files(source.location, alike, directory / "alike") if alike else {}
    return [replace(i, digest=measure_digest(fetched[i.name])) if i.name in fetched else i for i in incoming]
