"""How fast an export becomes FOCUS rows, against the floor that DuckDB sets and against focus-converter.

    python -m benchmarks.ingest [--rows 600000 10000000] [--only legacy_csv cur2 focus gcp] [--columns 195]

Everything runs in processes of its own, so that peak memory is each one's own; ratios come from one run. *Floor* is one
bare DuckDB COPY of the same file (`floors.py`). *Ours* lands, judges and promotes the delivery, then builds the FOCUS
table with dbt, dbt's start included; the two halves are printed beside the floor one by one.
focus-converter gets an environment of its own below `.venv`, made the first time.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._exports import simulate_month
from benchmarks._measuring import (
    Figures,
    Stopwatch,
    fresh_folder,
    make_environment,
    measure,
    print_bar,
    print_figures,
    print_ratios,
)
from benchmarks.ingest.floors import run_floor
from benchmarks.ingest.inputs import INPUTS, Input
from benchmarks.ingest.ours import run_ours

MODULE = "benchmarks.ingest"
#: A month of a million rows and more counts as large.
LARGE_ROWS, LARGE_BAR = 1_000_000, 2.0
PEER_BAR, PEAK_BAR_MB = 2.5, 2048
PEER = ("focus-converter==1.0.0", "multimethod<2", "typer<0.13", "click<8.2")
#: focus-converter waits for ever where one of its own processes has failed.
PEER_SECONDS = 900
PEER_FOLDER = Path(".venv/peers/focus-converter")


def main() -> int:
    """Print one line per measurement and per bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[600_000], help="line items of each export")
    parser.add_argument("--columns", type=int, default=195, help="columns of the CSV export (default 195)")
    parser.add_argument("--rounds", type=int, default=2, help="rounds, of which the best counts (default 2)")
    parser.add_argument("--only", nargs="+", default=list(INPUTS), choices=list(INPUTS))
    parser.add_argument("--without-peer", action="store_true", help="leave focus-converter out")
    parser.add_argument("--stage", nargs=4, metavar=("NAME", "INPUT", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        name, kind, file, folder = options.stage
        print_figures({"floor": run_floor, "ours": run_ours}[name](INPUTS[kind], Path(file), Path(folder)))
        return 0
    with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
        root = Path(folder)
        simulate_month(root / "exports", min(options.rows))
        for rows in options.rows:
            for kind in options.only:
                compare(INPUTS[kind], root, rows, options)
    return 0


def compare(kind: Input, root: Path, rows: int, options: argparse.Namespace) -> None:
    """Measure floor and ours on one file, in turn, and print the best of the rounds of each."""
    file = fresh_folder(root / kind.name) / f"report{kind.suffix}"
    columns = kind.write(root / "exports", file, rows, options.columns)
    size = file.stat().st_size / 1e6
    print(f"{kind.title}: {rows:,} rows x {columns} columns, {size:,.0f} MB", flush=True)
    floors, all_ours = [], []
    for _ in range(options.rounds):
        floors.append(measure(MODULE, "floor", kind.name, file, fresh_folder(root / "floor")))
        all_ours.append(measure(MODULE, "ours", kind.name, file, fresh_folder(root / "ours")))
    floor, ours = (min(figures, key=lambda f: f.seconds) for figures in (floors, all_ours))
    print_line("floor", floor, rows)
    print_line("ours, to FOCUS", ours, rows)
    bar = kind.bar if rows < LARGE_ROWS else min(kind.bar, LARGE_BAR)
    print_ratios(f"{kind.title} to FOCUS over floor", ours, floor, bar)
    for part, seconds in ours.parts.items():
        print(f"       {part:14} {seconds:7.2f} s, {seconds / floor.seconds:5.2f} × floor", flush=True)
    print_bar(f"peak memory of {rows:,} rows", ours.peak_mb, PEAK_BAR_MB, "MB")
    if kind.has_peer and not options.without_peer:
        compare_with_peer(file, root / "peer", rows, ours)
    file.unlink()


def compare_with_peer(file: Path, folder: Path, rows: int, ours: Figures) -> None:
    """Measure focus-converter on the CSV, if it can be installed."""
    problem = make_environment(PEER_FOLDER, *PEER)
    if problem:
        print(f"  focus-converter left out: it cannot be installed ({problem})")
        return
    command = [str(PEER_FOLDER / "bin" / "focus-converter"), "convert", "--provider", "aws-cur", "--data-format", "csv"]
    command += ["--data-path", str(file), "--export-path", str(fresh_folder(folder))]
    watch = Stopwatch()
    command.append("--no-export-include-source-columns")
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PEER_SECONDS)
    except subprocess.TimeoutExpired as error:
        printed = (error.stderr or error.stdout or b"").decode(errors="replace").strip().splitlines()
        print(f"  focus-converter failed: {(printed or [''])[-1]}")
        return
    peer = watch.lap()
    if done.returncode:
        print(f"  focus-converter failed: {(done.stderr.strip().splitlines() or [''])[-1]}")
        return
    print_line("focus-converter", peer, rows)
    print_bar("rows/s over focus-converter's", peer.seconds / ours.seconds, PEER_BAR, at_least=True)
    print(f"       in CPU seconds: {peer.cpu_seconds / ours.cpu_seconds:.2f} ×")


def print_line(label: str, figures: Figures, rows: int) -> None:
    """Seconds, speed and peak memory of one stage."""
    speed = f"{rows / figures.seconds:>10,.0f} rows/s"
    peak = f", peak {figures.peak_mb:,.0f} MB" if figures.peak_mb else ""
    print(f"  {label:16} {figures.seconds:7.2f} s ({figures.cpu_seconds:.2f} s of CPU) {speed}{peak}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
