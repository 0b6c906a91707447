"""What a full build of the warehouse costs against DuckDB's floor, one restated month, publishing it, what
all savings checks of the bill take, and a dashboard's queries.

    python -m benchmarks.warehouse [--rows 24000000] [--months 12] [--queries 20]

A simulated month of the three clouds is landed once and repeated into the lake, its dates moved back and its line ids
made unique, through the real ledger. *Floor* is one DuckDB script that scans the same FOCUS rows as Parquet, writes the
FOCUS table and aggregates and writes the same marts, without dbt, mapping, tests or history. The restated month is
built anew with all months in the warehouse and with two of them. Publishing is what a run does at its end, without
warming; the savings checks are all that need nothing but the bill.
"""

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks._measuring import Figures, Stopwatch, build, measure, print_bar, print_figures, print_ratios, publish
from cloudcost.analytics.savings import ask_bill, list_checks
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from dashboards.publications import publish_installation
from ingestion.expressions.sql import connect_scratch
from ingestion.formats import get_format
from ingestion.judging.profile import profile_delivery
from ingestion.landing.lake import snapshot_directory
from ingestion.snapshots import Snapshot, SnapshotKey
from savings.check import BillCheck
from warehouse import changed_periods_json

MODULE = "benchmarks.warehouse"
BUILD_BAR, PEAK_BAR_MB, RESTATED_BAR, QUERY_BAR_MS = 1.2, 2048, 1.1, 200
PUBLICATION_BAR, SAVINGS_BAR = 1.0, 60
CONFIG = """sources:
  - {name: aws, provider: aws, location: LOCATION/aws}
  - {name: azure, provider: azure, location: LOCATION/azure}
  - {name: gcp, provider: gcp, location: LOCATION/gcp}
"""
PARTITIONED = ["tag:staging", "tag:by_period", "config.materialized:incremental"]

#: What is written beside the FOCUS table: mart -> query of the bare script.
FLOOR_MARTS = {
    "daily": """select source_name, billing_period, cast(charge_period_start as date) as charge_date, billing_currency,
        service_provider_name, billing_account_id, sub_account_id, sub_account_name, service_name, service_category,
        region_id, charge_category, charge_frequency, pricing_category, commitment_discount_status, x_usage_type,
        x_team, x_environment, x_product, x_cost_center, max(billing_account_name) as billing_account_name,
        max(service_subcategory) as service_subcategory, sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost, sum(list_cost) as list_cost, sum(contracted_cost) as contracted_cost,
        sum(consumed_quantity) as consumed_quantity, count(*) as line_item_count from focus group by all""",
    "monthly": """select source_name, billing_period, billing_currency, sum(line_item_count) as line_item_count,
        sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, sum(list_cost) as list_cost,
        sum(contracted_cost) as contracted_cost from daily group by all""",
    "changes": """select source_name, billing_period, charge_date, billing_currency, service_provider_name,
        billing_account_id, sub_account_id, service_name, sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost, sum(list_cost) as list_cost, sum(contracted_cost) as contracted_cost
        from daily group by all""",
    "account": """select service_provider_name, billing_account_id, sub_account_id, max(sub_account_name) as name,
        min(charge_date) as first_seen_date, max(charge_date) as last_seen_date from daily group by all""",
    "service": """select service_provider_name, service_name, max(service_category) as service_category,
        min(charge_date) as first_seen_date, max(charge_date) as last_seen_date from daily group by all""",
    "reconciliation": """select source_name, billing_period, billing_currency, sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost, sum(list_cost) as list_cost, sum(contracted_cost) as contracted_cost
        from focus group by all""",
}

