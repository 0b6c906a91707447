"""`cloudcost check` and `run-export`: one line per source, with the reason where it cannot be read."""

import tempfile
from pathlib import Path

from orchestration.cli.failures import FAILED, OK
from orchestration.cli.run import CommandError
from orchestration.installation import Installation
from orchestration.source_settings import SourceConfig
from orchestration.sources.circuit import GuardedLocation
from orchestration.sources.contracts import DeliveredFile, DeliveryError, LocationError, NoExportError, SourceError
from orchestration.sources.formats import recognise_format
from orchestration.sources.ingest import Source
from orchestration.sources.locations.azure_exports import find_unread_azure_exports
from orchestration.sources.locations.azure_management import CostManagement
from orchestration.sources.locations.bigquery import BigQueryLocation
from orchestration.sources.locations.export_catalogue import find_unread_exports
from orchestration.sources.native import read_native_file
from orchestration.sources.planning import SourcePlan
from orchestration.sources.projection import project_file
from orchestration.sources.sql import connect_scratch

#: A check downloads no more than this to look at the columns of a new delivery.
SAMPLE_BYTES = 64 * 2**20


class SchemaChangedError(SourceError):
    """A new delivery lacks columns that its format needs and that the last one had."""


def check_sources(installation: Installation) -> int:
    """One verdict per source, and the exports that no source reads; 0 when every source can be read."""
    rows = []
    for source in installation.config.sources:
        verdict, detail = check_source(installation, source)
        rows.append((source.name, verdict, detail))
    failed = any(verdict != "ok" for _, verdict, _ in rows)
    readable = [name for name, verdict, _ in rows if verdict == "ok"]
    unread = find_unread_exports(installation.config, installation.environ, readable)
    unread += find_unread_azure_exports(installation.config, installation.environ, readable)
    rows += [("", "not configured", detail) for detail in unread]
    print(f"configuration {installation.config_path}: ok; state in {installation.home}")
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, verdict, detail in rows:
        # one line each, however long: it is read by eye and by grep
        print(f"{name:<{widths[0]}}  {verdict:<{widths[1]}}  {' '.join(detail.split())}")
    return FAILED if failed else OK


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

    Looks into a file of the newest delivery that was not taken yet, unless it is large; of a table, at its schema.
    Raises `SchemaChangedError` where a column is missing without which its costs cannot be read.
    """
    landed = [snapshot for snapshot, _ in installation.ledger.current_snapshots(source.name)]
    formats = ", ".join(sorted({s.format_name for s in landed}))
    connection = connect_scratch()
    try:
        with tempfile.TemporaryDirectory(prefix="cloudcost-check-") as directory:
            sample = fetch_sample(source, plan, Path(directory))
            if sample is None:
                return f"format {formats}; " if formats else ""
            path, name = sample
            native = read_native_file(connection, path, name)
            try:
                provider = "auto" if source.provider == "focus" else source.provider
                fmt = source.declared_format or recognise_format(native.top_level_names, name, provider)
                projection = project_file(native, fmt, source.default_currency)
            except DeliveryError as error:
                raise (SchemaChangedError(str(error)) if landed else error) from None
    finally:
        connection.close()
    last = max((s for s in landed if s.format_name == fmt.name), key=lambda s: s.key.billing_period, default=None)
    gone = sorted(set(projection.missing) - set(last.missing_columns)) if last else []
    drift = f"columns gone since the last delivery: {', '.join(gone[:5])}; " if gone else ""
    return f"format {formats or fmt.name}; {drift}"


def fetch_sample(source: Source, plan: SourcePlan, directory: Path) -> tuple[Path, str] | None:
    """A file whose columns are those of the newest delivery, and what to call it; None where none may be fetched."""
    location = source.location.inner if isinstance(source.location, GuardedLocation) else source.location
    if isinstance(location, BigQueryLocation):
        return location.write_columns(directory), location.uri
    file = choose_sample(source, plan)
    return None if file is None else (source.location.fetch(file.ref, directory), file.ref.name)


def choose_sample(source: Source, plan: SourcePlan) -> DeliveredFile | None:
    """A file of the newest delivery that is new, where it may be fetched for a look."""
    newest = sorted(plan.pending, key=lambda p: p.key.billing_period)[-1:]
    candidates = [*(file for pending in newest for file in pending.files), *plan.unscanned]
    is_local = "://" not in source.location.uri or source.location.uri.startswith("file://")
    return next((f for f in candidates if is_local or 0 < f.ref.size <= SAMPLE_BYTES), None)


def start_export(installation: Installation, source_name: str, export: str) -> None:
    """Start a run of a Cost Management export of a source's scope."""
    source = next((s for s in installation.config.sources if s.name == source_name), None)
    scope = source.access.azure.query_scope if source else None
    if source is None or scope is None:
        raise CommandError(f"there is no source {source_name!r} with access.azure.query_scope")
    CostManagement(scope, source.access.azure, environ=installation.environ).run_export(export)
    print(f"{export}: started; its delivery is taken by the next run after it is written")
