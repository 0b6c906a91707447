"""Bills are the owner's alone: whatever mask the process was started with, and whatever modes were there before."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from cloudcost.identity.home_access import close_home
from cloudcost.installation import Installation
from dashboards.publish import publish_warehouse
from orchestration.event_storage import ReusedEngineEventLogStorage
from orchestration.launch import prepare_dagster_home


@pytest.fixture(autouse=True)
def open_mask() -> Iterator[None]:
    """The mask that hides nothing, for the time of one test."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    for name in ("DAGSTER_HOME", "CLOUDCOST_CONFIG", "CLOUDCOST_HOME"):
        monkeypatch.setenv(name, "-")  # set back after the test, whoever sets it meanwhile
    config, home = tmp_path / "cloudcost.yaml", tmp_path / "home"
    config.write_text("sources: [{name: own, location: exports}]\n")
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(config))
    monkeypatch.setenv("CLOUDCOST_HOME", str(home))
    return Installation(config, home)


def list_open(home: Path) -> list[str]:
    """What others may read, write or enter, with its mode."""
    found = [path for path in (home, *home.rglob("*")) if not path.is_symlink() and path.lstat().st_mode & 0o077]
    return [f"{path.relative_to(home)} {stat.S_IMODE(path.lstat().st_mode):o}" for path in found]


@contextmanager
def connect(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file)) as connection:
        yield connection


def test_a_home_that_was_open_and_a_mask_that_hides_nothing(installation: Installation) -> None:
    home = installation.home
    for name in ("lake/own/part.parquet", "logs/run.log", "dagster/history/runs.db", "dashboards/redis/redis.conf"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("")
    command = [sys.executable, "-c", "from cli.app import main; main()", "actions", "list"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    assert printed == f"note: {home}: 12 files and folders were open to others; they are yours alone now\n"
    assert (home / "state.sqlite").exists() and list_open(home) == []
    assert close_home(home, is_thorough=True) == 0


def test_a_file_opened_within_a_closed_folder(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Every start looks at the outermost folders; before anything is run, everything is looked at."""
    installation.check_usable()
    assert list_open(installation.home) == [] and capsys.readouterr().err == ""
    (installation.home / "lake").mkdir(mode=0o700)
    (installation.home / "lake/part.parquet").write_text("")
    installation.check_usable()
    assert list_open(installation.home) == []
    assert "1 files and folders were open to others" in capsys.readouterr().err


def test_dagsters_own_programs(installation: Installation) -> None:
    """Its web server and daemon do not come through the command line when a service manager starts them."""
    prepare_dagster_home(installation)
    storage = ReusedEngineEventLogStorage.from_config_value(None, {"home": str(installation.dagster_home)})
    storage.dispose()
    (installation.dagster_home / "written-later").write_text("")
    assert (installation.dagster_home / "history/runs").is_dir()
    assert [name for name in list_open(installation.dagster_home) if "dagster.yaml" not in name] == []


def test_the_copy_that_dashboards_read(installation: Installation) -> None:
    serving, file = installation.serving, installation.home / "warehouse.duckdb"
    installation.home.mkdir()
    with connect(file) as connection:
        connection.execute("create table t as select 1 as a")
    publish_warehouse(file, lambda: connect(file), serving)
    assert (serving / "current/warehouse.duckdb").exists() and list_open(serving) == []
