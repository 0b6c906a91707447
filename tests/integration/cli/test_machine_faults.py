"""A full disk, a folder that may not be written, damaged files: one sentence with the place and what to do, exit 1.

Each command runs in a forked child, which may become another user or be given limits of its own.
"""

import gc
import os
import pwd
import resource
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

# loaded here: a child that is another user cannot always read Python's own files
import cli.commands.run  # noqa: F401
import cloudcost.repair.machine_faults  # noqa: F401
from cli.app import main
from cloudcost.identity.home_access import close_home
from state import SqliteStateStore
from warehouse.duckdb_file import STORAGE_VERSION

COMMANDS = ("run", "check", "totals", "deliveries list", "actions list", "ui")
#: Those that need the state, those that need the warehouse.
ON_STATE = ("run", "check", "deliveries list", "actions list", "ui")
ON_WAREHOUSE = ("run", "totals", "ui")
Prepare = Callable[[], None]


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that every user reaches, with a configuration, and a home with a state and a warehouse."""
    with tempfile.TemporaryDirectory(prefix="cloudcost-faults-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "exports").mkdir()
        (root / "cloudcost.yaml").write_text("sources: [{name: plain, location: exports}]\n")
        (root / "home").mkdir()
        store = SqliteStateStore(root / "home/state.sqlite")
        store.insert("kind", "key", {"text": "x" * 10_000})
        store.insert("partitions", "first_period", {"first_period": "2026-10-01", "last_period": "2026-10-01"})
        del store
        gc.collect()  # closes it: all is in the one file
        with duckdb.connect(
            str(root / "home/warehouse.duckdb"), config={"storage_compatibility_version": STORAGE_VERSION}
        ) as c:
            c.execute("create table costs as select range as cost, repeat('x', 50) as text from range(100000)")
        close_home(root / "home", is_thorough=True)
        yield root


def call(root: Path, command: str, prepare: Prepare = lambda: None) -> tuple[int, str]:
    """Exit code and standard error of a command."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.dup2(writing, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            sys.argv = ["cloudcost", *command.split()]
            os.environ |= {"CLOUDCOST_CONFIG": str(root / "cloudcost.yaml"), "CLOUDCOST_HOME": str(root / "home")}
            os.chdir(root)
            prepare()
            main()
        except SystemExit as end:
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(99)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        output = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def become_nobody() -> None:
    user = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def fill_disk() -> None:
    """No file of this process can be made or grow: what a full disk does, without one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def give_to_nobody(folder: Path) -> None:
    user = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)


def expect(root: Path, commands: tuple[str, ...], *parts: str, prepare: Prepare = lambda: None) -> None:
    """Each of the commands ends with 1 and one sentence that has these parts."""
    for command in commands:
        code, output = call(root, command, prepare)
        assert code == 1, (command, code, output)
        assert output.startswith("error: ") and output.count("\n") == 1, (command, output)
        assert all(part in output for part in parts), (command, output)


def test_a_damaged_state_is_named(root: Path) -> None:
    state = root / "home/state.sqlite"
    whole = state.read_bytes()
    state.write_bytes(os.urandom(20_000))
    expect(root, ON_STATE, f"{state}: it is damaged: put a backup of it back", "(file is not a database)")
    state.write_bytes(whole[:5000])
    expect(root, ON_STATE[:1], f"{state}: it is damaged", "malformed")
    state.unlink()
    with sqlite3.connect(state) as connection:
        connection.execute("create table records (something integer)")
    state.chmod(0o600)
    expect(root, ON_STATE[:1], f"{state}: it does not hold what cloudcost wrote")


def test_a_damaged_warehouse_is_named(root: Path) -> None:
    warehouse = root / "home/warehouse.duckdb"
    whole = warehouse.read_bytes()
    for damaged in (os.urandom(50_000), whole[: len(whole) // 2]):
        warehouse.write_bytes(damaged)
        message = f"{warehouse}: it is damaged: move it away, and `cloudcost run --all` builds it again from the lake"
        expect(root, ON_WAREHOUSE, message)
    assert call(root, "deliveries list")[0] == 0


def test_a_full_disk_is_named(root: Path) -> None:
    expect(root, ("run", "ui"), f"{root}/home", "the disk is full: free some space", prepare=fill_disk)
    # what only reads needs no room, but for the state's shared memory
    code, output = call(root, "deliveries list", fill_disk)
    assert code == 0 or (code == 1 and output.startswith(f"error: {root}/home/state.sqlite: the disk ")), output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_home_that_is_somebody_elses_is_named(root: Path) -> None:
    (root / "home").chmod(0o700)
    expect(root, COMMANDS, f"{root}/home: this user may not read and write here", prepare=become_nobody)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_home_that_cannot_be_written_is_named(root: Path) -> None:
    give_to_nobody(root / "home")
    for path in (root / "home").iterdir():
        path.chmod(0o400)
    (root / "home").chmod(0o500)
    # what only reads is not refused: see test_read_only_home.py
    expect(root, ("run", "ui"), f"{root}/home", "this user m", prepare=become_nobody)
    (root / "home").chmod(0o700)
    (root / "home/warehouse.duckdb").chmod(0)
    expect(root, ("totals",), f"{root}/home/warehouse.duckdb: it cannot be opened: this user", prepare=become_nobody)


def test_a_file_in_the_place_of_the_home_is_named(root: Path) -> None:
    (root / "home").rename(root / "moved")
    (root / "home").write_text("")
    expect(root, ON_STATE, f"{root}/home: a file is in the place of a folder")


@pytest.mark.parametrize(
    ("home", "message"),
    [
        ("/proc/nohome", "/proc/nohome: no folder can be made here: let CLOUDCOST_HOME name another one"),
        ("h" * 300, "hhh...: no name may be as long: let CLOUDCOST_HOME name another folder"),
        ("circle/home", "its links lead in a circle"),
        ("h\udcff", "the name of the folder is not UTF-8"),
        ("exports/../cloudcost.yaml/home", "a file is in the place of a folder"),
    ],
)
def test_a_home_that_cannot_be_is_named(root: Path, home: str, message: str) -> None:
    (root / "circle").symlink_to("circle")
    expect(root, ON_STATE, message, prepare=lambda: os.environ.update(CLOUDCOST_HOME=home))


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("simulate --out out --rows-per-month 1000", 1, "error: too few rows per month: what is always there at aws"),
        ("simulate --out cloudcost.yaml --months 1", 1, "error: --out cloudcost.yaml: cannot be written: Not a dir"),
        ("simulate --out /proc/nowhere --months 1", 1, "error: --out /proc/nowhere: cannot be written: No such file"),
        ("simulate --out taken --months 1", 1, "error: taken holds a simulation already"),
        ("init --force exports", 1, "error: exports: cannot be written: Is a directory"),
        ("init /proc/nowhere/cloudcost.yaml", 1, "error: /proc/nowhere/cloudcost.yaml: cannot be written: No such"),
        ("run --period 0001-01", 1, "error: --period '0001-01' is not a month such as 2026-10"),
        ("run --period 9999-12", 1, "error: --period '9999-12' is not a month such as 2026-10"),
        ("totals --as-of 0001-01-01T00:00+10:00", 1, "error: --as-of '0001-01-01T00:00+10:00' is neither a day"),
        ("deliveries list --source \udcff", 2, "error: the argument '\\udcff' is not UTF-8"),
    ],
)
def test_options_that_mean_nothing_are_named(root: Path, command: str, code: int, message: str) -> None:
    (root / "taken").mkdir()
    (root / "taken/truth.json").write_text("{}")
    ended, output = call(root, command)
    assert (ended, output.count("\n"), output[: len(message)]) == (code, 1, message), output


@pytest.mark.parametrize(
    "command",
    [
        "simulate --out out --seed -1",
        "simulate --out out --months 0",
        f"simulate --out out --rows-per-month {10**20}",
        "ui --port -1",
        "ui --port 99999",
    ],
)
def test_numbers_out_of_range_are_wrong_usage(root: Path, command: str) -> None:
    code, output = call(root, command)
    assert code == 2 and "Input should be" in output and "Traceback" not in output, output


def test_a_file_of_the_configuration_that_cannot_be_read_ends_with_2(root: Path) -> None:
    (root / "cloudcost.yaml").write_text("sources: [{name: a, location: exports}]\ncurrency: {rates_file: rates.csv}\n")
    (root / "rates.csv").write_text("date,from,to,rate\n2025-01-01,EUR,USD,1e400\n")
    for command in ("run", "check", "ui"):
        code, output = call(root, command)
        assert (code, output.count("\n")) == (2, 1) and f"error: {root}/rates.csv:2: rate '1e400'" in output, output


def test_escapes_in_an_error_reach_no_terminal(root: Path) -> None:
    code, output = call(root, "totals --as-of \x1b[2J\u202e")
    assert code == 1 and "\\x1b[2J" in output and "\\u202e" in output and "\x1b" not in output
