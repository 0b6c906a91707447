"""Why the dashboards cannot be served is one sentence, with an exit code that says whose turn it is."""

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from core.errors import CloudcostError
from dashboards import local_services, serve
from dashboards.ending import ENDING
from dashboards.errors import ServeError
from dashboards.publish import CURRENT, list_publications

REDSHIFT = """\
sources: [{name: a, location: exports}]
lake: {location: "s3://bucket/lake"}
warehouse: {backend: redshift, host: localhost, iam_role: "arn:aws:iam::111122223333:role/lake", password_env: PASSWORD}
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ENDING, "listen", lambda: None)
    monkeypatch.setattr(serve, "write_privately", lambda: None)


def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str) -> int:
    path = tmp_path / "cloudcost.yaml"
    path.write_text(config)
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDCOST_SERVING_URI", raising=False)
    monkeypatch.setattr(sys, "argv", ["serve", "--config", str(path)])
    return serve.main()


@pytest.mark.parametrize(
    ("config", "code", "message"),
    [
        ("sources: [{name: a, location: exports}]\n", 1, "there is no warehouse yet; `cloudcost run` builds it"),
        (REDSHIFT, 2, "CLOUDCOST_SERVING_URI must name the warehouse and a user of a reader role"),
        ("sources: []\n", 2, "sources: List should have at least 1 item"),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    config: str, code: int, message: str,
) -> None:  # fmt: skip
    assert start(tmp_path, monkeypatch, config) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cloudcost: ") and message in line


def test_publishing_before_serving_keeps_the_days_that_are_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the published copy cannot be used here, for one, because its home was moved."""

    def stop(home: object, environment: object) -> None:
        raise ServeError("far enough")

    monkeypatch.setattr(serve, "bootstrap", stop)
    file, serving = tmp_path / "home" / "warehouse.duckdb", tmp_path / "home" / "serving"
    file.parent.mkdir(mode=0o700)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
    days = [dt.datetime.now(dt.UTC) - dt.timedelta(days=number) for number in (4, 3, 2)]
    before = [serving / f"{int(day.timestamp()) * 10**9:020d}-before" for day in days]
    for folder in before:
        folder.mkdir(parents=True, mode=0o700)
    assert start(tmp_path, monkeypatch, "sources: [{name: a, location: exports}]\n") == 1
    kept = [folder for _, folder in list_publications(serving)]
    assert kept[:-1] == before and (serving / CURRENT).resolve() == kept[-1]


def test_patience_with_superset_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        with pytest.raises(ServeError, match=r"did not answer within 0 s; see dashboards/logs/web\.log") as error:
            serve.wait_until_up("127.0.0.1", 1, {"web": alive}, seconds=0.01)
        alive.kill()
    assert isinstance(error.value, CloudcostError) and error.value.exit_code == 1
    with pytest.raises(ServeError, match="ended while it started"):
        serve.wait_until_up("127.0.0.1", 1, {"web": alive}, seconds=5)


def test_a_service_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    named = {"SUPERSET_METADATA_URI": "postgresql://elsewhere"}
    with (
        pytest.raises(ServeError, match="redis-server is not installed; SUPERSET_REDIS_URL may name one elsewhere"),
        local_services.run_local_services(tmp_path, named),
    ):
        pass
    with pytest.raises(ServeError, match="the Redis server did not start"):
        local_services._wait_for(1, seconds=0.01)
