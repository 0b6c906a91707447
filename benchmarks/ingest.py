"""How fast an export becomes FOCUS rows, against the floor that DuckDB sets and against focus-converter.

    python -m benchmarks.ingest [--rows 600000] [--peer PYTHON_WITH_FOCUS_CONVERTER] [--large 10000000]

Everything runs in processes of its own, so that peak memory is each one's own; ratios come from one run. *Floor* is one
bare DuckDB COPY of the same file to the FOCUS columns, typed; *ours* lands, profiles, judges and promotes the delivery,
and builds the FOCUS table with dbt (with dbt's start, about four seconds whatever the size, and without it).
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

MEASURED = {
    "lineItem/UnblendedCost", "pricing/PublicOnDemandCost", "reservation/EffectiveCost",
    "savingsPlan/SavingsPlanEffectiveCost", "lineItem/UsageAmount", "lineItem/UnblendedRate",
}  # fmt: skip
TIMES = {"lineItem/UsageStartDate", "lineItem/UsageEndDate", "bill/BillingPeriodStartDate", "bill/BillingPeriodEndDate"}
GROUPS = {"identity": "identity", "bill": "bill", "line_item": "lineItem", "product": "product", "pricing": "pricing",
          "reservation": "reservation", "savings_plan": "savingsPlan"}  # fmt: skip
FOCUS_COLUMNS = 57


def main() -> int:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=600_000, help="line items of the CSV export (default 600000)")
    parser.add_argument("--columns", type=int, default=195, help="columns of the CSV export (default 195)")
    parser.add_argument("--peer", type=Path, help="a Python environment's bin folder with focus-converter 1.0.0")
    parser.add_argument("--large", type=int, default=0, help="also land a Parquet month of so many line items")
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        return run_stage(*options.stage)
    with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
        root = Path(folder)
        month = simulate_month(root / "exports", options.rows)
        csv = root / "csv" / "report.csv"
        write_legacy_csv(month, csv, options.rows, options.columns)
        size = csv.stat().st_size / 1e6
        print(f"CSV: {options.rows:,} rows x {options.columns} columns, {size:,.0f} MB")
        compare("CSV", csv, root, options.rows, options.peer)
        parquet = root / "parquet" / "report.parquet"
        write_parquet(month, parquet, options.rows)
        print(f"Parquet (CUR 2.0): {options.rows:,} rows, {parquet.stat().st_size / 1e6:,.0f} MB")
        compare("Parquet", parquet, root, options.rows, None)
        if options.large:
            write_parquet(month, parquet, options.large)
            report = measure("ours", parquet, root / "large")
            print(f"  a month of {options.large:,} rows: {report['seconds']:.1f} s, peak {report['peak_mb']:,.0f} MB")
    return 0


def compare(kind: str, file: Path, root: Path, rows: int, peer: Path | None) -> None:
    """Measure floor, ours and the peer on one file; two rounds, the better of each."""
    floor = min((measure("floor", file, root / f"{kind}-floor{i}") for i in range(2)), key=lambda r: r["seconds"])
    ours = min((measure("ours", file, root / f"{kind}-ours{i}") for i in range(2)), key=lambda r: r["seconds"])
    print(
        f"  floor          {floor['seconds']:7.2f} s  {rows / floor['seconds']:>12,.0f} rows/s  "
        f"peak {floor['peak_mb']:,.0f} MB"
    )
    lake = ours["lake_seconds"]
    print(f"  ours, to lake  {lake:7.2f} s  {rows / lake:>12,.0f} rows/s  ratio to floor {lake / floor['seconds']:.2f}")
    for label, seconds in (("ours, to FOCUS", lake + ours["model_seconds"]), ("  with dbt start", ours["seconds"])):
        print(
            f"  {label} {seconds:7.2f} s  {rows / seconds:>12,.0f} rows/s  "
            f"ratio to floor {seconds / floor['seconds']:.2f}"
        )
    print(f"  peak memory of ours: {ours['peak_mb']:,.0f} MB")
    if peer:
        seconds = measure_peer(peer, file, root / "peer")
        ratio = seconds / (lake + ours["model_seconds"])
        print(f"  focus-converter {seconds:6.2f} s  {rows / seconds:>12,.0f} rows/s  ours is {ratio:.1f} times as fast")


def measure(stage: str, file: Path, folder: Path) -> dict[str, float]:
    """Run one stage in a process of its own; its seconds and its peak memory in MB."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.ingest", "--stage", stage, str(file), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{stage}: {done.stderr[-2000:]}")
    report: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return report


def run_stage(stage: str, file: str, folder: str) -> int:
    """One stage, inside its own process; prints its figures as JSON."""
    started = time.monotonic()
    figures = run_floor(Path(file), Path(folder)) if stage == "floor" else run_ours(Path(file), Path(folder))
    figures["seconds"] = figures.get("seconds", time.monotonic() - started)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
    return 0


