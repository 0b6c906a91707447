"""How fast an export becomes FOCUS rows, against the floor that DuckDB sets and against focus-converter.

    python -m benchmarks.ingest [--rows 600000] [--columns 195] [--large 10000000] [--only csv parquet large]

Everything runs in processes of its own, so that peak memory is each one's own; ratios come from one run. *Floor* is one
bare DuckDB COPY of the same file to the 57 columns of FOCUS 1.2, typed, without any rule of what a line item means.
*Ours* lands, judges and promotes the delivery and builds the FOCUS table with dbt, dbt's start included.
focus-converter gets an environment of its own below `.venv`, made the first time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks._exports import simulate_month, to_header, write_legacy_csv, write_parquet
from benchmarks._measuring import (
    Figures,
    Stopwatch,
    build,
    fresh_folder,
    make_environment,
    measure,
    print_bar,
    print_figures,
    print_ratios,
    publish,
)

MODULE = "benchmarks.ingest"
FLOOR_BAR, PEER_BAR, PEAK_BAR_MB = 2.0, 3.0, 2048
PEER = ("focus-converter==1.0.0", "multimethod<2", "typer<0.13", "click<8.2")
#: focus-converter waits for ever where one of its own processes has failed.
PEER_SECONDS = 900
PEER_FOLDER = Path(".venv/peers/focus-converter")

#: FOCUS column -> native column with the value that a plain renaming gives; the others are constant or null there.
MONEY = {
    "billed_cost": "line_item_unblended_cost",
    "contracted_cost": "line_item_unblended_cost",
    "contracted_unit_price": "line_item_unblended_rate",
    "effective_cost": "savings_plan_savings_plan_effective_cost",
    "list_cost": "pricing_public_on_demand_cost",
    "list_unit_price": "pricing_public_on_demand_rate",
    "consumed_quantity": "line_item_usage_amount",
    "pricing_quantity": "line_item_usage_amount",
    "commitment_discount_quantity": "reservation_total_reserved_units",
}
TIMES = {
    "billing_period_start": "bill_billing_period_start_date",
    "billing_period_end": "bill_billing_period_end_date",
    "charge_period_start": "line_item_usage_start_date",
    "charge_period_end": "line_item_usage_end_date",
}
TEXT = {
    "availability_zone": "line_item_availability_zone",
    "billing_account_id": "bill_payer_account_id",
    "billing_account_name": "bill_payer_account_name",
    "billing_currency": "line_item_currency_code",
    "charge_category": "line_item_line_item_type",
    "charge_description": "line_item_line_item_description",
    "charge_frequency": "bill_bill_type",
    "commitment_discount_id": "savings_plan_savings_plan_a_r_n",
    "commitment_discount_type": "savings_plan_offering_type",
    "consumed_unit": "pricing_unit",
    "invoice_id": "bill_invoice_id",
    "invoice_issuer_name": "bill_invoicing_entity",
    "pricing_category": "pricing_term",
    "pricing_currency": "pricing_currency",
    "pricing_unit": "pricing_unit",
    "provider_name": "bill_billing_entity",
    "publisher_name": "line_item_legal_entity",
    "region_id": "product_region_code",
    "region_name": "product_location",
    "resource_id": "line_item_resource_id",
    "resource_type": "product_product_family",
    "service_category": "product_servicecode",
    "sku_id": "product_sku",
    "sku_meter": "line_item_usage_type",
    "sku_price_id": "pricing_rate_code",
    "sub_account_id": "line_item_usage_account_id",
    "sub_account_name": "line_item_usage_account_name",
}
CONSTANT = ("billing_account_type", "sub_account_type")
NULL = (
    "capacity_reservation_id", "capacity_reservation_status", "charge_class", "commitment_discount_category",
    "commitment_discount_name", "commitment_discount_status", "commitment_discount_unit",
    "pricing_currency_contracted_unit_price", "pricing_currency_effective_cost", "pricing_currency_list_unit_price",
    "resource_name", "service_subcategory", "sku_price_details",
)  # fmt: skip


def main() -> int:
    """Print one line per measurement and per bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=600_000, help="line items of the exports (default 600000)")
    parser.add_argument("--columns", type=int, default=195, help="columns of the CSV export (default 195)")
    parser.add_argument(
        "--large", type=int, default=10_000_000, help="line items of the large month (default 10000000)"
    )
    parser.add_argument("--rounds", type=int, default=2, help="rounds, of which the best counts (default 2)")
    parser.add_argument("--only", nargs="+", default=["csv", "parquet", "large"], choices=["csv", "parquet", "large"])
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        name, file, folder = options.stage
        print_figures({"floor": run_floor, "ours": run_ours}[name](Path(file), Path(folder)))
        return 0
    with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
        root = Path(folder)
        month = simulate_month(root / "exports", options.rows)
        if "csv" in options.only:
            csv = root / "csv" / "report.csv"
            write_legacy_csv(month, csv, options.rows, options.columns)
            size = csv.stat().st_size / 1e6
            print(f"CSV: {options.rows:,} rows x {options.columns} columns, {size:,.0f} MB", flush=True)
            ours = compare("CSV", csv, root, options.rows, options.rounds)
            compare_with_peer(csv, root / "peer", options.rows, ours)
            csv.unlink()
        parquet = root / "parquet" / "report.parquet"
        if "parquet" in options.only:
            write_parquet(month, parquet, options.rows)
            print(f"Parquet: {options.rows:,} rows, {parquet.stat().st_size / 1e6:,.0f} MB", flush=True)
            compare("Parquet", parquet, root, options.rows, options.rounds)
        if "large" in options.only:
            write_parquet(month, parquet, options.large)
            print(f"Large month: {options.large:,} rows of Parquet", flush=True)
            ours = measure(MODULE, "ours", parquet, fresh_folder(root / "large"))
            print_line("ours, to FOCUS", ours, options.large)
            print_bar(f"peak memory of {options.large:,} rows", ours.peak_mb, PEAK_BAR_MB, "MB")
    return 0


