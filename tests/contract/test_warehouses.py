"""What every warehouse promises, on each engine that there is: the DuckDB file, DuckLake and Redshift's stand-in."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables import read_settings
from ingestion.columns.projection import LANDED_TYPES
from ingestion.formats import FORMATS
from ingestion.landing.lake import snapshot_directory
from ingestion.landing.local_lake import LocalLake
from ingestion.landing.s3_lake import S3Lake
from ingestion.snapshots import ControlTotal, Snapshot, SnapshotKey
from savings.evidence import open_evidence, read_last_days
from savings.realised.closings import Closing
from savings.realised.evidence import read_bills
from tests.peers.lake_catalog import BUCKET, CatalogPeer
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer
from tests.savings_bill import LAST_DAY, Bill
from tests.savings_plan import finding
from warehouse import DuckDbWarehouse, Warehouse, WarehouseError, fetch_records
from warehouse.ducklake.engine import DuckLakeWarehouse
from warehouse.redshift import RedshiftWarehouse
from warehouse.storage_settings import WarehouseSettings
from warehouse.written_tables import read_declaration, write_table

pytestmark = pytest.mark.requires_system("postgresql")

D = Decimal
DAILY_COLUMNS = (
    "source_name sub_account_id region_id service_name billing_currency x_usage_type billing_period charge_category "
    "commitment_discount_status effective_cost billed_cost"
).split()
FOCUS = next(f for f in FORMATS if f.table == "focus")
JANUARY, FEBRUARY = dt.date(2025, 1, 1), dt.date(2025, 2, 1)
PROMOTED = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
ARROW = {"VARCHAR": pa.string(), "DECIMAL(38,12)": pa.decimal128(38, 12), "TIMESTAMP": pa.timestamp("us"),
         "DATE": pa.date32()}  # fmt: skip


@dataclass
class Desk:
    """A warehouse and the lake that it reads; ``reopen`` is the same warehouse as another process has it."""

    lake: Any
    warehouse: Warehouse
    reopen: Callable[[], Warehouse]
    root: Path

    def land(self, period: dt.date, delivery: str, *costs: str) -> Snapshot:
        """A snapshot with one row per cost, as ingestion lands it."""
        columns = {c.name: pa.nulls(len(costs), ARROW[LANDED_TYPES[c.kind]]) for c in FOCUS.columns}
        columns[FOCUS.cost_column] = pa.array([D(c) for c in costs], pa.decimal128(38, 12))
        columns["source_file"] = pa.array(['file "1", v2.csv'] * len(costs))
        columns["rounding_remainder"] = pa.array([D(0)] * len(costs), pa.decimal128(38, 30))
        columns["cast_failures"] = pa.array([0] * len(costs), pa.int16())
        staged = self.root / f"staged-{period}-{delivery}"
        staged.mkdir(parents=True)
        pq.write_table(pa.table(columns), staged / "part-00000.parquet")
        key = SnapshotKey("o'neill", period, "cost")
        paths = self.lake.publish(staged, snapshot_directory("focus", key, delivery, "files"))
        total = ControlTotal("USD", "billed_cost", sum(map(D, costs), D(0)), D("1E-30"), len(costs))
        return Snapshot(key, delivery, "focus", "focus", tuple(paths), len(costs), (total,), ("file.csv",))

    def publish(self, *snapshots: Snapshot) -> None:
        self.warehouse.publish_snapshots(self.lake, [(s, PROMOTED) for s in snapshots])

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        with self.reopen().connect(read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def costs(self) -> list[tuple[Any, ...]]:
        return self.read(
            f"select billing_period, delivery_id, source_file, {FOCUS.cost_column} from raw.focus order by 1, 4"
        )


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[MotoServer, CatalogPeer, RedshiftPeer]]:
    with MotoServer() as moto, CatalogPeer(moto) as catalogs, RedshiftPeer(moto.client("s3")) as redshift:
        yield moto, catalogs, redshift


@pytest.fixture(params=["duckdb", "ducklake", "redshift"])
def desk(
    request: pytest.FixtureRequest,
    servers: tuple[MotoServer, CatalogPeer, RedshiftPeer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """An empty warehouse."""
    moto, catalogs, redshift = servers
    name = f"t{abs(hash(tmp_path)):x}"[:20]
    if request.param == "duckdb":
        local = LocalLake(tmp_path / "lake")

        def open_file() -> Warehouse:
            return DuckDbWarehouse(tmp_path / "warehouse.duckdb", local.root)

        return Desk(local, open_file(), open_file, tmp_path)
    for variable, value in catalogs.environment().items():
        monkeypatch.setenv(variable, value)
    lake = S3Lake(f"s3://{BUCKET}/{name}/lake", tmp_path / "work", moto.client("s3"))
    if request.param == "ducklake":
        shared = catalogs.create_catalog()

        def open_catalog() -> Warehouse:
            return DuckLakeWarehouse(shared, (lake.place, None))

        return Desk(lake, open_catalog(), open_catalog, tmp_path)
    redshift.create_database(name)
    settings = WarehouseSettings(
        backend="redshift", host="127.0.0.1", port=redshift.port, database=name, user=redshift.user,
        password_env="CATALOG_PASSWORD", sslmode="disable", iam_role="arn:aws:iam::123456789012:role/copy",
    )  # fmt: skip

    def open_database() -> Warehouse:
        return RedshiftWarehouse(settings, lake)

    return Desk(lake, open_database(), open_database, tmp_path)


def test_the_raw_tables_show_what_is_current_and_nothing_else(desk: Desk) -> None:
    assert not desk.warehouse.is_there and not desk.warehouse.has_table("raw", "focus")
    january, february = desk.land(JANUARY, "d1", "0.000000000001", "-2.5"), desk.land(FEBRUARY, "d1", "3")
    desk.publish(january, february)
    file = 'file "1", v2.csv'
    kept = (FEBRUARY, "d1", file, D(3))
    assert desk.costs() == [(JANUARY, "d1", file, D("-2.5")), (JANUARY, "d1", file, D("0.000000000001")), kept]
    desk.publish(desk.land(JANUARY, "d2", "7"), february)
    assert desk.costs() == [(JANUARY, "d2", file, D(7)), kept]
    desk.publish(february)
    assert desk.costs() == [kept]
    with desk.reopen().connect(read_only=True) as connection:
        totals = fetch_records(connection.execute("select * from raw.control_totals"))
        current = fetch_records(connection.execute("select * from raw.current_snapshots"))
    assert [(t["file_total"], t["rounding_remainder"], t["row_count"]) for t in totals] == [(D(3), D("1E-30"), 1)]
    assert [(c["delivery_id"], c["promoted_at"]) for c in current] == [("d1", dt.datetime(2025, 3, 1, 12))]
    other = desk.reopen()
    assert other.is_there and other.has_snapshots() and other.used_snapshots() == {(february.key, "d1")}
    assert other.changed_periods() == [("o'neill", FEBRUARY)] == other.loaded_periods({FEBRUARY, JANUARY})


def test_a_snapshot_that_is_gone_is_not_published_and_leaves_what_was(desk: Desk) -> None:
    first = desk.land(JANUARY, "d1", "1")
    desk.publish(first)
    second = desk.land(JANUARY, "d2", "2")
    desk.lake.remove(str(Path(second.paths[0]).parent))
    with pytest.raises(Exception, match=r"(?i)no files found|not exist|404|Not Found|NoSuchKey"):
        desk.publish(second)
    assert [row[1] for row in desk.costs()] == ["d1"]
    assert desk.reopen().used_snapshots() == {(first.key, "d1")}


def test_results_come_back_as_they_were_written(desk: Desk) -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2025-01-01", "2025-01-02"]), "amount": [1.5, 0.1], "count": [1, 2],
            "name": ["a, \"b\" ü'", None], "is_open": [True, False],
        }
    )  # fmt: skip
    assert desk.warehouse.replace_table("ml", "results", frame) == 2
    with desk.reopen().connect(read_only=True) as connection:
        read = connection.execute("select * from ml.results order by day").df()
    assert read["day"].tolist() == frame["day"].tolist() and read["amount"].tolist() == [1.5, 0.1]
    assert read["name"].tolist()[0] == 'a, "b" ü\'' and read["is_open"].tolist() == [True, False]
    money = pa.table({"saving": pa.array([D("12345678901234567890123456.000000000001")], pa.decimal128(38, 12))})
    assert desk.warehouse.replace_table("ml", "results", money) == 1
    assert desk.warehouse.query("select saving from ml.results") == (["saving"], [(money["saving"][0].as_py(),)])
    assert desk.warehouse.replace_table("ml", "results", money.slice(0, 0)) == 0
    assert desk.read("select * from ml.results") == []


def test_tables_are_replaced_together_or_not_at_all(desk: Desk) -> None:
    before, after = pd.DataFrame({"day": [1, 2]}), pd.DataFrame({"day": [3]})
    assert desk.warehouse.replace_tables("ml", {"costs": before, "days": before.iloc[:0].astype("int64")})
    with pytest.raises(Exception):  # noqa: B017 - each engine refuses what is no table in its own words
        desk.warehouse.replace_tables("ml", {"costs": after, "days": object()})
    assert sorted(desk.read("select day from ml.costs")) == [(1,), (2,)]


def test_a_mark_goes_with_its_tables_where_marks_are_kept(desk: Desk) -> None:
    tables = {"costs": pd.DataFrame({"day": [1]})}
    desk.warehouse.replace_tables("ml", tables, "made of 'this'")
    keeps = not isinstance(desk.warehouse, RedshiftWarehouse)
    assert desk.reopen().read_mark("ml", "costs") == ("made of 'this'" if keeps else "")
    assert desk.reopen().read_mark("ml", "days") == ""
    desk.warehouse.replace_tables("ml", tables)
    assert desk.reopen().read_mark("ml", "costs") == ""


def test_every_written_table_has_its_columns_without_rows(desk: Desk) -> None:
    for (schema, name), table in list(read_declaration().items())[::3]:
        assert write_table(desk.warehouse, schema, name, pd.DataFrame()) == 0
        with desk.reopen().connect(read_only=True) as connection:
            cursor = connection.execute(f"select * from {schema}.{name}")
            assert [column[0] for column in cursor.description or []] == table.columns.names


def test_settings_are_published_and_named_where_they_changed(desk: Desk) -> None:
    def publish(**sections: Any) -> list[str]:
        plain = {"sources": [{"name": "plain", "location": "exports"}]}
        config = CloudcostConfig.model_validate({**plain, **sections})
        return desk.warehouse.publish_settings(read_settings(config, desk.root))

    everything = publish()
    assert "budgets" in everything and publish() == []
    budget = {"name": "all", "scope": {"provider": "aws"}, "amount": "100.000000000001"}
    assert "budgets" in publish(budgets=[budget])
    assert desk.read("select budget_amount from settings.budget_amounts") == [(D("100.000000000001"),)]
    assert "budgets" in publish() and desk.read("select * from settings.budgets") == []


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("delete from raw.focus", r"DELETE|begins with"),
        ("select 1; delete from raw.focus", "multiple commands"),
        (" ; ", "empty"),
    ],
)
def test_a_query_is_one_select(desk: Desk, sql: str, reason: str) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    with pytest.raises(WarehouseError, match=reason):
        desk.warehouse.query(sql)
    assert desk.warehouse.query("select count(*) as n from raw.focus") == (["n"], [(1,)])


def test_a_reader_cannot_write(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    with pytest.raises(Exception, match=r"(?i)read.only"), desk.warehouse.connect(read_only=True) as connection:
        connection.execute("delete from raw.current_snapshots")
    assert len(desk.costs()) == 1


def test_who_has_claimed_the_warehouse_writes_to_it(desk: Desk) -> None:
    with desk.warehouse.claim(), desk.warehouse.claim():
        desk.warehouse.replace_table("ml", "costs", pd.DataFrame({"day": [1]}))
    with desk.warehouse.hold():
        assert desk.warehouse.has_table("ml", "costs")


def test_savings_checks_see_the_same_bill(desk: Desk) -> None:
    """Sums, days and averages of the evidence, on an engine that is DuckDB and on one that is not."""
    bill = Bill().add("nat-1", "NatGateway-Hours", cost="1.08", x_service_code="AmazonEC2", service_name="VPC")
    bill.add("vol-1", "EBS:VolumeUsage.gp2", cost="0.333333333333", quantity="3.225806451613", unit="GB-Months")
    bill.add_months("snap-1", "EBS:SnapshotUsage", ["1", "2", "3"], "0.05")
    charges = bill.charges()
    days = charges.select(["source_name", "charge_category"]).append_column(
        "charge_date", charges["charge_period_start"].cast(pa.date32())
    )
    desk.warehouse.replace_tables("marts", {"fct_charges": charges, "fct_cost_daily": days})
    warehouse = desk.reopen()
    last_days = read_last_days(warehouse, "charge_date < date '2027-01-01'")
    assert last_days == {"aws": LAST_DAY}
    with open_evidence(warehouse, last_days, ()) as evidence:
        recent = evidence.execute(
            "select resource_id, days_seen, monthly_cost, round(stored, 6) from usage_30d "
            "where resource_id is not null order by 1"
        ).fetchall()
        query = "select billing_period, quantity, cost from storage_monthly where resource_id = 'snap-1' order by 1"
        stored = evidence.execute(query).fetchall()
        daily = evidence.execute("select count(*), max(days_ago), min(days_ago) from usage_daily").fetchall()
    # a row of the whole month still counts on its last day
    snapshot = ("snap-1", 30, D("0.145161290323"), 3.0)
    assert recent == [("nat-1", 30, D("32.4"), None), snapshot, ("vol-1", 30, D("9.99999999999"), 100.0)]
    assert stored == [(dt.date(2026, 8, 1), D(1), D("0.05")), (dt.date(2026, 9, 1), D(2), D("0.10")),
                      (dt.date(2026, 10, 1), D(3), D("0.15"))]  # fmt: skip
    assert daily == [(127, 61, 0)]


def test_realised_savings_see_the_same_bill(desk: Desk) -> None:
    """A volume that moved to another meter, its account's days and scope, a new resource, and a plan that idles."""
    moved: dict[str, Any] = {"service_name": "EC2", "commitment_discount_id": "plan-1"}
    bill = Bill().add("arn:aws:volume/vol-1", "gp2", cost="0.333333333333", last_days_ago=30, **moved)
    bill.add("arn:aws:volume/vol-1", "gp3", cost="0.25", unit="GB-Months", first_days_ago=29, service_name="EC2")
    bill.add("vol-2", "gp2", cost="1", service_name="EC2").add("vol-9", "gp2", cost="0.3", first_days_ago=20)
    bill.add("other/vol-1", "gp2", cost="7", sub_account_id="account-2").add("vol-3", "io2", cost="5")
    bill.add(None, "plan", cost="0.1", commitment_discount_id="plan-1", commitment_discount_status="Unused",
             sub_account_id="payer")  # fmt: skip
    bill.add("vol-4", "monthly", cost="31", days=31, first_days_ago=30)
    charges = bill.charges()
    daily = charges.select([name for name in charges.column_names if name in DAILY_COLUMNS]).append_column(
        "charge_date", charges["charge_period_start"].cast(pa.date32())
    )
    desk.warehouse.replace_tables("marts", {"fct_charges": charges, "fct_cost_daily": daily})
    row = finding("a", "5") | {"source_name": "aws", "account_id": "account-1", "resource_id": "volume/vol-1",
                               "status": "lapsed", "last_seen": LAST_DAY}  # fmt: skip
    closings = [Closing(row), Closing(row | {"resource_id": "vol-4"}), Closing(row | {"resource_id": ""})]
    closings.append(Closing(row | {"resource_id": "vol-1"}))
    bills = read_bills(desk.reopen(), closings, {"aws": LAST_DAY - dt.timedelta(days=2)}, {})
    assert list(bills.known) == [("aws", "account-1")]
    assert (len(bills.known["aws", "account-1"]), max(bills.known["aws", "account-1"])) == (60, dt.date(2026, 10, 29))
    assert bills.find_lines("aws", "account-1", "volume/vol-1") == []
    lines = bills.find_lines("aws", "account-1", "vol-1")
    assert {(line["usage_type"], line["is_month_priced"], line["period_days"], line["cost"]) for line in lines} == {
        ("gp2", False, 1, D("0.333333333333")), ("gp3", True, 1, D("0.25"))
    }  # fmt: skip
    assert len(lines) == 62 and {line["resource_id"] for line in lines} == {"arn:aws:volume/vol-1"}
    assert [line["period_days"] for line in bills.find_lines("aws", "account-1", "vol-4")] == [31]
    day = LAST_DAY - dt.timedelta(days=40)
    scope = ("aws", "account-1", "region-1", "EC2", "USD")
    assert bills.scopes[scope][day] == Fraction(D("1.333333333333"))
    assert bills.meters["aws", "account-1", "region-1", "gp2", "USD"][day] == Fraction(D("1.333333333333"))
    assert {key[3]: [one.resource_id for one in found] for key, found in bills.newcomers.items()} == {
        "gp2": ["vol-9"], "monthly": ["vol-4"], "gp3": ["arn:aws:volume/vol-1"]
    }  # fmt: skip
    assert bills.newcomers["aws", "account-1", "region-1", "gp2", "USD"][0].first_day == LAST_DAY - dt.timedelta(20)
    assert bills.unused["aws", "plan-1"][day] == Fraction(D("0.1"))
    assert read_bills(desk.reopen(), closings, {}, {"aws": LAST_DAY}).lines == {}


