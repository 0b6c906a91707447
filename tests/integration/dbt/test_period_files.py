"""Models that are kept in files: what is current, what is left of a killed build, what is lost, what is moved."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from tests.integration.dbt.test_dbt_periods import JANUARY, pending_periods, redeliver_gcp
from tests.integration.dbt.warehouse import Warehouse
from warehouse import DuckDbWarehouse
from warehouse.files.period_files import PeriodFile, files_folder, list_files, take_over_moved
from warehouse.files.takeover import take_over

MODEL = "int_focus__unioned"
ROWS = f"select * from intermediate.{MODEL} order by all"


def current_files(path: Path) -> list[PeriodFile]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return list_files(connection)


def build(warehouse: Warehouse, *changed: tuple[str, str]) -> None:
    """Build the model anew: for these pairs, or all of it."""
    result = warehouse.dbt("run", "--select", MODEL, changed_periods=changed or None)
    assert result.success, result.output[-3000:]
    # as a run does: dbt keeps the file open
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def own(copied: Warehouse) -> DuckDbWarehouse:
    """The copy with files of its own, as every installation has."""
    with duckdb.connect(str(copied.path), read_only=True) as connection:
        for file in list_files(connection):
            target = files_folder(copied.path).joinpath(*file.path.parts[-4:])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.path, target)
    warehouse = DuckDbWarehouse(copied.path)
    with warehouse.connect() as connection:
        take_over_moved(connection, warehouse.files)
    assert all(file.path.is_relative_to(warehouse.files) for file in current_files(copied.path))
    return warehouse


def test_only_the_files_of_the_changed_period_are_others(copied: Warehouse) -> None:
    before = {file for file in current_files(copied.path)}
    redeliver_gcp(copied)
    build(copied, ("gcp", JANUARY))
    after = {file for file in current_files(copied.path)}
    assert {(f.source_name, f.billing_period.isoformat()) for f in before ^ after} == {("gcp", JANUARY)}
    assert all(file.is_whole for file in after)


def test_a_moved_home_reads_its_own_files(copied: Warehouse) -> None:
    rows = copied.rows(ROWS)
    warehouse = own(copied)
    assert copied.rows(ROWS) == rows
    assert warehouse.lost_files() == []


def test_what_nobody_names_is_removed_and_nothing_else(copied: Warehouse) -> None:
    warehouse = own(copied)
    left = warehouse.files / f"model_name={MODEL}" / "source_name=gcp" / "billing_period=2025-01-01" / "killed.parquet"
    left.write_bytes(b"half of it")
    (warehouse.files / "link.parquet").symlink_to(warehouse.files / "nowhere")
    redeliver_gcp(copied)
    build(copied, ("gcp", JANUARY))
    count, size = warehouse.remove_unused_files()
    assert count == 3  # what was left, what was replaced, and a link that leads nowhere
    assert size > 0
    assert not left.exists()
    rows = copied.rows(ROWS)
    assert rows
    assert warehouse.remove_unused_files() == (0, 0)
    assert copied.rows(ROWS) == rows


def test_a_copied_home_does_not_stand_on_the_files_of_the_other(copied: Warehouse) -> None:
    other = own(copied)
    home = copied.path.parent / "copy"
    home.mkdir()
    shutil.copy(copied.path, home)
    shutil.copytree(other.files, files_folder(home / copied.path.name))
    warehouse = DuckDbWarehouse(home / copied.path.name)
    assert set(warehouse.changed_periods()) >= {(f.source_name, f.billing_period) for f in current_files(copied.path)}
    with warehouse.connect() as connection:
        assert take_over_moved(connection, warehouse.files) == len(current_files(copied.path))
    assert warehouse.lost_files() == []
    (link := copied.path.parent / "link").symlink_to(home)
    assert DuckDbWarehouse(link / copied.path.name).lost_files() == [], "the same home by another name"


@pytest.mark.parametrize("harm", ["gone", "cut", "emptied", "a pipe"])
def test_a_file_that_is_lost_is_written_again(copied: Warehouse, harm: str) -> None:
    warehouse = own(copied)
    rows = copied.rows(ROWS)
    lost = next(file for file in current_files(copied.path) if file.source_name == "gcp")
    if harm in ("gone", "a pipe"):
        lost.path.unlink()
    if harm == "a pipe":
        os.mkfifo(lost.path)
    elif harm != "gone":
        os.truncate(lost.path, lost.size - 9 if harm == "cut" else 0)
    pair = (lost.source_name, lost.billing_period)
    assert warehouse.lost_files() == [lost]
    assert pair in warehouse.changed_periods()
    assert warehouse.pending_models() == {pair: [MODEL]}
    build(copied, (pair[0], pair[1].isoformat()))
    assert warehouse.lost_files() == []
    assert copied.rows(ROWS) == rows


def as_before(copied: Warehouse) -> None:
    """The warehouse as a release made it that kept every model as a table."""
    copied.execute(f"create table intermediate.old as from intermediate.{MODEL}")
    copied.execute(f"drop view intermediate.{MODEL}")
    copied.execute(f"alter table intermediate.old rename to {MODEL}")
    copied.execute("drop table intermediate.period_files")


def count_rows(path: Path) -> dict[str, int]:
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for (name,) in tables}


def test_a_warehouse_of_an_earlier_release_is_taken_over_with_its_history(copied: Warehouse) -> None:
    rows, history = copied.rows(ROWS), copied.rows("select * from intermediate.int_costs__changed order by all")
    as_before(copied)
    before = count_rows(copied.path)
    killed = copied.path.with_name("warehouse.duckdb.takeover")
    killed.mkdir()
    (killed / copied.path.name).write_bytes(b"a file that a killed run left")
    backup = take_over(copied.path, [MODEL])
    assert backup == copied.path.with_name("warehouse.duckdb.before-files")
    assert count_rows(backup) == before
    moved = before.pop(f"intermediate.{MODEL}")
    assert moved == len(rows)
    assert count_rows(copied.path) == before | {"intermediate.period_files": len(current_files(copied.path))}
    assert copied.rows(ROWS) == rows
    assert copied.rows("select * from intermediate.int_costs__changed order by all") == history
    assert not killed.exists()
    assert take_over(copied.path, [MODEL]) is None
    redeliver_gcp(copied)
    build(copied, ("gcp", JANUARY))
    assert {r for r in copied.rows(ROWS) if r[0] != "gcp"} == {r for r in rows if r[0] != "gcp"}
    assert pending_periods(copied) != []  # what is built on it is not built yet


def test_what_a_killed_run_left_in_the_log_of_the_warehouse_is_taken_over_too(copied: Warehouse) -> None:
    as_before(copied)
    writer = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os.kill(os.getpid(), 9)"
    statement = "create schema late; create table late.written as select 1 as x"
    killed = subprocess.run([sys.executable, "-c", writer, str(copied.path), statement])
    assert killed.returncode == -signal.SIGKILL
    log = copied.path.with_name(copied.path.name + ".wal")
    assert log.exists()
    backup = take_over(copied.path, [MODEL])
    assert backup is not None
    assert not log.exists()
    for path in (copied.path, backup):
        assert count_rows(path)["late.written"] == 1


def test_what_went_back_to_the_earlier_release_is_taken_over_again(copied: Warehouse) -> None:
    own(copied)
    rows, files = copied.rows(ROWS), [file.path for file in current_files(copied.path)]
    copied.execute("create table intermediate.listed as from intermediate.period_files")
    as_before(copied)
    copied.execute("alter table intermediate.listed rename to period_files")
    assert take_over(copied.path, [MODEL]) is not None
    assert copied.rows(ROWS) == rows
    assert DuckDbWarehouse(copied.path).lost_files() == []
    assert not any(file.exists() for file in files), "what a takeover replaces is left over"


def test_a_file_system_without_hard_links_keeps_the_old_file_too(
    copied: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    as_before(copied)
    before = count_rows(copied.path)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    backup = take_over(copied.path, [MODEL])
    assert backup is not None
    assert count_rows(backup) == before


def test_a_model_without_rows_is_built_anew_after_the_takeover(copied: Warehouse) -> None:
    rows = copied.rows(ROWS)
    as_before(copied)
    copied.execute(f"delete from intermediate.{MODEL}")
    assert take_over(copied.path, [MODEL]) is not None
    assert current_files(copied.path) == []
    build(copied, ("gcp", JANUARY))
    assert copied.rows(ROWS) == rows


def test_a_table_that_was_not_taken_over_becomes_files_all_the_same(copied: Warehouse) -> None:
    rows = copied.rows(ROWS)
    as_before(copied)
    build(copied, ("gcp", JANUARY))
    assert copied.rows(ROWS) == rows
    assert len(current_files(copied.path)) > 5


def test_names_that_a_reader_takes_for_patterns(copied: Warehouse) -> None:
    odd = Warehouse(copied.path.parent / "a [b] *'" / "warehouse.duckdb")
    odd.path.parent.mkdir()
    shutil.copy(copied.path, odd.path)
    rows = odd.rows(ROWS)
    build(odd)
    assert odd.rows(ROWS) == rows
    assert all(file.path.is_relative_to(odd.path.parent) for file in current_files(odd.path))
    assert DuckDbWarehouse(odd.path).query(ROWS)[1] == rows


def test_without_any_snapshot_it_has_its_columns_and_no_rows(copied: Warehouse) -> None:
    columns = [row[:2] for row in copied.rows(f"describe intermediate.{MODEL}")]
    copied.execute("delete from raw.current_snapshots")
    copied.execute(f"drop view intermediate.{MODEL}")
    build(copied)
    assert copied.rows(ROWS) == []
    assert [row[:2] for row in copied.rows(f"describe intermediate.{MODEL}")] == columns
