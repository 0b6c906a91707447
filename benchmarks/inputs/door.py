"""The door itself, in a process of its own: the one module of the campaign that calls the product.

A worker takes one installation after the other from a pipe, ingests its source ``mutated`` and answers what came of it.
Every installation holds the source ``healthy`` too, ingested before, which must stay as it is.
"""

import logging
import os
import sys
import traceback
from dataclasses import dataclass, field
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

HEALTHY, MUTATED = "healthy", "mutated"
#: What DuckDB may count as its own, the least that the product sets; what it touches is measured from outside.
DUCKDB_LIMIT = "1GB"
CURRENCY = "USD"


@dataclass
class Answer:
    """What the door did with one export.

    ``taken``: totals per (month, currency) by measure, from the ledger. ``refused``: every sentence why something was
    not taken; ``notes``: what was merely noted. ``healthy``: a line that changes when the other source was touched.
    ``crash``: a traceback, where there was one.
    """

    taken: dict[str, dict[tuple[str, str], Decimal]] = field(default_factory=dict)
    snapshots: int = 0
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    healthy: str = ""
    crash: str = ""
    peak_mb: float = 0.0
    seconds: float = 0.0


def write_config(home: Path, sources: dict[str, tuple[str, str]]) -> None:
    """The configuration of an installation: source -> provider and folder."""
    lines = [f"  - {{name: {n}, provider: {p}, location: {folder}}}" for n, (p, folder) in sources.items()]
    text = f"sources:\n{chr(10).join(lines)}\nreporting_currency: {CURRENCY}\n"
    (home / "cloudcost.yaml").write_text(text, encoding="utf-8")


def ingest(home: Path, source: str) -> Answer:
    """Ingest one source of the installation; whatever is raised that is no plain refusal is a crash."""
    from cloudcost.installation import Installation
    from core.errors import SourceError

    answer = Answer()
    try:
        installation = Installation(home / "cloudcost.yaml", home / "state")
        try:
            report = installation.ingestor().ingest(installation.source(source))
            answer.refused = [p.message for p in report.problems]
            answer.notes = [*report.notices, *(f"{name} holds no rows" for name in report.empty_files)]
        except SourceError as error:
            answer.refused = [str(error)]
        for snapshot, _ in installation.ledger.current_snapshots(source):
            answer.snapshots += 1
            for total in snapshot.control_totals:
                key = (f"{snapshot.key.billing_period:%Y-%m}", total.billing_currency)
                measure = answer.taken.setdefault(total.measure, {})
                measure[key] = measure.get(key, Decimal(0)) + total.file_total
        answer.healthy = describe_source(home, HEALTHY)
    except BaseException:
        answer.crash = traceback.format_exc()
    return answer


def describe_source(home: Path, source: str) -> str:
    """Everything that is current of a source and the bytes that it lies in, as one line that is compared."""
    import zlib

    from cloudcost.installation import Installation

    installation = Installation(home / "cloudcost.yaml", home / "state")
    found = []
    for snapshot, promoted_at in installation.ledger.current_snapshots(source):
        sums = [f"{p}:{zlib.crc32((home / 'state' / 'lake' / p).read_bytes()):08x}" for p in snapshot.paths]
        found.append(f"{snapshot.key.text} {snapshot.delivery_id} {promoted_at} {snapshot.control_totals} {sums}")
    return " | ".join(found)


def serve(connection: Connection, log: Path) -> None:
    """A worker's life: load what every ingestion needs, then one installation after the other until told to end."""
    import time

    os.environ.update(CLOUDCOST_MEMORY_LIMIT=DUCKDB_LIMIT, GX_ANALYTICS_ENABLED="False")
    stream = log.open("a", encoding="utf-8")
    os.dup2(stream.fileno(), sys.stdout.fileno())
    os.dup2(stream.fileno(), sys.stderr.fileno())
    logging.basicConfig(level=logging.WARNING)
    import great_expectations  # noqa: F401  what every process loads once is not what a file costs
    import pyarrow.parquet  # noqa: F401

    connection.send("ready")
    while (home := connection.recv()) is not None:
        reset_peak()
        began, mark = time.monotonic(), log.stat().st_size
        answer = ingest(Path(home), MUTATED)
        answer.seconds, answer.peak_mb = time.monotonic() - began, read_memory("VmHWM")
        sys.stdout.flush(), sys.stderr.flush()
        with log.open(encoding="utf-8", errors="replace") as written:
            written.seek(mark)
            logged = written.read()
        if not answer.crash and "Traceback (most recent call last)" in logged:
            answer.crash = logged
        connection.send(answer)


def reset_peak() -> None:
    """Make the kernel's high-water mark of this process begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


def read_memory(field: str, process: int | str = "self") -> float:
    """Resident memory of a process in MB (``VmRSS`` now, ``VmHWM`` at most); 0 where it is gone."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(field)), 0.0)
