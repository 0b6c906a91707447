"""Publishing: what dashboards read, while the pipeline goes on writing its own.

A publication is a copy of the warehouse file, which is small, and links to the Parquet files of the largest models.
"""

import contextlib
import datetime as dt
import fcntl
import re
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.files.period_files import files_folder, list_files, replace_paths, take_over_moved
from warehouse.outdated_tables import list_lacking

CURRENT = "current"
#: The folder before the present one stays: somebody may be reading it.
KEPT = 2
#: Views on the lake, which nobody can read where files of the machine are out of reach.
PRIVATE_SCHEMAS = ("staging", "raw")
#: Beside the publications: for each a folder of links to the files of the largest models, which it alone reads.
FILES = ".files"
#: How a publication's folder is called: when it was begun, in nanoseconds. A disk may have folders of its own here.
_NAME = re.compile(r"\d+-")
#: Held by the process that makes answers before a publication is current, and what it leaves when it has.
LOCK, MARK = ".warmer", ".warm-"
#: No publication waits longer for it.
WARM_SECONDS = 60.0
#: How a publication is called: the nanosecond at which it was begun comes first. A disk has folders of its own.
_NAME = re.compile(r"\d+-")
_FICLONE = 0x40049409

Connect = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class Publication:
    """One published copy: its folder, the bytes of the file, and how long it took."""

    folder: Path
    size: int
    seconds: float


def publish_warehouse(
    warehouse: Path,
    connect: Connect,
    serving: Path,
    complete: Callable[[Path], object] = lambda copy: None,
    keep_days: int = 0,
) -> Publication:
    """Copy the warehouse into ``serving`` and make it current by one rename of a link; readers never wait nor fail.

    Where dashboards are served from there, they first make the answers that people will ask for
    (`cloudcost_superset.answers.warm`).

    ``connect`` opens the warehouse for writing; nobody may write to it meanwhile (the pool `warehouse` sees to that).
    ``keep_days``: for so many days the last publication of each day is kept, beside the newest two.
    ``complete`` puts what belongs to a copy beside it, before anybody sees it (`scoped_copies`).
    The file keeps its name, because the views in it name the catalog, which is called after the file.
    """

    def write(copy: Path, files: Path) -> None:
        with connect() as connection:
            take_over_moved(connection, files_folder(warehouse))
            connection.execute("checkpoint")
        _copy_file(warehouse, copy)
        with duckdb.connect(str(copy)) as connection:
            connection.execute("set max_vacuum_tasks = 0")  # the copy is only read: it need not be packed anew
            for schema in PRIVATE_SCHEMAS:
                connection.execute(f'drop schema if exists "{schema}" cascade')
            link_files(connection, files)
            connection.execute("checkpoint")

    return publish_copy(warehouse.name, write, serving, complete, keep_days)


def publish_copy(
    file_name: str,
    write: Callable[[Path, Path], object],
    serving: Path,
    complete: Callable[[Path], object] = lambda copy: None,
    keep_days: int = 0,
) -> Publication:
    """Publish what ``write`` makes: the file of that name, and what its views read below a folder of its own."""
    started = time.monotonic()
    serving.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:6]}"
    unfinished = serving / f".{name}"
    unfinished.mkdir(mode=0o700)
    copy = unfinished / file_name
    files = files_of(serving / name)
    try:
        write(copy, files)
        _add_lacking(copy)
        complete(copy)
        copy.chmod(0o400)
        unfinished.rename(serving / name)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(files, ignore_errors=True)
        raise
    _wait_until_warm(serving, name)
    _point_at(serving, name)
    _remove_old(serving, keep_days)
    size = (serving / name / file_name).stat().st_size
    return Publication(serving / name, size, time.monotonic() - started)


def published_file(serving: Path, warehouse_name: str) -> Path:
    """Where the copy that is current is read, by a path that stays the same."""
    return serving / CURRENT / warehouse_name


