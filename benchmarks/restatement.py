"""What re-loading one restated month costs with 36 months in the warehouse, against the same with 3.

    python -m benchmarks.restatement [--rows 100000] [--months 3 36] [--rounds 5]

The whole way each time: one month's export is written anew with another cost, found among the files of all months,
landed, judged, promoted and published; then both dbt invocations of a run bring every model up to date, tests included.
The rounds of the two warehouses take turns, and the medians are compared.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks._exports import simulate_month, write_parquet
from benchmarks._measuring import Figures, Stopwatch, build, measure, print_figures, print_ratios, publish
from cloudcost.installation import Installation
from warehouse import changed_periods_json

MODULE = "benchmarks.restatement"
BAR = 1.2
#: As in `orchestration/defs/warehouse/assets.py`: what is replaced per billing period, and what is built whole.
PARTITIONED = ["tag:staging", "tag:by_period", "config.materialized:incremental"]


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="line items of every month (default 100000)")
    parser.add_argument("--months", type=int, nargs=2, default=[3, 36], help="months in the two warehouses")
    parser.add_argument("--rounds", type=int, default=5, help="restatements, of which the median counts (default 5)")
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "FOLDER", "ROUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        name, folder, number = options.stage
        print_figures(load(Path(folder)) if name == "load" else restate(Path(folder), int(number)))
        return 0
    with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
        simulated = simulate_month(Path(folder) / "exports", options.rows)
        roots = [Path(folder) / f"{months}-months" for months in options.months]
        for root, months in zip(roots, options.months, strict=True):
            write_months(simulated, root, months, options.rows)
            loaded = measure(MODULE, "load", root, 0)
            print(f"{months} months of {options.rows:,} rows, first load: {loaded.seconds:.1f} s", flush=True)
        figures: list[list[Figures]] = [[], []]
        for number in range(options.rounds):
            for root, found in zip(roots, figures, strict=True):
                found.append(measure(MODULE, "restate", root, number))
        few, many = (take_median(found) for found in figures)
        for months, median in zip(options.months, (few, many), strict=True):
            parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in median.parts.items())
            print(
                f"  one restated month of {months}: {median.seconds:.2f} s ({median.cpu_seconds:.2f} s of CPU): {parts}"
            )
        print_ratios(f"one restated month, {options.months[1]} months over {options.months[0]}", many, few, BAR)
    return 0


def take_median(found: list[Figures]) -> Figures:
    """The median of every figure."""
    names = found[0].parts
    return Figures(
        statistics.median(f.seconds for f in found),
        statistics.median(f.cpu_seconds for f in found),
        parts={name: statistics.median(f.parts[name] for f in found) for name in names},
    )


def write_months(simulated: list[str], root: Path, months: int, rows: int) -> None:
    """One export file per month, and the configuration that reads them."""
    for back in range(months):
        write_parquet(simulated, root / "exports" / f"report-{back:02d}.parquet", rows, back)
    location = json.dumps(str(root / "exports"))
    (root / "cloudcost.yaml").write_text(f"sources:\n  - {{name: bench, provider: aws, location: {location}}}\n")


def load(root: Path) -> Figures:
    """The first load of all months."""
    watch = Stopwatch()
    bring_up_to_date(root)
    return watch.lap()


def restate(root: Path, number: int) -> Figures:
    """Write the second youngest month anew, one cent dearer, and bring the warehouse up to date."""
    import dbt.cli.main
    import great_expectations  # noqa: F401  # what every process loads once is not what a month costs

    assert dbt.cli.main
    file = root / "exports" / "report-01.parquet"
    written = file.with_suffix(".new")
    dearer = "case when row_number() over () = 1 then 0.01 else 0 end"
    duckdb.execute(
        f"copy (select * replace (line_item_unblended_cost + {dearer} as line_item_unblended_cost) "
        f"from read_parquet('{file}')) to '{written}' (format parquet)"
    )
    written.rename(file)
    watch = Stopwatch()
    parts = bring_up_to_date(root)
    figures = watch.lap()
    figures.parts = parts
    return figures


def bring_up_to_date(root: Path) -> dict[str, float]:
    """Ingest what is new and build what changed, as a run does; seconds of each part."""
    installation = Installation(root / "cloudcost.yaml", root / "home")
    watch, parts = Stopwatch(), {}
    report = installation.ingestor().ingest(installation.source("bench"))
    if not report.promoted or report.problems:
        raise SystemExit(f"not everything was promoted: {report.problems}")
    parts["lake"] = watch.lap().seconds
    publish(installation)
    changed = sorted(installation.warehouse.changed_periods())
    behind = installation.warehouse.pending_models()
    parts["publish"] = watch.lap().seconds
    build(installation, "--select", *PARTITIONED, periods=changed_periods_json(changed, behind))
    parts["periods"] = watch.lap().seconds
    build(installation, "--exclude", *PARTITIONED)
    parts["tables"] = watch.lap().seconds
    return parts


if __name__ == "__main__":
    sys.exit(main())
