"""The shared warehouse: who writes, what is published and kept, what is refused, and what its faults say."""

import datetime as dt
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from core.errors import LocationError
from dashboards.publish import list_publications
from dashboards.shared_publications import publish_snapshot
from tests.peers.lake_catalog import BUCKET, CatalogPeer
from tests.peers.moto_server import MotoServer
from warehouse import WAREHOUSE_FILE, WarehouseError
from warehouse.ducklake import extensions
from warehouse.ducklake.engine import DuckLakeWarehouse
from warehouse.ducklake.pins import Pin, choose_kept
from warehouse.files.period_files import list_files
from warehouse.storage_settings import WarehouseSettings

pytestmark = pytest.mark.requires_system("postgresql")

NOW = dt.timedelta(0)


@pytest.fixture(scope="module")
def peer() -> Iterator[CatalogPeer]:
    with MotoServer() as moto, CatalogPeer(moto) as catalogs, pytest.MonkeyPatch.context() as patch:
        for name, value in catalogs.environment().items():
            patch.setenv(name, value)
        yield catalogs


@pytest.fixture
def shared(peer: CatalogPeer) -> DuckLakeWarehouse:
    """An empty warehouse."""
    return DuckLakeWarehouse(peer.create_catalog())


def reopen(warehouse: DuckLakeWarehouse) -> DuckLakeWarehouse:
    """The same as another machine has it."""
    return DuckLakeWarehouse(warehouse.access.settings)


def list_objects(peer: CatalogPeer, warehouse: DuckLakeWarehouse) -> set[str]:
    prefix = warehouse.access.data_path.removeprefix(f"s3://{BUCKET}/")
    found = peer.moto.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return {entry["Key"] for entry in found.get("Contents", [])}


def fill(warehouse: DuckLakeWarehouse, cost: int, rows: int = 100) -> None:
    """Charges by source and month, as the FOCUS rows are kept, and a mart over them."""
    with warehouse.connect() as connection:
        connection.begin()
        for schema in ("intermediate", "marts", "raw"):
            connection.execute(f"create schema if not exists {schema}")
        if "intermediate.charges" not in [f"{s}.{t}" for s, t in _tables(connection)]:
            connection.execute(
                "create table intermediate.charges (source_name varchar, billing_period date, cost decimal(38, 12))"
            )
            connection.execute("alter table intermediate.charges set partitioned by (source_name, billing_period)")
            connection.execute("insert into intermediate.charges select 'old', date '2024-12-01', 1 from range(50)")
        connection.execute("delete from intermediate.charges where source_name = 'o''neill'")
        connection.execute(
            f"insert into intermediate.charges select 'o''neill', date '2025-01-01', {cost} from range({rows})"
        )
        connection.execute(
            "create or replace view marts.costs as select sum(cost) as cost from warehouse.intermediate.charges"
        )
        connection.execute("create or replace view raw.private as select 1 as secret")
        connection.execute("create or replace table marts.small as select 'x' as name, 1.5::decimal(38, 12) as cost")
        connection.commit()


def _tables(connection: Any) -> list[tuple[str, str]]:
    found = "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
    rows: list[tuple[str, str]] = connection.execute(found).fetchall()
    return rows


def hold_and_tell(settings: WarehouseSettings, told: Any) -> None:
    """A machine that holds the lease until it is killed."""
    with DuckLakeWarehouse(settings).claim():
        told.set()
        threading.Event().wait()


def test_one_machine_writes_at_a_time_and_a_killed_one_lets_go(shared: DuckLakeWarehouse) -> None:
    context = multiprocessing.get_context("spawn")
    told = context.Event()
    process = context.Process(target=hold_and_tell, args=(shared.access.settings, told))
    process.start()
    assert told.wait(120)
    with (
        pytest.raises(WarehouseError, match=rf"cloudcost on .*, process {process.pid} is writing to the warehouse"),
        shared._lease.hold(wait_seconds=0.5),
    ):
        pass
    assert reopen(shared).list_pins() == []  # who reads waits for nobody
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert shared.replace_table("ml", "costs", pd.DataFrame({"day": [1]})) == 1


def test_machines_that_begin_at_once_make_one_catalog(shared: DuckLakeWarehouse) -> None:
    machines = [reopen(shared) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda machine: machine.is_there, machines)) == [False] * 4
    assert [machine.replace_table("ml", "costs", pd.DataFrame({"day": [1]})) for machine in machines] == [1] * 4


def test_a_publication_stays_as_it_was_for_who_reads_it(
    shared: DuckLakeWarehouse, peer: CatalogPeer, tmp_path: Path
) -> None:
    serving = tmp_path / "serving"
    fill(shared, 1)
    first = publish_snapshot(shared, serving)
    with duckdb.connect(str(first.folder / WAREHOUSE_FILE), read_only=True) as reader:
        assert reader.execute("select cost from marts.costs").fetchall() == [(150,)]
        fill(shared, 2)
        second = publish_snapshot(shared, serving, keep_days=1)
        assert reader.execute("select cost from marts.costs").fetchall() == [(150,)]
        names = reader.execute("select table_schema, table_name from information_schema.tables order by all").fetchall()
        assert names == [
            ("intermediate", "charges"), ("intermediate", "period_files"), ("marts", "costs"), ("marts", "small")
        ]  # fmt: skip
        old = {file.path.name: file.path.stat().st_ino for file in list_files(reader) if file.source_name == "old"}
    with duckdb.connect(str(second.folder / WAREHOUSE_FILE), read_only=True) as reader:
        assert reader.execute("select cost from marts.costs").fetchall() == [(250,)]
        files = list_files(reader)
        assert {file.source_name for file in files} == {"old", "o'neill"} and all(file.is_whole for file in files)
        # what did not change was fetched once
        assert old == {f.path.name: f.path.stat().st_ino for f in files if f.source_name == "old"}
    assert [folder for _, folder in list_publications(serving)] == [first.folder, second.folder]
    for pin, cost in zip(shared.list_pins(), (150, 250), strict=True):
        assert reopen(shared).query_at("select cost from marts.costs", pin.snapshot)[1] == [(cost,)]


