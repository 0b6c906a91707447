"""A home whose state is gone although its lake or warehouse is full is refused; every new home goes on working."""

import contextlib
import gc
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudcost.installation import Installation
from cloudcost.lost_state import LostStateError
from state import SqliteStateStore
from state.dynamodb import create_table
from tests.integration.cli.test_machine_faults import ON_STATE, call, expect
from tests.peers.moto_server import MotoServer
from tests.unit.ingestion.exports import cur_rows, write_csv

READING = ("check", "deliveries list", "actions list")


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """What a test writes is as closed as what commands write."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def root() -> Iterator[Path]:
    """A configuration, an export, and a home that has landed it and shows it in its warehouse."""
    with tempfile.TemporaryDirectory(prefix="cloudcost-lost-") as folder:
        root = Path(folder)
        (root / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
        write_csv(root / "exports/a.csv", cur_rows(("1.25",)))
        fill_elsewhere(root)
        yield root


def fill_elsewhere(root: Path) -> None:
    """Fill the home in another process, so that nothing here holds its state, which is then in the one file."""
    installation = Installation(root / "cloudcost.yaml", root / "home")
    child = multiprocessing.get_context("fork").Process(target=fill, args=(installation,))
    child.start()
    child.join()
    assert child.exitcode == 0
    with contextlib.closing(sqlite3.connect(root / "home/state.sqlite")) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")


def fill(installation: Installation) -> None:
    assert len(installation.ingestor().ingest(installation.source("plain")).promoted) == 1
    installation.warehouse.publish_snapshots(installation.lake, installation.ledger.current_snapshots())


def refuse(root: Path, trouble: str, *found: str, commands: tuple[str, ...] = ("check", "deliveries list")) -> None:
    home = root / "home"
    them = " and ".join(str(home / name) for name in found)
    holds = f"but {them} {'hold' if len(found) > 1 else 'holds'} costs, "
    remedy = f"put a backup of the state back; or, to begin anew and forget it, move {them} away"
    state = home / "state.sqlite"
    before = state.read_bytes() if state.exists() else None
    expect(root, commands, f"error: {home}/state.sqlite {trouble}, {holds}", remedy)
    assert before == (state.read_bytes() if state.exists() else None)


def test_a_lost_state_is_no_new_home(root: Path) -> None:
    state = root / "home/state.sqlite"
    whole = state.read_bytes()
    state.write_bytes(b"")
    refuse(root, "is empty", "lake", "warehouse.duckdb", commands=ON_STATE)
    state.unlink()
    refuse(root, "is missing", "lake", "warehouse.duckdb")
    (root / "home/warehouse.duckdb").rename(root / "moved")
    refuse(root, "is missing", "lake")
    (root / "moved").rename(root / "home/warehouse.duckdb")
    (root / "home/lake").rename(root / "moved")
    refuse(root, "is missing", "warehouse.duckdb")
    (root / "moved").rename(root / "home/lake")
    wal = root / "home/state.sqlite-wal"
    wal.write_bytes(b"of the lost one")
    expect(root, ("check",), "put a backup of the state back, without the state.sqlite-wal that is there; or, to begin")
    assert wal.read_bytes() == b"of the lost one"
    wal.unlink()
    SqliteStateStore(root / "fresh.sqlite")  # a file that has its table, and no record in it
    gc.collect()
    (root / "fresh.sqlite").rename(state)
    refuse(root, "holds no records", "warehouse.duckdb", commands=ON_STATE)
    state.write_bytes(whole)
    for command in READING:
        assert call(root, command)[0] == 0, command


def test_who_moves_both_away_begins_anew(root: Path) -> None:
    (root / "home/state.sqlite").unlink()
    for name in ("lake", "warehouse.duckdb"):
        shutil.move(root / "home" / name, root / name)
    for command in READING:
        assert call(root, command) == (0, ""), command


def test_the_warehouse_is_still_read_without_the_state(root: Path) -> None:
    (root / "home/state.sqlite").unlink()
    assert call(root, "query select(1)") == (0, "")


def test_a_home_of_which_a_first_run_was_killed_goes_on(root: Path) -> None:
    home = root / "home"
    shutil.rmtree(home)
    for leftover in ("", "dagster/x", "logs/run.log", "lake/incoming/0123/landed/part.parquet", "run.lock",
                     "lake/incoming/scans/0123/part.parquet", "lake/raw/focus/source_name=a/x", "state.sqlite",
                     "serving/old"):  # fmt: skip
        shutil.rmtree(home, ignore_errors=True)
        (home / leftover).parent.mkdir(parents=True, exist_ok=True)
        if leftover:
            (home / leftover).write_bytes(b"")
        for command in READING:
            assert call(root, command) == (0, ""), (leftover, command)
    # landed, and killed before it was promoted: the state is there, and holds nothing yet
    shutil.rmtree(home)
    SqliteStateStore(home / "state.sqlite")
    landed = home / "lake/raw/focus/source_name=plain/billing_period=2026-10-01/dataset=cost/delivery_id=d/x/a.parquet"
    landed.parent.mkdir(parents=True)
    landed.write_bytes(b"PAR1")
    assert call(root, "deliveries list") == (0, "")
    # a warehouse that was made and shows nothing
    installation = Installation(root / "cloudcost.yaml", home)
    installation.warehouse.publish_snapshots(installation.lake, [])
    assert call(root, "deliveries list") == (0, "")
    shutil.rmtree(home / "lake")
    for file in home.glob("state.sqlite*"):
        file.unlink()
    assert call(root, "deliveries list") == (0, "")


def test_an_empty_table_does_not_replace_the_state_of_a_full_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MotoServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        create_table("finops", server.client("dynamodb"))
        config = root / "dynamo.yaml"
        config.write_text((root / "cloudcost.yaml").read_text() + "state: {backend: dynamodb, table: finops}\n")
        with pytest.raises(
            LostStateError, match=r"the DynamoDB table finops holds no records, but .*warehouse\.duckdb"
        ):
            _ = Installation(config, root / "home").store
        other = Installation(config, root / "other")
        fill(other)
        # the table is known to another machine by now, whose own folder is empty
        assert Installation(config, root / "third").ledger.current_snapshots()


def test_a_lake_on_s3_is_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudcost.lost_state import check_state_file
    from ingestion.landing.s3_lake import S3Lake
    from warehouse import DuckDbWarehouse

    warehouse = DuckDbWarehouse(tmp_path / "warehouse.duckdb")
    with MotoServer() as server:
        client = server.client("s3")
        client.create_bucket(Bucket="bills", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        lake = S3Lake("s3://bills/prod", tmp_path / "work", client)
        client.put_object(Bucket="bills", Key="other/raw/focus/x/manifest.json", Body=b"{}")
        client.put_object(Bucket="bills", Key="prod/raw/focus/x/part-0.parquet", Body=b"PAR1")
        check_state_file(tmp_path / "state.sqlite", lake, warehouse)  # another's, and what a killed run left
        client.put_object(Bucket="bills", Key="prod/raw/focus/x/manifest.json", Body=b"{}")
        with pytest.raises(LostStateError, match=r"state\.sqlite is missing, but s3://bills/prod holds costs, so what"):
            check_state_file(tmp_path / "state.sqlite", lake, warehouse)
