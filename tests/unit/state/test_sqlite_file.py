"""What the embedded state store promises about its file."""

import multiprocessing
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from state import SqliteStateStore, StateStoreError


def _create_and_insert(path: Path, barrier: Any, key: str) -> None:
    barrier.wait(30)
    assert SqliteStateStore(path).insert("thing", key, {})


def test_processes_may_create_the_file_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for attempt in range(5):
        path = tmp_path / str(attempt) / "state.sqlite"
        barrier = context.Barrier(4)
        processes = [context.Process(target=_create_and_insert, args=(path, barrier, str(n))) for n in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 4
        assert len(SqliteStateStore(path).list("thing")) == 4


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = SqliteStateStore(tmp_path / "state.sqlite", busy_timeout_seconds=0)
    store.insert("thing", "a", {"n": 1})
    writer = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    writer.execute("begin immediate")
    record = store.get("thing", "a")
    assert record is not None and record.body == {"n": 1}
    writer.execute("rollback")
    writer.close()


def test_another_store_on_the_file_sees_what_was_written(tmp_path: Path) -> None:
    one, other = (SqliteStateStore(tmp_path / "state.sqlite") for _ in range(2))
    one.insert("thing", "a", {"n": 1})
    other.update("thing", "a", {"n": 2}, expected_version=1)
    record = one.get("thing", "a")
    assert record is not None and (record.version, record.body) == (2, {"n": 2})


def test_another_process_does_not_take_the_log_away_from_open_stores(tmp_path: Path) -> None:
    """A lock of the first store that the second one released would let the other process end the shared log."""
    path = tmp_path / "state.sqlite"
    first = SqliteStateStore(path)
    assert first.insert("k", "a", {})
    SqliteStateStore(path)
    code = f"from state import SqliteStateStore; assert SqliteStateStore({str(path)!r}).insert('k', 'b', {{}})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert first.insert("k", "c", {})
    assert [r.key for r in SqliteStateStore(path).list("k")] == ["a", "b", "c"]


def test_a_file_that_somebody_holds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = SqliteStateStore(path, busy_timeout_seconds=0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(StateStoreError, match=r"state\.sqlite: another process holds it: try again") as error:
        store.insert("thing", "a", {})
    assert "(database is locked)" in str(error.value)
    holder.close()
    assert store.insert("thing", "a", {})


def test_a_record_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = SqliteStateStore(path)
    store.insert("thing", "a", {})
    with sqlite3.connect(path) as connection:
        connection.execute("update records set body = '{'")
    for read in (lambda: store.get("thing", "a"), lambda: store.list("thing")):
        with pytest.raises(StateStoreError, match=r"state\.sqlite: a record of kind thing cannot be read"):
            read()


def test_damage_that_shows_later_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = SqliteStateStore(path)
    for number in range(20):
        store.insert("thing", str(number), {"text": "x" * 5000})
    with sqlite3.connect(path) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(range(256)) * 64)
    with pytest.raises(StateStoreError, match=r"state\.sqlite: it is damaged: put a backup of it back"):
        SqliteStateStore(path).list("thing")
