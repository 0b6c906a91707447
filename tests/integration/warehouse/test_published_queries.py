"""`cloudcost query --as-of`: any mart as it was published before a moment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from cli.app import app
from cloudcost.installation import Installation
from core.errors import CloudcostError
from dashboards.publish import FILES, publish_warehouse
from tests.period_files import keep_in_files

QUERY = "select (select cost from marts.costs) as mart, (select cost from intermediate.charges) as charges"
FIRST, SECOND = dt.datetime(2026, 4, 2, 6, tzinfo=dt.UTC), dt.datetime(2026, 4, 3, 6, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose figures were 1, 2 and are 3 now; the first two were published on two days."""
    config = tmp_path / "cloudcost.yaml"
    config.write_text("sources: [{name: one, location: exports}]\n")
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(config))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    opened, file = Installation(config, tmp_path / "home"), tmp_path / "home" / "warehouse.duckdb"
    for cost, moment in ((1, FIRST), (2, SECOND), (3, None)):
        with opened.warehouse.connect() as connection:
            connection.execute("create schema if not exists marts")
            connection.execute(f"create or replace table marts.costs as select {cost} as cost")
            keep_in_files(connection, file, "charges", f"select {cost} as cost")
        if moment:
            monkeypatch.setattr("dashboards.publish.time.time_ns", lambda at=moment: int(at.timestamp()) * 10**9)
            publish_warehouse(file, lambda: duckdb.connect(str(file)), opened.serving)
    return tmp_path / "home"


def ask(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["query", QUERY, *arguments, "--format", "csv"])
    if result.exception is not None and isinstance(result.exception, CloudcostError):
        return str(result.exception)
    assert result.exit_code == 0, result.exception
    return result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("as_of", "answer"),
    [
        (None, "3,3"), ("2026-04-03T06:00", "2,2"), ("2026-04-03T05:59:59", "1,1"), ("2026-04-02", "1,1"),
        ("2026-04-02T06:00:00+00:00", "1,1"), ("2026-12-31", "2,2"),
    ],
)  # fmt: skip
def test_the_last_publication_before_the_moment_answers(home: Path, as_of: str | None, answer: str) -> None:
    assert ask(*(["--as-of", as_of] if as_of else [])) == answer


def test_what_is_not_kept_is_said(home: Path) -> None:
    message = "no publication from before 2026-04-01 is kept; the oldest is of 2026-04-02T06:00:00Z"
    assert ask("--as-of", "2026-04-01").startswith(message)
    assert "is neither a day" in ask("--as-of", "yesterday")


def test_nothing_but_the_publication_can_be_read(home: Path) -> None:
    inside = next((home / "serving" / FILES).rglob("*.parquet"))
    for path in (inside, home / "state.sqlite", "/etc/passwd"):
        result = CliRunner().invoke(app, ["query", f"select * from read_text('{path}')", "--as-of", "2026-12-31"])
        assert isinstance(result.exception, CloudcostError), result.stdout