def compare(kind: str, file: Path, root: Path, rows: int, rounds: int) -> Figures:
    """Measure floor and ours on one file, in turn; the best of the rounds each."""
    floors, all_ours = [], []
    for number in range(rounds):
        floors.append(measure(MODULE, "floor", file, fresh_folder(root / f"{kind}-floor{number}")))
        all_ours.append(measure(MODULE, "ours", file, fresh_folder(root / f"{kind}-ours{number}")))
    floor, ours = (min(figures, key=lambda f: f.seconds) for figures in (floors, all_ours))
    print_line("floor", floor, rows)
    print_line("ours, to FOCUS", ours, rows)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in ours.parts.items())
    print(f"    of which {parts}")
    print_ratios(f"{kind} to FOCUS over floor", ours, floor, FLOOR_BAR)
    without_start = ours.parts["lake"] + ours.parts["FOCUS table"]
    print(f"       without dbt's start, which no row makes longer: {without_start / floor.seconds:.2f} ×")
    return ours


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


def run_floor(file: Path, folder: Path) -> Figures:
    """One bare COPY of the file to the columns of FOCUS."""
    csv = file.suffix == ".csv"
    reader = f"read_csv('{file}', all_varchar = true)" if csv else f"read_parquet('{file}')"
    service = '"product/ProductName"' if csv else "product['product_name']"
    tags = '"resourceTags/user:team"' if csv else "to_json(resource_tags)::varchar"

    def name(column: str) -> str:
        return f'"{to_header(column) if csv else column}"'

    columns = [
        *(f"try_cast({name(native)} as decimal(38, 12)) as {focus}" for focus, native in MONEY.items()),
        *(f"try_cast({name(native)} as timestamp) as {focus}" for focus, native in TIMES.items()),
        *(f"{name(native)} as {focus}" for focus, native in TEXT.items()),
        *(f"'Account' as {focus}" for focus in CONSTANT),
        *(f"null::varchar as {focus}" for focus in NULL),
        f"{service} as service_name",
        f"{tags} as tags",
    ]
    connection = duckdb.connect()
    watch = Stopwatch()
    target = folder / "floor.parquet"
    connection.execute(f"copy (select {', '.join(columns)} from {reader}) to '{target}' (format parquet)")
    return watch.lap()


def run_ours(file: Path, folder: Path) -> Figures:
    """Land, judge and promote the file, then build the FOCUS table."""
    import dbt.cli.main
    import great_expectations  # what every process loads once is not what a row costs

    from cloudcost.installation import Installation
    from orchestration.resources.dbt import prepare_manifest

    assert dbt.cli.main
    assert great_expectations

    config = folder / "cloudcost.yaml"
    config.write_text(f"sources:\n  - {{name: bench, provider: aws, location: {json.dumps(str(file))}}}\n")
    installation = Installation(config, folder / "home")
    prepare_manifest(installation)  # dbt reads the project once after it was installed, not for every delivery
    whole, lake = Stopwatch(), Stopwatch()
    report = installation.ingestor().ingest(installation.source("bench"))
    if not report.promoted:
        raise SystemExit(f"nothing was promoted: {report.problems}")
    landed = lake.lap()
    publish(installation)
    model = build(installation, "--select", "+int_focus__unioned", "--exclude", "test_type:data")
    figures = whole.lap()
    figures.parts = {
        "lake": landed.seconds,
        "FOCUS table": model,
        "dbt start": figures.seconds - landed.seconds - model,
    }
    return figures


if __name__ == "__main__":
    sys.exit(main())
