"""What savings checks ask the warehouse for: the same rows from Redshift's stand-in as from a DuckDB file."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.landing.s3_lake import S3Lake
from savings.evidence import open_evidence, read_last_days
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer
from tests.savings_bill import COLUMNS, LAST_DAY, Bill
from warehouse.contracts import Warehouse
from warehouse.redshift import RedshiftWarehouse
from warehouse.storage_settings import WarehouseSettings

pytestmark = pytest.mark.requires_system("postgresql")

TYPES = {"string": "varchar(1000)", "decimal128(38, 12)": "numeric(38, 12)", "timestamp[us]": "timestamp"}


@pytest.fixture
def redshift(tmp_path: Path) -> Iterator[RedshiftWarehouse]:
    """The stand-in with the marts of `make_bill`."""
    with MotoServer() as moto, RedshiftPeer(moto.client("s3")) as peer:
        peer.postgres.run_sql(write_sql(make_bill()), peer.database)
        settings = WarehouseSettings(
            backend="redshift", host="127.0.0.1", port=peer.port, database=peer.database, user=peer.user,
            password_env="SECRET", sslmode="disable", iam_role="arn:aws:iam::123456789012:role/copy",
        )  # fmt: skip
        lake = S3Lake("s3://lake/prod", tmp_path / "work", moto.client("s3"))
        yield RedshiftWarehouse(settings, lake, {"SECRET": peer.password})


def make_bill() -> Bill:
    """Hours on demand, an hour that a plan covers, its fee, a day of a meter that no plan covers, and a month."""
    bill = Bill().add("i-2", "EU-NatGateway-Hours", cost="1", first_days_ago=1)
    for usage_type, columns in (
        ("EU-BoxUsage:m5.xlarge", {}),
        ("EU-InstanceUsage:db.r7g.2xl", {"x_service_code": "AmazonRDS"}),
        ("EU-BoxUsage:m5.large", {"pricing_category": "Committed", "commitment_discount_id": "plan-1"}),
    ):
        at = dt.datetime.combine(LAST_DAY, dt.time(23))
        row = bill._row("i-1", usage_type, LAST_DAY, 1, Decimal("0.1"), Decimal(1), "Hours")
        times = {"charge_period_start": at, "charge_period_end": at + dt.timedelta(hours=1)}
        bill.rows.append(row | {"x_service_code": "AmazonEC2"} | times | columns)
    fee: dict[str, Any] = {"charge_category": "Purchase", "commitment_discount_id": "plan-1"}
    bill.add(None, "ComputeSP:1yrNoUpfront", cost="1", first_days_ago=0, **fee)
    bill.add("i-3", "EU-BoxUsage:m5.large", cost="9", days=30, first_days_ago=30, x_service_code="AmazonEC2")
    return bill


def write_sql(bill: Bill) -> str:
    bill.mark_last_day()
    columns = ", ".join(f"{name} {TYPES.get(str(kind), 'date')}" for name, kind in COLUMNS.items())
    rows = pa.Table.from_pylist(bill.rows, pa.schema(list(COLUMNS.items()))).to_pylist()
    values = ", ".join(
        "(" + ", ".join("null" if value is None else f"'{value}'" for value in row.values()) + ")" for row in rows
    )
    return (
        f"create schema marts; create table marts.fct_charges ({columns}); "
        f"insert into marts.fct_charges values {values}; "
        "create table marts.fct_cost_daily as select source_name, charge_category, "
        "cast(charge_period_start as date) as charge_date from marts.fct_charges"
    )


def read_hours(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    with open_evidence(warehouse, read_last_days(warehouse, "1 = 1"), ()) as evidence:
        query = (
            "select pool, family_group, family, pricing_category, plan_type, cast(started_at as timestamp), "
            "period_hours, cast(cost as decimal(38, 12)), cast(units as decimal(38, 12)) from usage_hourly "
            "order by pool, pricing_category"
        )
        return evidence.execute(query).fetchall()


def test_usage_by_the_hour_is_the_same(redshift: RedshiftWarehouse, tmp_path: Path) -> None:
    hours = read_hours(redshift)
    at, cost = dt.datetime.combine(LAST_DAY, dt.time(23)), Decimal("0.100000000000")
    assert hours == [
        ("compute", "ec2", "m5", "Committed", "ComputeSP:1yrNoUpfront", at, 1, cost, Decimal(4)),
        ("compute", "ec2", "m5", "Standard", None, at, 1, cost, Decimal(8)),
        ("database", "instances", "db.r7g", "Standard", None, at, 1, cost, Decimal(16)),
    ]
    assert hours == read_hours(make_bill().write(tmp_path / "bill.duckdb"))