def test_usage_by_the_hour_is_the_same(desk: Desk) -> None:
    """On demand, covered by a plan, its fee, what no plan covers, and what is billed by the month."""
    bill = Bill().add("nat-1", "EU-NatGateway-Hours", cost="1", first_days_ago=1)
    covered: dict[str, Any] = {"pricing_category": "Committed", "commitment_discount_id": "plan-1"}
    for usage_type, columns in (
        ("EU-BoxUsage:m5.xlarge", {}),
        ("EU-InstanceUsage:db.r7g.2xl", {"x_service_code": "AmazonRDS"}),
        ("EU-BoxUsage:m5.large", covered),
    ):
        row = bill._row("i-1", usage_type, LAST_DAY, 1, D("0.1"), D(1), "Hours")
        hour = {"charge_period_start": dt.datetime.combine(LAST_DAY, dt.time(23))}
        bill.rows.append(row | {"x_service_code": "AmazonEC2"} | hour | columns)
    fee: dict[str, Any] = {"charge_category": "Purchase", "commitment_discount_id": "plan-1"}
    bill.add(None, "ComputeSP:1yrNoUpfront", cost="1", first_days_ago=0, **fee)
    bill.add("i-3", "EU-BoxUsage:m5.large", cost="9", days=30, first_days_ago=30, x_service_code="AmazonEC2")
    charges = bill.charges()
    desk.warehouse.replace_tables("marts", {"fct_charges": charges})
    with open_evidence(desk.reopen(), {"aws": LAST_DAY}, ()) as evidence:
        hours = evidence.execute(
            "select pool, family_group, family, pricing_category, plan_type, cast(started_at as timestamp), "
            "period_hours, cast(cost as decimal(38, 12)), cast(units as decimal(38, 12)) from usage_hourly "
            "order by pool, pricing_category"
        ).fetchall()
    at = dt.datetime.combine(LAST_DAY, dt.time(23))
    assert hours == [
        ("compute", "ec2", "m5", "Committed", "ComputeSP:1yrNoUpfront", at, 1, D("0.1"), D(4)),
        ("compute", "ec2", "m5", "Standard", None, at, 1, D("0.1"), D(8)),
        ("database", "instances", "db.r7g", "Standard", None, at, 1, D("0.1"), D(16)),
    ]
