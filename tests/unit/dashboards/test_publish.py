"""Publishing: readers see one publication or the next, whole; what may not be read is not in it."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from cloudcost.installation import Installation
from dashboards.publications import publish_where_needed
from dashboards.publish import (
    CURRENT,
    FILES,
    LOCK,
    MARK,
    files_of,
    list_publications,
    publish_warehouse,
    published_file,
    reads_elsewhere,
)
from tests.integration.api.company import write_config
from tests.period_files import keep_in_files
from warehouse import DuckDbWarehouse
from warehouse.files.period_files import files_folder, list_files, remove_unused
from warehouse.outdated_tables import list_lacking


class Warehouse:
    """A warehouse file whose mart says in every row which build it is of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.connect() as connection:
            for schema in ("raw", "staging", "marts"):
                connection.execute(f"create schema {schema}")
            connection.execute("create table raw.lines as select 1 as line")
            connection.execute("create view staging.lines as select * from raw.lines")
        self.build(1)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.path)) as connection:
            yield connection

    def build(self, number: int) -> None:
        with self.connect() as connection:
            connection.execute(f"create or replace table marts.costs as select {number} as build from range(1000)")
            connection.execute("create or replace view marts.total as select sum(build) as total from marts.costs")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb")


def read_total(serving: Path) -> int:
    path = published_file(serving, "warehouse.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as connection:
        total: int = connection.execute("select total from marts.total").fetchall()[0][0]
        return total


def test_a_table_of_an_earlier_release_has_the_columns_of_this_one_in_the_copy(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with warehouse.connect() as connection:
        connection.execute("create schema ml")
        connection.execute("create table ml.cost_anomalies as select 'a' as anomaly_id, '111' as sub_account_id")
    publish_warehouse(warehouse.path, warehouse.connect, tmp_path / "serving")
    path = published_file(tmp_path / "serving", "warehouse.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("select anomaly_id, x_team, impact_cost from ml.cost_anomalies")
        assert [(name, str(kind)) for name, kind, *_ in found.description] == [
            ("anomaly_id", "VARCHAR"), ("x_team", "VARCHAR"), ("impact_cost", "DECIMAL(38,12)"),
        ]  # fmt: skip
        assert found.fetchall() == [("a", None, None)]
        assert list_lacking(connection) == {}
    with warehouse.connect() as connection:
        assert "x_team" in list_lacking(connection)["ml.cost_anomalies"], "what builds writes the warehouse's own"


def test_what_an_earlier_release_published_is_published_anew_once(tmp_path: Path) -> None:
    installation = Installation(write_config(tmp_path), tmp_path / "home", "dashboards")
    assert isinstance(installation.warehouse, DuckDbWarehouse)
    with installation.warehouse.connect() as connection:
        connection.execute("create schema ml")
        connection.execute("create table ml.cost_anomalies as select 'a' as anomaly_id")
    publish_where_needed(installation)
    current = published_file(installation.serving, "warehouse.duckdb").resolve()
    current.chmod(0o600)
    with duckdb.connect(str(current)) as connection:
        connection.execute("alter table ml.cost_anomalies drop column x_team")
    publish_where_needed(installation)
    anew = published_file(installation.serving, "warehouse.duckdb").resolve()
    assert anew != current
    publish_where_needed(installation)
    assert published_file(installation.serving, "warehouse.duckdb").resolve() == anew


def test_views_work_in_the_copy_and_the_lake_is_not_in_it(warehouse: Warehouse, tmp_path: Path) -> None:
    publish_warehouse(warehouse.path, warehouse.connect, tmp_path / "serving")
    assert read_total(tmp_path / "serving") == 1000
    path = published_file(tmp_path / "serving", "warehouse.duckdb").resolve()
    assert path.stat().st_mode & 0o222 == 0
    with duckdb.connect(str(path), read_only=True) as connection:
        schemas = {r[0] for r in connection.execute("select schema_name from information_schema.schemata").fetchall()}
    assert not schemas & {"raw", "staging"}
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from staging.lines").fetchall() == [(1,)]


def test_an_open_reader_keeps_its_copy_and_the_next_reader_sees_the_new_one(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    path = published_file(serving, "warehouse.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as before:
        warehouse.build(2)
        publish_warehouse(warehouse.path, warehouse.connect, serving)
        assert before.execute("select total from marts.total").fetchall() == [(1000,)]
        assert read_total(serving) == 2000


def test_readers_never_fail_while_it_is_published_again_and_again(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    is_over = threading.Event()
    seen: list[int] = []
    faults: list[Exception] = []

    def read() -> None:
        while not is_over.is_set():
            try:
                seen.append(read_total(serving))
            except Exception as error:
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2, 8):
        warehouse.build(number)
        publish_warehouse(warehouse.path, warehouse.connect, serving)
    is_over.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert {total % 1000 for total in seen} == {0}, "a reader saw two builds mixed"
    assert read_total(serving) == 7000


def test_only_the_present_and_the_one_before_are_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    folders = [publish_warehouse(warehouse.path, warehouse.connect, serving).folder for _ in range(4)]
    assert sorted(p for p in serving.iterdir() if not p.is_symlink()) == sorted(folders[2:])
    assert (serving / CURRENT).resolve() == folders[3].resolve()


def test_a_copy_that_fails_leaves_what_was_published(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    broken = tmp_path / "broken" / "warehouse.duckdb"
    broken.parent.mkdir()
    broken.write_bytes(b"this is no database")
    with pytest.raises(duckdb.Error):
        publish_warehouse(broken, warehouse.connect, serving)
    assert read_total(serving) == 1000
    assert [p for p in serving.iterdir() if p.name.startswith(".")] == []


def publish_in_the_background(warehouse: Warehouse, serving: Path) -> threading.Thread:
    thread = threading.Thread(target=publish_warehouse, args=(warehouse.path, warehouse.connect, serving))
    thread.start()
    return thread


def wait_for_copy(serving: Path) -> str:
    """The name of the copy that is not current yet."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        current = (serving / CURRENT).resolve().name
        for path in serving.iterdir():
            if path.name[0] != "." and not path.is_symlink() and path.name > current:
                return path.name
        time.sleep(0.01)
    raise AssertionError("nothing was published")


def test_a_copy_becomes_current_when_its_answers_are_made(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    warehouse.build(2)
    with (serving / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        publishing = publish_in_the_background(warehouse, serving)
        name = wait_for_copy(serving)
        time.sleep(0.2)
        assert publishing.is_alive()
        assert read_total(serving) == 1000, "until then readers see the one before"
        (serving / f"{MARK}{name}").touch()
        publishing.join(10)
    assert read_total(serving) == 2000
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    assert not list(serving.glob(f"{MARK}*")), "marks go with their copies"


def test_a_copy_does_not_wait_for_who_has_died(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    warehouse.build(2)
    with (serving / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        publishing = publish_in_the_background(warehouse, serving)
        wait_for_copy(serving)
        assert read_total(serving) == 1000
    publishing.join(10)
    assert read_total(serving) == 2000


def test_a_copy_does_not_wait_for_ever(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    warehouse.build(2)
    monkeypatch.setattr("dashboards.publish.WARM_SECONDS", 0.3)
    with (serving / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        publish_warehouse(warehouse.path, warehouse.connect, serving)
    assert read_total(serving) == 2000


def test_files_of_models_are_shared_and_outlive_what_replaces_them(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    query = "select sum(cost) from intermediate.charges"
    with warehouse.connect() as connection:
        first = keep_in_files(connection, warehouse.path, "charges", "select 1 as cost from range(10)")
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    before = published_file(serving, "warehouse.duckdb").resolve()
    with warehouse.connect() as connection:
        keep_in_files(connection, warehouse.path, "charges", "select 2 as cost from range(10)")
        assert remove_unused(connection, files_folder(warehouse.path))[0] == 1
    assert not first.exists()
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    after = published_file(serving, "warehouse.duckdb").resolve()
    for path, total in ((before, 10), (after, 20)):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert connection.execute(query).fetchall() == [(total,)]
            (file,) = list_files(connection)
        assert file.path.is_relative_to(serving)
        assert file.path.stat().st_mode & 0o777 == 0o400
    assert file.path.stat().st_nlink == 2, "the file was copied"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    kept = {p.name for p in serving.iterdir() if p.name[0] != "." and not p.is_symlink()}
    assert {p.name for p in (serving / FILES).iterdir()} == kept


def test_a_killed_publication_leaves_no_files_for_long(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    with warehouse.connect() as connection:
        keep_in_files(connection, warehouse.path, "charges", "select 1 as cost")
    killed = serving / FILES / "00000000000000000001-killed"
    unfinished = serving / ".00000000000000000001-killed"
    for folder in (killed, unfinished):
        folder.mkdir(parents=True)
        os.utime(folder, (0, 0))
    (link := serving / f".{CURRENT}-killed").symlink_to("nowhere")
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    assert not killed.exists()
    assert not unfinished.exists()
    assert not link.is_symlink()


def test_the_last_publication_of_each_day_is_kept_for_so_many_days(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    with warehouse.connect() as connection:
        keep_in_files(connection, warehouse.path, "charges", "select 1 as cost")
    now = dt.datetime.now(dt.UTC).replace(hour=12)
    moments = [now - dt.timedelta(days=days, hours=hours) for days in (9, 3, 2) for hours in (3, 0)]
    names = [f"{int(moment.timestamp()) * 1_000_000_000:020d}-{number}" for number, moment in enumerate(moments)]
    for name in names:
        (serving / name).mkdir(parents=True)
        (serving / FILES / name).mkdir(parents=True)
    done = [publish_warehouse(warehouse.path, warehouse.connect, serving, keep_days=7).folder.name for _ in range(3)]
    kept = [folder.name for _, folder in list_publications(serving)]
    assert kept == [names[3], names[5], *done[1:]]
    assert sorted(p.name for p in (serving / FILES).iterdir()) == kept
    assert [f"{at:%d %H}" for at, _ in list_publications(serving)[:2]] == [f"{moments[n]:%d %H}" for n in (3, 5)]


def test_a_folder_that_is_no_publication_is_left_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    (serving / "lost+found").mkdir(parents=True)
    done = publish_warehouse(warehouse.path, warehouse.connect, serving, keep_days=1)
    assert [folder for _, folder in list_publications(serving)] == [done.folder]
    assert (serving / "lost+found").is_dir()


def test_a_file_that_was_moved_and_linked_is_shared_all_the_same(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.connect() as connection:
        file = keep_in_files(connection, warehouse.path, "charges", "select 1 as cost")
    file.rename(tmp_path / "elsewhere.parquet")
    file.symlink_to(tmp_path / "elsewhere.parquet")
    folder = publish_warehouse(warehouse.path, warehouse.connect, tmp_path / "serving").folder
    (shared,) = files_of(folder).rglob("*.parquet")
    assert not shared.is_symlink()
    assert shared.samefile(file)


def test_what_is_no_publication_is_left_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    strangers = [serving / "lost+found", serving / "backup"]
    for stranger in strangers:
        stranger.mkdir(parents=True)
    done = [publish_warehouse(warehouse.path, warehouse.connect, serving).folder for _ in range(3)]
    assert [folder for _, folder in list_publications(serving)] == done[1:]
    assert all(stranger.is_dir() for stranger in strangers)


def test_a_copy_of_a_home_that_followed_links_is_published_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    followed = (serving / CURRENT).resolve()
    (serving / CURRENT).unlink()
    shutil.copytree(followed, serving / CURRENT)
    warehouse.build(2)
    publish_warehouse(warehouse.path, warehouse.connect, serving)
    assert read_total(serving) == 2000
    assert (serving / CURRENT).is_symlink()


def test_a_moved_home_publishes_its_own_files(warehouse: Warehouse, tmp_path: Path) -> None:
    home, moved = tmp_path / "home", tmp_path / "moved"
    home.mkdir()
    file = home / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        keep_in_files(connection, file, "charges", "select 1 as cost")
    publish_warehouse(file, lambda: duckdb.connect(str(file)), home / "serving")
    assert not reads_elsewhere(published_file(home / "serving", file.name))
    home.rename(moved)
    published = published_file(moved / "serving", file.name)
    assert reads_elsewhere(published)
    publish_warehouse(moved / file.name, lambda: duckdb.connect(str(moved / file.name)), moved / "serving")
    assert not reads_elsewhere(published)
    with duckdb.connect(str(published.resolve()), read_only=True) as connection:
        assert connection.execute("select cost from intermediate.charges").fetchall() == [(1,)]