def run_floor(file: Path, folder: Path) -> dict[str, float]:
    """One bare COPY of the file to as many typed columns as FOCUS has."""
    connection = duckdb.connect()
    csv = file.suffix == ".csv"
    reader = f"read_csv('{file}', all_varchar = true)" if csv else f"read_parquet('{file}')"
    names = [r[0] for r in connection.execute(f"describe select * from {reader}").fetchall()]
    money = MEASURED if csv else {to_snake(n) for n in MEASURED}
    times = TIMES if csv else {to_snake(n) for n in TIMES}
    kept = [n for n in names if n in money or n in times]
    kept += [n for n in names if n not in kept][: FOCUS_COLUMNS - len(kept)]
    types = {**dict.fromkeys(money, "decimal(38, 12)"), **dict.fromkeys(times, "timestamp")}
    columns = ", ".join(f'try_cast("{n}" as {types[n]}) as "{n}"' if n in types else f'"{n}"' for n in kept)
    started = time.monotonic()
    connection.execute(f"copy (select {columns} from {reader}) to '{folder / 'floor.parquet'}' (format parquet)")
    return {"seconds": time.monotonic() - started}


def run_ours(file: Path, folder: Path) -> dict[str, float]:
    """Land, judge and promote the file, then build the FOCUS table."""
    config = folder / "cloudcost.yaml"
    config.write_text(f"sources:\n  - {{name: bench, provider: aws, location: {json.dumps(str(file))}}}\n")
    from orchestration.installation import Installation
    from orchestration.resources.dbt import PROJECT_DIRECTORY, set_dbt_environment

    installation = Installation(config, folder / "home")
    __import__("great_expectations")  # what every process loads once is not what a row costs
    started = time.monotonic()
    report = installation.ingestor().ingest(installation.source("bench"))
    if not report.promoted:
        raise SystemExit(f"nothing was promoted: {report.problems}")
    landed = time.monotonic()
    installation.warehouse.publish_snapshots(installation.lake, installation.ledger.current_snapshots())
    set_dbt_environment(installation)
    from dbt.cli.main import dbtRunner

    arguments = ["--quiet", "build", "--select", "+int_focus__unioned", "--exclude-resource-type", "unit_test", "test"]
    places = ["--project-dir", str(PROJECT_DIRECTORY), "--profiles-dir", str(PROJECT_DIRECTORY)]
    outcome = dbtRunner().invoke([*arguments, *places, "--target-path", str(folder / "dbt")])
    if not outcome.success:
        raise SystemExit(f"dbt failed: {outcome.exception or outcome.result}")
    model = sum(r.execution_time for r in outcome.result)
    finished = time.monotonic()
    return {"seconds": finished - started, "lake_seconds": landed - started, "model_seconds": model}


def measure_peer(peer: Path, file: Path, folder: Path) -> float:
    """Seconds of focus-converter on the same file."""
    folder.mkdir(parents=True)
    command = [str(peer / "focus-converter"), "convert", "--provider", "aws-cur", "--data-format", "csv"]
    command += ["--data-path", str(file), "--export-path", str(folder), "--no-export-include-source-columns"]
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""})
    return time.monotonic() - started


def simulate_month(folder: Path, rows: int) -> list[str]:
    """The AWS files of one simulated month with about so many line items."""
    from simulator import generate

    generate(folder, seed=7, months=1, rows_per_month=min(rows * 2, 1_200_000))
    return [str(p) for p in sorted((folder / "aws").rglob("*.parquet"))]


def write_parquet(files: list[str], target: Path, rows: int) -> None:
    """A CUR 2.0 month of exactly so many rows, line ids made unique."""
    target.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"copy ({repeat_rows(files, rows)}) to '{target}' (format parquet)")


def write_legacy_csv(files: list[str], target: Path, rows: int, columns: int) -> None:
    """A legacy CUR of exactly so many rows and columns, in the header spelling of AWS."""
    target.parent.mkdir(parents=True, exist_ok=True)
    names = [r[0] for r in duckdb.execute(f"describe select * from read_parquet({files})").fetchall()]
    selected = [f'"{n}" as "{to_header(n)}"' for n in names if to_header(n)]
    selected += [
        "product['product_name'] as \"product/ProductName\"",
        "resource_tags['user_team'] as \"resourceTags/user:team\"",
    ]
    selected = selected[:columns]
    for number in range(columns - len(selected)):
        value = "''" if number % 3 else f"'value {number}'"
        selected.append(f'{value} as "product/attribute{number}"')
    duckdb.execute(f"copy (select {', '.join(selected)} from ({repeat_rows(files, rows)})) to '{target}' (header)")


def repeat_rows(files: list[str], rows: int) -> str:
    """SQL for exactly ``rows`` rows of these files, repeated as often as it takes."""
    found = duckdb.execute(f"select count(*) from read_parquet({files})").fetchall()[0][0]
    copies = -(-rows // found)
    unique = "* replace (identity_line_item_id || '-' || copy::varchar as identity_line_item_id)"
    return (
        f"select * exclude (copy) from (select {unique} from read_parquet({files}), "
        f"(select unnest(range({copies})) as copy)) limit {rows}"
    )


def to_header(column: str) -> str:
    """``line_item_unblended_cost`` -> ``lineItem/UnblendedCost``; empty for nested columns."""
    for prefix, group in GROUPS.items():
        if column.startswith(f"{prefix}_"):
            return f"{group}/{''.join(p.capitalize() for p in column[len(prefix) + 1 :].split('_'))}"
    return ""


def to_snake(header: str) -> str:
    """``lineItem/UnblendedCost`` -> ``line_item_unblended_cost``."""
    group, _, name = header.partition("/")
    prefix = next(p for p, g in GROUPS.items() if g == group)
    return prefix + "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


if __name__ == "__main__":
    sys.exit(main())