#: What a dashboard asks of the marts.
QUERIES = {
    "cost by month and provider": """select billing_period, service_provider_name, billing_currency,
        sum(effective_cost) from marts.fct_cost_daily group by 1, 2, 3 order by 1, 2""",
    "monthly totals": "select * from marts.fct_cost_monthly order by source_name, billing_period",
    "a month by day and service": """select charge_date, service_name, billing_currency, sum(effective_cost)
        from marts.fct_cost_daily where billing_period = (select max(billing_period) from marts.fct_cost_daily)
        group by 1, 2, 3 order by 1""",
    "top accounts of a month": """select sub_account_id, max(sub_account_name), billing_currency,
        sum(billed_cost) as cost from marts.fct_cost_daily
        where billing_period = (select max(billing_period) from marts.fct_cost_daily)
        group by 1, 3 order by cost desc limit 20""",
    "teams by month": """select billing_period, x_team, billing_currency, sum(effective_cost)
        from marts.fct_cost_daily group by 1, 2, 3 order by 1""",
    "a service by region": """select region_id, billing_currency, sum(effective_cost) from marts.fct_cost_daily
        where service_category = 'Compute' group by 1, 2 order by 3 desc""",
    "used and unused commitments": """select billing_period, commitment_discount_status, billing_currency,
        sum(effective_cost) from marts.fct_cost_daily where commitment_discount_status is not null
        group by 1, 2, 3 order by 1""",
    "savings on list prices": """select billing_period, billing_currency, sum(list_cost), sum(effective_cost),
        sum(list_cost) - sum(effective_cost) from marts.fct_cost_daily group by 1, 2 order by 1""",
    "reconciliation": "select * from marts.fct_reconciliation order by source_name, billing_period, measure",
    "restatements": """select billing_period, service_name, billing_currency, sum(billed_cost_difference)
        from marts.fct_cost_restatements group by 1, 2, 3 order by 4 desc limit 50""",
    "what was believed": """select * from marts.fct_cost_monthly_history
        where source_name = 'aws' order by billing_period, change_number""",
    "accounts": "select * from marts.dim_account order by service_provider_name, sub_account_id",
}


