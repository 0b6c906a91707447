"""A home that may only be read: what only reads works, what writes ends with one sentence."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from state import SqliteStateStore
from tests.integration.cli.test_lost_state import fill_elsewhere
from tests.integration.cli.test_machine_faults import become_nobody, call, expect, give_to_nobody
from tests.unit.ingestion.exports import cur_rows, write_csv

READING = (
    "check", "deliveries list", "deliveries show plain/2026-09", "actions list", "actions audit",
    "query select(line_item_unblended_cost)from\"raw\".aws_cur",
)  # fmt: skip
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


@pytest.fixture
def root() -> Iterator[Path]:
    """A full home that nobody may write, and that the user nobody may read."""
    with tempfile.TemporaryDirectory(prefix="cloudcost-read-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
        write_csv(root / "exports/a.csv", cur_rows(("1.25",)))
        fill_elsewhere(root)
        yield root


def set_modes(home: Path, folder: int, file: int) -> None:
    for path in (*home.rglob("*"), home):
        path.chmod(folder if path.is_dir() else file)


def read_everything(root: Path) -> None:
    names = {path: path.stat().st_size for path in (root / "home").rglob("*")}
    for command in READING:
        assert call(root, command, become_nobody) == (0, ""), command
    message = f"error: {root}/home/state.sqlite: it cannot be opened for writing: this user must be able to write"
    expect(root, ("deliveries withdraw plain/2026-09 --reason wrong",), message, prepare=become_nobody)
    expect(root, ("run", "ui"), f"{root}/home", "this user m", prepare=become_nobody)
    assert names == {path: path.stat().st_size for path in (root / "home").rglob("*")}


def test_its_owner_may_not_write_it(root: Path) -> None:
    give_to_nobody(root / "home")
    set_modes(root / "home", 0o500, 0o400)
    read_everything(root)


def test_it_is_another_users_and_readable(root: Path) -> None:
    set_modes(root / "home", 0o755, 0o644)
    read_everything(root)


def test_it_is_written_by_its_owner_meanwhile(root: Path) -> None:
    store = SqliteStateStore(root / "home/state.sqlite")
    store.insert("incident", "a", {})  # stands in the log alone
    set_modes(root / "home", 0o755, 0o644)
    read_everything(root)
    store.insert("incident", "b", {})


def test_a_log_that_a_killed_writer_left_is_not_overlooked(root: Path) -> None:
    state = root / "home/state.sqlite"
    with contextlib.closing(sqlite3.connect(state)) as connection:
        connection.execute("insert into records values ('incident', 'a', 1, '{}')")
        connection.commit()
        whole = {path: path.read_bytes() for path in (root / "home").glob("state.sqlite*")}
    assert whole.keys() > {state}
    for path, content in whole.items():
        path.write_bytes(content)
    set_modes(root / "home", 0o755, 0o644)
    read_everything(root)
    state.with_name("state.sqlite-shm").unlink()
    expect(root, ("check", "deliveries list"), f"error: {state}: it cannot be", prepare=become_nobody)


def test_a_state_alone_that_cannot_be_written_stops_a_run_before_it_begins(root: Path) -> None:
    give_to_nobody(root / "home")
    set_modes(root / "home", 0o700, 0o600)
    (root / "home/state.sqlite").chmod(0o400)
    message = f"error: {root}/home/state.sqlite: it cannot be opened for writing"
    expect(root, ("run", "ui"), message, prepare=become_nobody)


def test_a_check_tells_of_a_source_that_it_cannot_remember(root: Path) -> None:
    (root / "cloudcost.yaml").write_text("sources: [{name: plain, location: 's3://bills/cur'}]\n")
    give_to_nobody(root / "home")
    set_modes(root / "home", 0o500, 0o400)

    def leave_the_net() -> None:
        os.environ |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
        become_nobody()

    assert call(root, "check", leave_the_net) == (1, "")  # its verdict is on standard output
