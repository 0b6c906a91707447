"""The Redshift backend on its stand-in: what is copied, taken back, granted and refused."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector

from ingestion.columns.projection import LANDED_TYPES
from ingestion.formats import FORMATS
from ingestion.landing.lake import snapshot_directory
from ingestion.landing.s3_lake import S3Lake
from ingestion.snapshots import ControlTotal, Snapshot, SnapshotKey
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer
from warehouse import WarehouseError, fetch_records
from warehouse.redshift import RedshiftWarehouse
from warehouse.redshift_session import connection_arguments
from warehouse.storage_settings import WarehouseSettings
from warehouse.written_tables import read_declaration, write_table

pytestmark = pytest.mark.requires_system("postgresql")

D = Decimal
FOCUS = next(f for f in FORMATS if f.table == "focus")
JANUARY, FEBRUARY = dt.date(2025, 1, 1), dt.date(2025, 2, 1)
PROMOTED = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
ARROW = {"VARCHAR": pa.string(), "DECIMAL(38,12)": pa.decimal128(38, 12), "TIMESTAMP": pa.timestamp("us"),
         "DATE": pa.date32()}  # fmt: skip


@dataclasses.dataclass
class Desk:
    """A lake on S3, a warehouse on the stand-in, and a way around both."""

    lake: S3Lake
    warehouse: RedshiftWarehouse
    settings: WarehouseSettings
    peer: RedshiftPeer
    root: Path

    def land(
        self, period: dt.date, delivery: str, *costs: str, content: str = "files", row_count: int | None = None
    ) -> Snapshot:
        """A snapshot with one row per cost, as ingestion lands it."""
        columns = {c.name: pa.nulls(len(costs), ARROW[LANDED_TYPES[c.kind]]) for c in FOCUS.columns}
        columns[FOCUS.cost_column] = pa.array([D(c) for c in costs], pa.decimal128(38, 12))
        columns["source_file"] = pa.array(['file "1", v2.csv'] * len(costs))
        columns["rounding_remainder"] = pa.array([D(0)] * len(costs), pa.decimal128(38, 30))
        columns["cast_failures"] = pa.array([0] * len(costs), pa.int16())
        staged = self.root / f"staged-{period}-{delivery}-{content}"
        staged.mkdir()
        pq.write_table(pa.table(columns), staged / "part-00000.parquet")
        key = SnapshotKey("o'neill", period, "cost")
        paths = self.lake.publish(staged, snapshot_directory("focus", key, delivery, content))
        total = ControlTotal("USD", "billed_cost", sum(map(D, costs), D(0)), D("1E-30"), len(costs))
        count = len(costs) if row_count is None else row_count
        return Snapshot(key, delivery, "focus", "focus", tuple(paths), count, (total,), ("file.csv",))

    def publish(self, *snapshots: Snapshot) -> list[str]:
        """Publish, and the statements that it took."""
        self.peer.statements.clear()
        self.warehouse.publish_snapshots(self.lake, [(s, PROMOTED) for s in snapshots])
        return [s.lower() for s in self.peer.statements]

    def costs(self) -> list[tuple[Any, ...]]:
        query = (
            f"select source_name, billing_period, delivery_id, source_file, {FOCUS.cost_column} from raw.focus "
            f"order by billing_period, {FOCUS.cost_column}"
        )
        with self.warehouse.connect(read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[MotoServer, RedshiftPeer]]:
    with MotoServer() as moto, RedshiftPeer(moto.client("s3")) as peer:
        peer.postgres.run_sql("create role bi", peer.database)
        yield moto, peer


@pytest.fixture
def desk(servers: tuple[MotoServer, RedshiftPeer], tmp_path: Path) -> Desk:
    """An empty database and an empty bucket."""
    moto, peer = servers
    name = f"t{abs(hash(tmp_path)):x}"[:20]
    peer.create_database(name)
    client = moto.client("s3")
    client.create_bucket(Bucket=f"lake-{name}", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings = WarehouseSettings(
        backend="redshift", host="127.0.0.1", port=peer.port, database=name, user=peer.user, password_env="SECRET",
        sslmode="disable", iam_role="arn:aws:iam::123456789012:role/copy", readers=["role bi"], query_group="finops",
    )  # fmt: skip
    lake = S3Lake(f"s3://lake-{name}/prod", tmp_path / "work", client)
    return Desk(lake, RedshiftWarehouse(settings, lake, {"SECRET": peer.password}), settings, peer, tmp_path)


def count_copies(statements: list[str], target: str = "landed") -> int:
    return sum(s.startswith(f"copy {target} ") for s in statements)


def test_only_what_changed_is_copied(desk: Desk) -> None:
    january, february = desk.land(JANUARY, "d1", "0.000000000001", "-2.5"), desk.land(FEBRUARY, "d1", "3")
    assert count_copies(desk.publish(january, february)) == 2
    file = 'file "1", v2.csv'
    kept = ("o'neill", FEBRUARY, "d1", file, D(3))
    assert desk.costs() == [
        ("o'neill", JANUARY, "d1", file, D("-2.5")), ("o'neill", JANUARY, "d1", file, D("0.000000000001")), kept
    ]  # fmt: skip
    again = desk.publish(january, february)
    assert count_copies(again) == 0 and not any(s.startswith("delete from raw.focus") for s in again)
    restated = desk.land(JANUARY, "d2", "7")
    assert count_copies(desk.publish(restated, february)) == 1
    assert desk.costs() == [("o'neill", JANUARY, "d2", file, D(7)), kept]
    # the source was taken out of the configuration
    desk.publish(february)
    assert desk.costs() == [kept]
    with desk.warehouse.connect(read_only=True) as connection:
        totals = fetch_records(connection.execute("select * from raw.control_totals"))
        current = fetch_records(connection.execute("select * from raw.current_snapshots"))
    assert [(t["file_total"], t["rounding_remainder"], t["row_count"]) for t in totals] == [(D(3), D("1E-30"), 1)]
    assert [(c["delivery_id"], c["promoted_at"]) for c in current] == [("d1", dt.datetime(2025, 3, 1, 12))]


def test_the_same_delivery_landed_anew_is_copied_anew(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    assert count_copies(desk.publish(desk.land(JANUARY, "d1", "2", content="other-files"))) == 1
    assert [row[-1] for row in desk.costs()] == [D(2)]


@pytest.mark.parametrize(
    "moment", ["select count(*) from landed", "copy raw.current_snapshots", "alter default privileges"]
)
def test_a_failure_takes_back_everything(desk: Desk, moment: str) -> None:
    first = desk.land(JANUARY, "d1", "1")
    desk.publish(first)
    second = desk.land(JANUARY, "d2", "2")
    desk.peer.refuse(moment)
    with pytest.raises(WarehouseError, match="injected"):
        desk.publish(second)
    assert [row[2:] for row in desk.costs()] == [("d1", 'file "1", v2.csv', D(1))]
    assert desk.warehouse.used_snapshots() == {(first.key, "d1")}
    desk.publish(second)
    assert [row[2] for row in desk.costs()] == ["d2"]


def test_a_snapshot_whose_rows_do_not_add_up_is_not_published(desk: Desk) -> None:
    with pytest.raises(WarehouseError, match="1 rows of o'neill/2025-01/cost/d1 were copied where the lake holds 2"):
        desk.publish(desk.land(JANUARY, "d1", "1", row_count=2))
    assert not desk.warehouse.is_there


def test_a_file_that_is_gone_stops_the_copy(desk: Desk) -> None:
    snapshot = desk.land(JANUARY, "d1", "1")
    desk.lake._client.delete_object(Bucket=desk.lake.bucket, Key=f"prod/{snapshot.paths[0]}")
    with pytest.raises(Exception, match=r"Not ?Found|NoSuchKey|404"):
        desk.publish(snapshot)
    assert not desk.warehouse.is_there


def test_a_format_with_other_columns_is_copied_anew(desk: Desk) -> None:
    snapshot = desk.land(JANUARY, "d1", "1")
    desk.publish(snapshot)
    # as an earlier version of the format left it
    with desk.warehouse.connect() as connection:
        connection.execute("update raw.copied_snapshots set layout = 'earlier'")
        connection.execute("alter table raw.focus drop column source_file")
    assert count_copies(desk.publish(snapshot)) == 1
    assert [row[3:] for row in desk.costs()] == [('file "1", v2.csv', D(1))]


def test_results_come_back_as_they_were_written(desk: Desk) -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2025-01-01", "2025-01-02"]), "amount": [1.5, 0.1], "count": [1, 2],
            "name": ["a, \"b\"", None], "is_open": [True, False], "nothing": [None, None],
        }
    )  # fmt: skip
    assert desk.warehouse.replace_table("ml", "results", frame) == 2
    with desk.warehouse.connect(read_only=True) as connection:
        read = connection.execute("select * from ml.results order by day").df()
    assert read["day"].tolist() == frame["day"].tolist() and read["amount"].tolist() == [1.5, 0.1]
    assert read["name"].tolist()[0] == 'a, "b"' and read["is_open"].tolist() == [True, False]
    money = pa.table({"saving": pa.array([D("12345678901234567890123456.000000000001")], pa.decimal128(38, 12))})
    assert desk.warehouse.replace_table("ml", "results", money) == 1
    assert desk.warehouse.query("select saving from ml.results") == (
        ["saving"], [(D("12345678901234567890123456.000000000001"),)],
    )  # fmt: skip
    assert desk.warehouse.replace_table("ml", "results", money.slice(0, 0)) == 0


def test_every_written_table_has_its_columns_without_rows_and_may_be_read(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    for (schema, name), table in read_declaration().items():
        assert write_table(desk.warehouse, schema, name, pd.DataFrame()) == 0
        with desk.warehouse.connect(read_only=True) as connection:
            cursor = connection.execute(f"select * from {schema}.{name}")
            assert [column[0] for column in cursor.description or []] == table.columns.names
        if schema != "business":
            desk.peer.postgres.run_sql(f"set role bi; select * from {schema}.{name}", desk.settings.database)
    kinds = desk.warehouse.query(
        "select column_name, data_type from information_schema.columns where table_name = 'anomaly_causes' order by 1"
    )[1]
    assert dict(kinds) == {
        "anomaly_id": "character varying", "contribution": "numeric", "dimension": "character varying",
        "member": "character varying", "rank": "bigint", "share": "double precision",
    }  # fmt: skip


def test_a_query_cannot_write(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    with pytest.raises(WarehouseError, match="read-only"):
        desk.warehouse.query("delete from raw.focus")
    with pytest.raises(WarehouseError, match=r"multiple commands|syntax"):
        desk.warehouse.query("commit; delete from raw.focus")
    with pytest.raises(WarehouseError, match="empty"):
        desk.warehouse.query(" ; ")
    assert len(desk.costs()) == 1


def test_a_table_that_is_made_later_is_readable_at_once(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    with desk.warehouse.connect() as connection:
        connection.execute("create table marts.later (x integer)")
    desk.peer.postgres.run_sql("set role bi; select * from marts.later", desk.settings.database)
    with pytest.raises(RuntimeError, match="permission denied"):
        desk.peer.postgres.run_sql("set role bi; select * from raw.focus", desk.settings.database)


def test_readers_may_read_the_charges_through_the_mart_alone(desk: Desk) -> None:
    with desk.warehouse.connect() as connection:
        for schema in ("intermediate", "marts"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute("create table intermediate.int_focus__unioned as select 1 as billed_cost")
        connection.execute("create view marts.fct_charges as select * from intermediate.int_focus__unioned")
    desk.warehouse.grant_readers()
    name = desk.settings.database
    assert desk.peer.postgres.run_sql("set role bi; select * from marts.fct_charges", name).split()[-1] == "1"
    with pytest.raises(RuntimeError, match="permission denied"):
        desk.peer.postgres.run_sql("set role bi; select * from intermediate.int_focus__unioned", name)


def test_every_session_is_in_the_query_group(desk: Desk) -> None:
    desk.publish(desk.land(JANUARY, "d1", "1"))
    assert desk.peer.statements[0] == "set query_group to 'finops'"


def test_what_is_missing_is_said_without_the_secret(desk: Desk) -> None:
    with pytest.raises(WarehouseError, match="variable SECRET holds no password"):
        RedshiftWarehouse(desk.settings, desk.lake, {}).has_table("raw", "focus")
    wrong = RedshiftWarehouse(desk.settings, desk.lake, {"SECRET": "wrong-guess"})
    with pytest.raises(WarehouseError, match="cannot be opened") as caught:
        wrong.has_table("raw", "focus")
    assert "wrong-guess" not in str(caught.value)


def test_iam_asks_for_a_temporary_credential_and_needs_no_password() -> None:
    settings = WarehouseSettings(
        backend="redshift", host="h", authentication="iam", cluster_identifier="finops", region="eu-central-1",
        iam_role="arn:aws:iam::123456789012:role/copy",
    )  # fmt: skip
    arguments = connection_arguments(settings, {})
    assert arguments["iam"] and arguments["cluster_identifier"] == "finops" and arguments["sslmode"] == "verify-full"
    assert "password" not in arguments


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select count(*) filter (where true)", "FILTER"),
        ("select distinct on (x) x from (select 1 as x) as t", "DISTINCT ON"),
        ("select 1 where 1 is distinct from 2", "IS DISTINCT FROM"),
        ("select concat('a', 'b', 'c')", "CONCAT"),
        ("select cast('{}' as varchar(9))::json", "JSON"),
    ],
)
def test_the_stand_in_refuses_what_redshift_lacks(desk: Desk, sql: str, reason: str) -> None:
    with pytest.raises(WarehouseError, match=f"Redshift has no {reason}"):
        desk.warehouse.query(sql)


def test_the_stand_in_speaks_as_redshift_does(desk: Desk) -> None:
    _, rows = desk.warehouse.query(
        "select dateadd(month, 1, date '2025-01-31'), datediff(day, date '2025-01-01', date '2025-03-01'), "
        "listagg(x || ', (', ' ') within group (order by x desc), length(cast(repeat('x', 300) as varchar)), "
        "cast(1.5 as numeric), json_extract_path_text('{\"a\": \"b\"}', 'c', true) "
        "from (select 'a' as x union all select 'b') as t"
    )
    assert rows == [(dt.datetime(2025, 2, 28), 59, "b, ( a, (", 256, D(2), "")]
    with redshift_connector.connect(
        host="127.0.0.1", port=desk.peer.port, database=desk.settings.database, user=desk.peer.user,
        password=desk.peer.password, ssl=False,
    ) as connection, pytest.raises(redshift_connector.error.Error, match="IAM_ROLE"):  # fmt: skip
        connection.cursor().execute("copy x from 's3://b/k' format as parquet")