def main() -> int:
    """Print every figure beside its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=24_000_000, help="line items of all months (default 24000000)")
    parser.add_argument("--months", type=int, default=12, help="months in the warehouse (default 12)")
    parser.add_argument("--rounds", type=int, default=3, help="restatements, of which the median counts (default 3)")
    parser.add_argument("--queries", type=int, default=20, help="runs of every dashboard query (default 20)")
    parser.add_argument("--stage", nargs=3, metavar=("NAME", "FOLDER", "ROUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        name, folder, number = options.stage
        stages = {
            "build": run_build,
            "floor": run_floor,
            "restate": run_restatement,
            "publish": run_publication,
            "savings": run_savings,
        }
        print_figures(stages[name](Path(folder), int(number)))
        return 0
    with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
        whole, two = Path(folder) / "whole", Path(folder) / "two"
        seed = land_month(Path(folder) / "seed", options.rows // options.months)
        counts = [fill_lake(seed, root, months, options.rows // options.months)
                  for root, months in ((whole, options.months), (two, 2))]  # fmt: skip
        print(f"{counts[0]:,} line items, {options.months} months x 3 providers", flush=True)
        built = measure(MODULE, "build", whole, 0)
        measure(MODULE, "build", two, 0)
        export_focus(whole)
        floor = measure(MODULE, "floor", whole, 0)
        for label, figures in (("floor", floor), ("full build", built)):
            print(f"  {label:12} {figures.seconds:.1f} s ({figures.cpu_seconds:.1f} s of CPU), "
                  f"peak {figures.peak_mb:,.0f} MB")  # fmt: skip
        print_ratios("full build over floor", built, floor, BUILD_BAR)
        print_bar("peak memory of the full build", built.peak_mb, PEAK_BAR_MB, "MB")
        restated: list[list[Figures]] = [[], []]
        for number in range(options.rounds):
            for root, found in zip((two, whole), restated, strict=True):
                found.append(measure(MODULE, "restate", root, number))
        few, many = (
            Figures(statistics.median(f.seconds for f in found), statistics.median(f.cpu_seconds for f in found))
            for found in restated
        )
        print(f"  one restated month: {few.seconds:.1f} s of 2 months, {many.seconds:.1f} s of {options.months}")
        print_ratios(f"one restated month, {options.months} months over 2", many, few, RESTATED_BAR)
        published = measure(MODULE, "publish", whole, 0)
        print_bar("publication", published.seconds, PUBLICATION_BAR, "s")
        judged = measure(MODULE, "savings", whole, 0)
        print_bar("all savings checks of the bill", judged.seconds, SAVINGS_BAR, "s")
        print_bar("their peak memory", judged.peak_mb, PEAK_BAR_MB, "MB")
        time_queries(whole, options.queries)
    return 0


def land_month(root: Path, rows: int) -> list[tuple[Snapshot, Path]]:
    """One simulated month of the three clouds, landed: its snapshots and the lake that they lie in."""
    from simulator import generate

    generate(root / "exports", seed=7, months=1, rows_per_month=min(rows, 200_000))
    installation = open_installation(root, root / "exports")
    for source in installation.config.sources:
        report = installation.ingestor().ingest(installation.source(source.name))
        if report.problems:
            raise SystemExit(f"the simulated month was refused: {report.problems}")
    return [(s, installation.local_lake) for s, _ in installation.ledger.current_snapshots()]


def open_installation(root: Path, location: Path | None = None) -> Installation:
    """The installation in this folder."""
    config = root / "cloudcost.yaml"
    if not config.exists():
        root.mkdir(parents=True, exist_ok=True)
        config.write_text(CONFIG.replace("LOCATION", str(location or root)))
    return Installation(config, root / "home")


def fill_lake(seed: list[tuple[Snapshot, Path]], root: Path, months: int, rows: int) -> int:
    """Promote so many months, each with about so many line items, and return how many there are."""
    installation = open_installation(root)
    installation.ledger.current_snapshots()  # a lake without a state beside it would be a lost state
    found = sum(s.row_count for s, _ in seed)
    copies = max(1, round(rows / found))
    return sum(
        promote_copy(installation, snapshot, lake, back, copies) for back in range(months) for snapshot, lake in seed
    )


def promote_copy(
    installation: Installation, snapshot: Snapshot, lake: Path, back: int, copies: int, restated: int = 0
) -> int:
    """Land a snapshot repeated ``copies`` times and moved ``back`` months; ``restated`` cents are added to one line."""
    fmt = get_format(snapshot.format_name)
    period = back_by_months(snapshot.key.billing_period, back)
    key = SnapshotKey(snapshot.key.source_name, period, snapshot.key.dataset)
    delivery = f"bench-{restated}"
    replaced = {c.name: f"{c.name} - interval {back} month" for c in fmt.columns if c.kind in ("timestamp", "date")}
    replaced |= {c.name: f"({c.name} - interval {back} month)::date" for c in fmt.columns if c.kind == "date"}
    replaced |= {name: f"{name} || '-' || copy" for name in fmt.identity[:1]}
    if "invoice_month" in {c.name for c in fmt.columns}:
        replaced["invoice_month"] = f"'{period:%Y%m}'"
    if restated:
        first = "copy = 0 and row_number() over () = 1"
        replaced[fmt.cost_column] = f"{fmt.cost_column} + case when {first} then {restated} * 0.01 else 0 end"
    replacing = ", ".join(f"{sql} as {name}" for name, sql in replaced.items())
    files = [str(lake / p) for p in snapshot.paths]
    with installation.lake.scratch() as scratch:
        staged = scratch / "staged"
        staged.mkdir()
        connection = connect_scratch(scratch / "spill")
        connection.execute(
            f"copy (select * exclude (copy) replace ({replacing}) from "
            f"(select unnest(range({copies})) as copy), read_parquet({files}, hive_partitioning = false)) "
            f"to '{staged / 'part-00000.parquet'}' (format parquet)"
        )
        profile = profile_delivery(connection, [staged / "part-00000.parquet"], fmt, key.dataset, period)
        faults = {name: count for name, count in profile.checks.items() if count}
        if faults:
            raise SystemExit(f"the copied month is not clean: {faults}")
        target = snapshot_directory(fmt.table, key, delivery, "content")
        paths = installation.lake.publish(staged, target)
    installation.ledger.promote(
        Snapshot(key, delivery, fmt.table, fmt.name, tuple(paths), profile.row_count, profile.control_totals,
                 snapshot.files)
    )  # fmt: skip
    return profile.row_count


def back_by_months(period: dt.date, months: int) -> dt.date:
    """The first day of the month so many months before."""
    number = period.year * 12 + period.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


def run_build(root: Path, number: int) -> Figures:
    """Publish all snapshots and build everything, tests included."""
    installation = open_installation(root)
    watch = Stopwatch()
    publish(installation)
    build(installation)
    return watch.lap()


def export_focus(root: Path) -> None:
    """The FOCUS rows as Parquet, for the floor to scan."""
    with open_installation(root).warehouse.connect(read_only=True) as connection:
        target = root / "focus.parquet"
        connection.execute(f"copy (select * from intermediate.int_focus__unioned) to '{target}' (format parquet)")


def run_floor(root: Path, number: int) -> Figures:
    """One script: scan, write the FOCUS table, aggregate and write the marts."""
    file = root / "floor.duckdb"
    with duckdb.connect(str(file)) as connection:
        watch = Stopwatch()
        connection.execute(f"create table focus as select * from read_parquet('{root / 'focus.parquet'}')")
        for mart, query in FLOOR_MARTS.items():
            connection.execute(f"create table {mart} as {query}")
    figures = watch.lap()
    file.unlink()
    return figures


def run_restatement(root: Path, number: int) -> Figures:
    """The youngest AWS month delivered anew, one line dearer; what a run then builds, dbt's start included."""
    installation = open_installation(root)
    current = [s for s, _ in installation.ledger.current_snapshots("aws")]
    youngest = max(current, key=lambda s: s.key.billing_period)
    promote_copy(installation, youngest, installation.local_lake, 0, 1, restated=number + 1)
    import dbt.cli.main

    assert dbt.cli.main  # what every process loads once is not what a month costs
    watch = Stopwatch()
    publish(installation)
    changed = sorted(installation.warehouse.changed_periods())
    if len(changed) != 1:
        raise SystemExit(f"one month was restated, and {changed} are pending")
    behind = installation.warehouse.pending_models()
    build(installation, "--select", *PARTITIONED, periods=changed_periods_json(changed, behind))
    return watch.lap()