def link_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Give a copy names of its own for the files that its views read: what is replaced later stays for its readers.

    Nothing is copied where the file system has links. Nobody may write to the files, through whichever name.
    """
    links = {}
    connection.begin()
    for file in list_files(connection):
        link = folder.joinpath(*file.path.parts[-4:])
        link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            link.hardlink_to(file.path.resolve())  # a link to a symbolic link would be one, too
        except OSError:  # another disk, or a file system without them
            _copy_file(file.path, link)
        link.chmod(0o400)
        links[str(file.path)] = str(link)
    replace_paths(connection, links)
    connection.commit()


def _add_lacking(copy: Path) -> None:
    """Give tables that an earlier release wrote the columns of this one, without values: readers ask for them."""
    with duckdb.connect(str(copy)) as connection:
        for table, columns in list_lacking(connection).items():
            for name, kind in columns.items():
                connection.execute(f"alter table {table} add column {name} {kind}")


def lacks_columns(published: Path) -> bool:
    """Whether an earlier release published this, without columns that readers ask for."""
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            return bool(list_lacking(connection))
    except duckdb.Error:  # whoever reads it says what is wrong with it
        return False


def _copy_file(source: Path, target: Path) -> None:
    """Share the blocks where the file system can, else copy them."""
    with source.open("rb") as reader, target.open("wb") as writer, contextlib.suppress(OSError):
        fcntl.ioctl(writer.fileno(), _FICLONE, reader.fileno())
        return
    shutil.copyfile(source, target)


def _wait_until_warm(serving: Path, name: str) -> None:
    deadline = time.monotonic() + WARM_SECONDS
    while time.monotonic() < deadline and _is_somebody_warming(serving):
        if (serving / f"{MARK}{name}").exists():
            return
        time.sleep(0.05)


def _is_somebody_warming(serving: Path) -> bool:
    try:
        with (serving / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _point_at(serving: Path, name: str) -> None:
    link = serving / f".{CURRENT}-{uuid.uuid4().hex}"
    link.symlink_to(name)
    current = serving / CURRENT
    if current.is_dir() and not current.is_symlink():  # of a copy of the home that followed links
        current.rename(serving / f".{name}-{CURRENT}")
    link.replace(current)


def list_publications(serving: Path) -> list[tuple[dt.datetime, Path]]:
    """The publications that are kept, oldest first: when each was begun, in UTC, and its folder."""
    if not serving.is_dir():
        return []
    found = sorted(p for p in serving.iterdir() if _NAME.match(p.name) and p.is_dir() and not p.is_symlink())
    return [(dt.datetime.fromtimestamp(int(p.name.partition("-")[0]) / 1e9, dt.UTC), p) for p in found]


def reads_elsewhere(published: Path) -> bool:
    """Whether a published copy reads files of another place: its home was moved or copied."""
    with duckdb.connect(str(published), read_only=True) as connection:
        own = files_of(published.resolve().parent).resolve()
        return not all(file.path.resolve().is_relative_to(own) for file in list_files(connection))


def files_of(publication: Path) -> Path:
    """Where the files are that the views of a publication read."""
    return publication.parent / FILES / publication.name


def _remove_old(serving: Path, keep_days: int) -> None:
    published = list_publications(serving)
    kept = {(serving / CURRENT).resolve().name, *(folder.name for _, folder in published[-KEPT:])}
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=keep_days)
    # the last of each day
    kept |= {folder.name for folder in {at.date(): folder for at, folder in published if at > oldest}.values()}
    for _, folder in published:
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    for mark in serving.glob(f"{MARK}*"):
        if not (serving / mark.name.removeprefix(MARK)).exists():
            mark.unlink(missing_ok=True)
    for link in serving.glob(f".{CURRENT}-*"):
        link.unlink(missing_ok=True)
    for abandoned in serving.glob(".[0-9]*"):  # of a publication that was killed
        if abandoned.stat().st_mtime < time.time() - 3600:
            shutil.rmtree(abandoned, ignore_errors=True)
    for files in (serving / FILES).glob("*"):
        # in this order: another publication may be finished, and so renamed, in between
        if not (serving / f".{files.name}").exists() and not (serving / files.name).exists():
            shutil.rmtree(files, ignore_errors=True)
