"""`cloudcost check`: one line per source, with the reason where it cannot be read."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cloudcost.analytics.advice import describe_places
from cloudcost.installation import Installation
from cloudcost.permissions import describe_blind_checks
from cloudcost.repair.machine_faults import explain_fault
from core.errors import FAILED, OK, CloudcostError, LocationError, SourceError
from ingestion.circuit import GuardedLocation
from ingestion.columns.projection import Projection, project_file
from ingestion.contracts import DeliveryError, ExportFormat, Location, NoExportError
from ingestion.expressions.sql import connect_scratch
from ingestion.incoming import Reading, read_incoming_file
from ingestion.judging.untaken_files import explain_untaken
from ingestion.locations.azure_exports import find_unread_azure_exports
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.locations.export_catalogue import find_unread_exports
from ingestion.planning import PendingSnapshot, SourcePlan
from ingestion.reading.native import read_native_file
from ingestion.refusals import as_refusal
from ingestion.sections.sources import SourceConfig
from ingestion.snapshots import Snapshot
from ingestion.source import Source
from savings.registry import find_checks
from savings.wrong_settings import find_wrong

#: A check reads the rows of no more than this of new deliveries, and downloads no more.
SAMPLE_BYTES = 64 * 2**20


class ColumnsError(DeliveryError):
    """A file that can be read lacks a column that its format needs."""


class SchemaChangedError(SourceError):
    """A new delivery lacks columns that its format needs and that the last one had."""


def check_sources(installation: Installation) -> int:
    """One verdict per source and place of advice, and the exports that no source reads; 0 when all can be read."""
    rows = []
    for source in installation.config.sources:
        verdict, detail = check_source(installation, source)
        rows.append((source.name, verdict, detail))
    failed = any(verdict != "ok" for _, verdict, _ in rows)
    readable = [name for name, verdict, _ in rows if verdict == "ok"]
    unread = find_unread_exports(installation.config.sources, installation.environ, readable)
    unread += find_unread_azure_exports(installation.config.sources, installation.environ, readable)
    rows += [("", "not configured", detail) for detail in unread]
    print(f"configuration {installation.config_path}: ok; state in {installation.home}")
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, verdict, detail in rows:
        # one line each, however long: it is read by eye and by grep
        print(f"{name:<{widths[0]}}  {verdict:<{widths[1]}}  {' '.join(detail.split())}")
    wrong = [one.reason for one in find_wrong(installation.config.savings, find_checks())]
    places = describe_places(installation)
    for sentence in [*wrong, *describe_blind_checks(installation), *(sentence for sentence, _ in places)]:
        print(f"  savings: {' '.join(sentence.split())}")
    return FAILED if failed or not all(is_read for _, is_read in places) else OK


def check_source(installation: Installation, config: SourceConfig) -> tuple[str, str]:
    """``ok`` with what was found, or the reason why the source cannot be read."""
    try:
        source = installation.open_source(config)
        plan = installation.ingestor().plan(source)
        found = examine_columns(installation, source, plan)
    except NoExportError as error:
        was_one = bool(installation.ledger.current_snapshots(config.name))
        return "schema changed" if was_one else "not readable", str(error)
    except LocationError as error:
        wait = f"; it may be asked again in {error.retry_after / 60:.0f} minutes" if error.retry_after else ""
        return error.reason.replace("_", " "), f"{error}{wait}"
    except SchemaChangedError as error:
        return "schema changed", str(error)
    except DeliveryError as error:
        return "not readable", str(error)
    except SourceError as error:
        return "nothing to read", str(error)
    except Exception as error:
        if isinstance(error, CloudcostError) or explain_fault(error, installation.home):
            raise  # of the installation, not of the source
        return "not readable", str(as_refusal(error, config.name))
    new = len(plan.pending) + len(plan.unscanned)
    detail = f"{found}{new} new and {plan.unchanged} known deliveries"
    scanned = getattr(source.location, "scanned_bytes", None)
    if scanned is not None:
        detail += f"; looking read {scanned:,} bytes"
    if plan.problems:
        return "problems", f"{detail}; {plan.problems[0].message}"
    return "ok", detail


def examine_columns(installation: Installation, source: Source, plan: SourcePlan) -> str:
    """The format of a source, and what changed in its columns since the last delivery, as the beginning of a line.

    Looks into every file that a run would take now, and reads the rows of the first that are not large; one that is
    large and far away is not fetched. Of a table, it looks at its schema. Reports how many were not read. Raises
    `SchemaChangedError` where a column is missing without which its costs cannot be read.
    """
    landed = [snapshot for snapshot, _ in installation.ledger.current_snapshots(source.name)]
    looks: list[tuple[ExportFormat, Projection]] = []
    strangers: list[str] = []
    unread = {f.ref.name for p in plan.pending for f in p.files} | {f.ref.name for f in plan.unscanned}
    with tempfile.TemporaryDirectory(prefix="cloudcost-check-") as folder, connect_scratch() as connection:
        for number, sample in enumerate(fetch_samples(source, plan, Path(folder))):
            unread.discard(sample.name if sample.is_read_whole else "")
            workspace = Path(folder) / f"look-{number}"
            reading = installation.ingestor().reading_of(source)
            try:
                looks.append(look_into(connection, reading, sample, workspace))
            except ColumnsError as error:
                raise (SchemaChangedError(str(error)) if landed else error) from None
            except DeliveryError as error:
                if not sample.may_be_strange:
                    raise
                outcome = explain_untaken(connection, sample.path, sample.name, workspace, reading, error)
                if "fault" in outcome:
                    raise DeliveryError(outcome["fault"]) from None
                strangers.append(outcome["left_alone"])
    if strangers and not looks and not plan.unchanged:
        raise SchemaChangedError(strangers[0]) if landed else DeliveryError(strangers[0])
    names = sorted({s.format_name for s in landed} | {fmt.name for fmt, _ in looks})
    drift = describe_drift(looks[0], landed) if looks else ""
    partly = f"rows of {len(unread)} large files not read; " if unread and looks and not scans_table(source) else ""
    return f"format {', '.join(names)}; {drift}{partly}" if names else ""


def scans_table(source: Source) -> bool:
    """Whether a source is a table, of which a check reads no rows."""
    return isinstance(_inner(source), BigQueryLocation)


def _inner(source: Source) -> Location:
    return source.location.inner if isinstance(source.location, GuardedLocation) else source.location


@dataclass(frozen=True)
class Sample:
    """A file to look into, and what to call it; ``may_be_strange``: a run leaves it alone where it is no export.

    ``is_read_whole``: its rows are judged too, not its columns alone.
    """

    path: Path
    name: str
    may_be_strange: bool
    is_read_whole: bool = False


def look_into(
    connection: duckdb.DuckDBPyConnection, reading: Reading, sample: Sample, workspace: Path
) -> tuple[ExportFormat, Projection]:
    """The format of a file and how its columns would be read; raises what a run would refuse it with."""
    native = read_native_file(connection, sample.path, sample.name, workspace, reading.nothing, is_look=True)
    fmt = reading.recognise(native)
    try:
        projection = project_file(native, fmt, reading.default_currency, reading.dates)
    except DeliveryError as error:
        raise ColumnsError(str(error)) from error
    if sample.is_read_whole:
        read = read_incoming_file(
            connection, sample.path, sample.name, workspace / "landed.parquet", workspace / "work", reading
        )
        faults = [sentence for found in read.faults.values() for sentence in found]
        if faults:
            raise DeliveryError(faults[0])
    shutil.rmtree(workspace, ignore_errors=True)
    return fmt, projection


def describe_drift(newest: tuple[ExportFormat, Projection], landed: list[Snapshot]) -> str:
    """The columns that the newest file lacks and the last delivery of its format had."""
    fmt, projection = newest
    last = max((s for s in landed if s.format_name == fmt.name), key=lambda s: s.key.billing_period, default=None)
    gone = sorted(set(projection.missing) - set(last.missing_columns)) if last else []
    return f"columns gone since the last delivery: {', '.join(gone[:5])}; " if gone else ""


def fetch_samples(source: Source, plan: SourcePlan, directory: Path) -> Iterator[Sample]:
    """The files that a run would take now, those of the newest delivery first; of a table, its columns."""
    location = _inner(source)
    if isinstance(location, BigQueryLocation):
        yield Sample(location.write_columns(directory), location.uri, may_be_strange=False)
        return
    listed = {f.ref.name: (f, False) for p in newest_first(plan) for f in p.files}
    listed |= {f.ref.name: (f, True) for f in plan.unscanned}
    is_local = "://" not in source.location.uri or source.location.uri.startswith("file://")
    budget = SAMPLE_BYTES
    for file, may_be_strange in listed.values():
        fits = 0 < file.ref.size <= budget
        budget -= file.ref.size if fits else 0
        if fits or is_local:
            path = source.location.fetch(file.ref, directory)
            yield Sample(path, file.ref.name, may_be_strange, is_read_whole=fits)


def newest_first(plan: SourcePlan) -> list[PendingSnapshot]:
    """What is pending, the newest billing period first."""
    return sorted(plan.pending, key=lambda p: p.key.billing_period, reverse=True)