def run_publication(root: Path, number: int) -> Figures:
    """Publish the warehouse as it is."""
    installation = open_installation(root)
    watch = Stopwatch()
    publish_installation(installation)
    return watch.lap()


def run_savings(root: Path, number: int) -> Figures:
    """Every savings check that needs nothing but the bill."""
    installation, today = open_installation(root), dt.date.today()
    checks = [check for check in list_checks(installation.config.savings) if isinstance(check, BillCheck)]
    watch = Stopwatch()
    done = ask_bill(installation, checks, ScoredDays.until(today), today)
    figures = watch.lap()
    if done.failed:
        raise SystemExit(f"checks failed: {done.failed}")
    print(f"{len(checks)} checks, {len(done.findings.recommendations)} findings", file=sys.stderr)
    return figures


def time_queries(root: Path, runs: int) -> None:
    """Every dashboard query on one open connection: its 95th percentile."""
    with open_installation(root).warehouse.connect(read_only=True) as connection:
        slowest = 0.0
        for label, query in QUERIES.items():
            taken = []
            for _ in range(runs):
                started = time.perf_counter()
                connection.execute(query).fetchall()
                taken.append((time.perf_counter() - started) * 1000)
            p95 = statistics.quantiles(taken, n=20)[-1]
            slowest = max(slowest, p95)
            print(f"  {label:28} median {statistics.median(taken):6.1f} ms, p95 {p95:6.1f} ms")
        print_bar("slowest dashboard query, p95", slowest, QUERY_BAR_MS, "ms")


if __name__ == "__main__":
    sys.exit(main())