def test_what_goes_is_neither_current_nor_published(
    shared: DuckLakeWarehouse, peer: CatalogPeer, tmp_path: Path
) -> None:
    fill(shared, 1)
    publish_snapshot(shared, tmp_path / "one")
    for cost in (2, 3, 4):
        fill(shared, cost)
    (pin,) = shared.list_pins()
    prefix = shared.access.data_path.removeprefix(f"s3://{BUCKET}/")
    peer.moto.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}marts/small/ducklake-killed.parquet", Body=b"PAR1")
    before = list_objects(peer, shared)
    assert shared.expire(0) == (0, 0)  # somebody may have begun to read a moment ago
    assert list_objects(peer, shared) >= before
    assert shared.expire(0, grace=NOW).snapshots > 2
    # a file outlasts its snapshots by the grace once more
    assert shared.expire(0, grace=NOW).files == 2
    after = list_objects(peer, shared)
    assert len(after) < len(before) and not any("killed" in key for key in after)
    other = reopen(shared)
    assert other.query("select cost from marts.costs")[1] == [(450,)]
    assert other.query_at("select cost from marts.costs", pin.snapshot)[1] == [(150,)]
    assert shared.expire(0, grace=NOW).snapshots <= 4 and other.query("select cost from marts.costs")[1] == [(450,)]


def test_the_last_publication_of_each_day_is_kept_and_the_newest() -> None:
    day = dt.datetime(2025, 3, 1, 8, tzinfo=dt.UTC)
    pins = [Pin(day + dt.timedelta(hours=6 * n), n) for n in range(12)]
    kept = choose_kept(pins, day + dt.timedelta(days=1))
    assert [pin.snapshot for pin in kept] == [6, 10, 11]
    assert choose_kept(pins, day + dt.timedelta(days=90)) == pins[-2:]


@pytest.mark.parametrize(
    "name", ["__ducklake_metadata_warehouse", "__DuckLake_metadata_WAREHOUSE.public", '"__ducklake_metadata_warehouse"']
)
def test_a_query_reads_nothing_of_the_catalog_itself(shared: DuckLakeWarehouse, name: str) -> None:
    fill(shared, 1)
    with pytest.raises(WarehouseError, match="no part of the warehouse"):
        shared.query(f"select * from {name}.ducklake_table")
    with pytest.raises(WarehouseError, match="postgres_query"):
        shared.query("select * from postgres_query('warehouse', 'select 1')")
    with pytest.raises(WarehouseError, match=r"may read more|cannot|disabled"):
        shared.query("select * from '/etc/passwd.csv'")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"host": "127.0.0.1", "port": 1}, "PostgreSQL cannot be reached: nothing answers there"),
        ({"host": "nowhere.invalid"}, "there is no host of that name"),
        ({"database": "absent"}, 'PostgreSQL says: database "absent" does not exist'),
        ({"user": "stranger"}, "PostgreSQL refuses the password of the user stranger"),
        ({"data_path": "s3://no-such-bucket/data"}, "the bucket of s3://no-such-bucket/data/ does not exist"),
    ],
)
def test_a_fault_is_one_sentence_without_the_password(peer: CatalogPeer, other: dict[str, Any], sentence: str) -> None:
    broken = DuckLakeWarehouse(peer.create_catalog(**other))
    costs = pd.DataFrame({"day": range(99)})
    attempts: list[Callable[[], object]] = [lambda: broken.is_there, lambda: broken.replace_table("ml", "costs", costs)]
    # to look for a table needs no bucket
    for attempt in attempts["data_path" in other :]:
        with pytest.raises(WarehouseError) as caught:
            attempt()
        assert sentence in str(caught.value) and "\n" not in str(caught.value)
        assert peer.password not in repr(caught.value)


def test_a_wrong_or_missing_password_and_a_missing_extension_are_said(
    peer: CatalogPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = peer.create_catalog()
    with pytest.raises(WarehouseError, match="refuses the password of the user cloudcost") as caught:
        DuckLakeWarehouse(settings, environ={"CATALOG_PASSWORD": "wrong-guess"}).has_table("ml", "costs")
    assert "wrong-guess" not in repr(caught.value)
    with pytest.raises(WarehouseError, match="the environment variable CATALOG_PASSWORD holds no password"):
        DuckLakeWarehouse(settings, environ={}).has_table("ml", "costs")
    monkeypatch.setattr(extensions, "find_extension", lambda name: None)
    with pytest.raises(
        WarehouseError, match="cannot load its extension httpfs from the package duckdb-extension-httpfs"
    ):
        DuckLakeWarehouse(settings).has_table("ml", "costs")


def test_a_file_that_is_gone_is_named(shared: DuckLakeWarehouse, peer: CatalogPeer, tmp_path: Path) -> None:
    fill(shared, 1)
    for key in list_objects(peer, shared):
        peer.moto.client("s3").delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(WarehouseError, match=r"\S+parquet does not exist"):
        reopen(shared).query("select cost from marts.costs")
    with pytest.raises((WarehouseError, LocationError), match=r"s3://\S+parquet.* does not exist"):
        publish_snapshot(reopen(shared), tmp_path / "serving")
    assert list_publications(tmp_path / "serving") == [] and shared.list_pins() == []
