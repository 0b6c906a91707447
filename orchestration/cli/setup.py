"""`cloudcost init`, `check` and `simulate`."""

from pathlib import Path

from rich.console import Console

from orchestration.cli.output import Format, print_rows
from orchestration.cli.run import FAILED, OK, CommandError, show_progress
from orchestration.config import SourceConfig
from orchestration.installation import Installation
from orchestration.sources.contracts import DeliveryError, LocationError, SourceError
from orchestration.sources.formats import recognise_format
from orchestration.sources.native import read_native_file
from orchestration.sources.sql import connect_scratch

EXAMPLE = Path(__file__).resolve().parents[2] / "cloudcost.yaml"


def write_example(path: Path, force: bool) -> None:
    """Write the commented example configuration to ``path``."""
    if path.exists() and not force:
        raise CommandError(f"{path} is there already; --force overwrites it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    print(f"{path}: written. Name your exports in it, then `cloudcost check`")


def check_sources(installation: Installation) -> int:
    """One verdict per source; 0 when every source can be read."""
    rows = []
    for source in installation.config.sources:
        verdict, detail = check_source(installation, source)
        rows.append((source.name, verdict, detail))
    print(f"configuration {installation.config_path}: ok; state in {installation.home}")
    print_rows(("source", "verdict", "detail"), rows, Format.TABLE)
    return OK if all(verdict == "ok" for _, verdict, _ in rows) else FAILED


def check_source(installation: Installation, config: SourceConfig) -> tuple[str, str]:
    """``ok`` with what was found, or the reason why the source cannot be read."""
    try:
        source = installation.open_source(config)
        plan = installation.ingestor().plan(source)
        formats = recognise_source(installation, config)
    except LocationError as error:
        return error.reason.replace("_", " "), str(error)
    except DeliveryError as error:
        return "not readable", str(error)
    except SourceError as error:
        return "nothing to read", str(error)
    new = len(plan.pending) + len(plan.unscanned)
    found = f"format {formats}; " if formats else ""
    detail = f"{found}{new} new and {plan.unchanged} known deliveries"
    if plan.problems:
        return "problems", f"{detail}; {plan.problems[0].message}"
    return "ok", detail


def recognise_source(installation: Installation, config: SourceConfig) -> str:
    """The formats of a source: of its landed snapshots, else of the first file where that is local."""
    landed = {s.format_name for s, _ in installation.ledger.current_snapshots(config.name)}
    if landed:
        return ", ".join(sorted(landed))
    if "://" in config.location and not config.location.startswith("file://"):
        return ""
    source = installation.open_source(config)
    connection = connect_scratch()
    failure: DeliveryError | None = None
    for file in source.location.list_files():
        if not file.name.lower().endswith((".csv", ".csv.gz", ".parquet")):
            continue
        path = source.location.fetch(file, installation.home)
        try:
            native = read_native_file(connection, path, file.name)
            provider = "auto" if source.provider == "focus" else source.provider
            return recognise_format(native.top_level_names, file.name, provider).name
        except DeliveryError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return ""


def simulate_exports(out: Path, seed: int, months: int, rows_per_month: int) -> None:
    """Write the exports of a simulated company."""
    from orchestration.progress import report_progress
    from simulator import generate

    with show_progress(Console(stderr=True)):
        truth = generate(out, seed=seed, months=months, rows_per_month=rows_per_month, on_progress=report_progress)
    del truth
    print(f"{out}: written; what the pipeline must find is in {out / 'truth.json'}")
