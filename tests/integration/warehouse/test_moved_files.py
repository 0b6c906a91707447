"""Files of models where something was cut short or moved: a takeover after a killed run, a home that was copied."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.period_files import keep_in_files
from warehouse import DuckDbWarehouse
from warehouse.files.takeover import take_over

CHARGES = "select cost from intermediate.charges"
KEPT = "select day from marts.kept order by day"


def read(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A warehouse of the release that kept its charges as a table, with a table that nothing can build again."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema intermediate; create schema marts; create table marts.kept as select 1 as day"
        )
        connection.execute(
            "create table intermediate.charges as "
            "select 'one' as source_name, date '2025-01-01' as billing_period, 5 as cost"
        )
    return path


@pytest.fixture
def copied(tmp_path: Path) -> DuckDbWarehouse:
    """The warehouse of a home that was copied with its files; the first one is still there."""
    first = tmp_path / "first" / "warehouse.duckdb"
    first.parent.mkdir()
    with duckdb.connect(str(first)) as connection:
        keep_in_files(connection, first, "charges", "select 5 as cost")
    shutil.copytree(first.parent, tmp_path / "second")
    return DuckDbWarehouse(tmp_path / "second" / first.name)


def test_what_a_killed_run_wrote_last_is_taken_over_once(earlier: Path) -> None:
    killed = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('insert into marts.kept values (2)'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(earlier)], check=False, timeout=60)
    log = earlier.with_name(earlier.name + ".wal")
    assert log.exists()
    backup = take_over(earlier, ["charges"])
    assert backup is not None and not log.exists()
    assert read(earlier, KEPT) == read(backup, KEPT) == [(1,), (2,)]
    assert read(earlier, CHARGES) == read(backup, CHARGES) == [(5,)]


def test_a_takeover_on_a_disk_without_links_keeps_the_old_file_too(
    earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(link: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    backup = take_over(earlier, ["charges"])
    assert backup is not None
    assert read(earlier, CHARGES) == read(backup, CHARGES) == [(5,)]
    assert take_over(earlier, ["charges"]) is None
    assert sorted(path.name for path in earlier.parent.iterdir()) == [
        "warehouse.duckdb", "warehouse.duckdb.before-files", "warehouse.duckdb.files",
    ]  # fmt: skip


def test_a_copied_home_is_behind_until_it_reads_its_own_files(copied: DuckDbWarehouse) -> None:
    (lost,) = copied.lost_files()
    assert lost.is_whole and not lost.path.is_relative_to(copied.files), "of the home that it was copied from"
    assert copied.changed_periods() == [(lost.source_name, lost.billing_period)]
    assert copied.remove_unused_files() == (0, 0)
    assert copied.lost_files() == [] == copied.changed_periods()
    assert copied.query(CHARGES)[1] == [(5,)]
