"""The embedded state store: one SQLite file in WAL mode."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from state.records import (
    HIGHEST_CHARACTER,
    Body,
    ConflictError,
    ReadOnlyStateError,
    Record,
    StateStoreError,
    Write,
    check_writes,
    encode_body,
)
from state.sqlite_faults import DAMAGED, NOT_WRITABLE, explain_sqlite

#: Its name in an installation's folder.
STATE_FILE = "state.sqlite"

SCHEMA = """
create table if not exists records (
    kind text not null,
    key text not null,
    version integer not null,
    body text not null,
    primary key (kind, key)
) without rowid
"""


class SqliteStateStore:
    """State records in one file, safe over threads and processes of one machine (not over a network file system).

    `StateStoreError` where the file cannot be used: it names the file and states what to do.

    Each thread has its own connection; a forked child opens a new one, because a SQLite connection must not cross a
    fork. A commit is on disk when a call returns (`synchronous=full`): a record that says "sent" or "deleted" must
    survive a power cut, or the act would be repeated.

    Where this user may not write the file or its folder, the records can be read: a write is a `ReadOnlyStateError`.
    """

    def __init__(self, path: Path | str, busy_timeout_seconds: float = 30.0) -> None:
        self.path = Path(path)
        self.busy_timeout_seconds = busy_timeout_seconds
        self._local = threading.local()
        self._abandoned: list[sqlite3.Connection] = []
        self.is_read_only = self.path.exists() and not _may_write(self.path)
        if self.is_read_only:
            with self._in_words():
                self._connect()
            return
        # Created before SQLite opens it, so that there is no moment at which others may read it; the -wal and -shm
        # files take over its permissions. A file that is there is not touched: closing any descriptor of it would
        # release the locks of this process's other stores, and another process could then drop their -wal file.
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with self._in_words():
            self._create_schema_patiently()

    def get(self, kind: str, key: str) -> Record | None:
        """The newest version of one record, or None."""
        query = "select key, version, body from records where kind = ? and key = ?"
        return next(iter(self._read(kind, query, (kind, key))), None)

    def insert(self, kind: str, key: str, body: Body) -> bool:
        """Create a record; False, and nothing changed, when (kind, key) is already there."""
        try:
            self.transact([Write.insert(kind, key, body)])
        except ConflictError:
            return False
        return True

    def update(self, kind: str, key: str, body: Body, expected_version: int) -> Record:
        """Replace the body of a record that is still at `expected_version`; raises ConflictError otherwise."""
        self.transact([Write(kind, key, body, expected_version)])
        return Record(kind, key, expected_version + 1, json.loads(encode_body(body)))

    def list(self, kind: str, prefix: str = "") -> "list[Record]":
        """All records of a kind whose key starts with `prefix`, ordered by key."""
        query = "select key, version, body from records where kind = ? and key >= ? and key < ? order by key"
        return list(self._read(kind, query, (kind, prefix, prefix + HIGHEST_CHARACTER)))

    def _read(self, kind: str, query: str, parameters: tuple[str, ...]) -> Sequence[Record]:
        with self._in_words():
            rows = self._connect().execute(query, parameters).fetchall()
        try:
            return [Record(kind, key, version, json.loads(body)) for key, version, body in rows]
        except (TypeError, ValueError) as error:
            raise StateStoreError(f"{self.path}: a record of kind {kind} cannot be read: {DAMAGED}") from error

    def transact(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises ConflictError naming the first write that could not happen."""
        self.check_writable()
        check_writes(writes)
        encoded = [(write, encode_body(write.body)) for write in writes]
        with self._in_words(), self._write_transaction() as connection:
            for write, body in encoded:
                row = connection.execute(
                    "select version from records where kind = ? and key = ?", (write.kind, write.key)
                ).fetchone()
                found = None if row is None else int(row[0])
                if found != write.expected_version:
                    raise ConflictError(write.kind, write.key, write.expected_version, found)
                if write.is_removal:
                    connection.execute("delete from records where kind = ? and key = ?", (write.kind, write.key))
                    continue
                connection.execute(
                    "insert into records (kind, key, version, body) values (?, ?, ?, ?)"
                    " on conflict (kind, key) do update set version = excluded.version, body = excluded.body",
                    (write.kind, write.key, (found or 0) + 1, body),
                )

    def check_writable(self) -> None:
        """`ReadOnlyStateError` where records can only be read."""
        if self.is_read_only:
            raise ReadOnlyStateError(f"{self.path}: {NOT_WRITABLE}")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateStoreError(f"{self.path}: {explain_sqlite(error)}") from error

    @contextmanager
    def _write_transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        # Immediate: the write lock is taken before the versions are read, so no other writer can come in between.
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    def _connect(self) -> sqlite3.Connection:
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        if held is not None:
            # Kept, not closed: closing it in the child could release the parent's file locks.
            self._abandoned.append(held[1])
        connection = self._open_to_read() if self.is_read_only else self._open("rwc")
        connection.execute("pragma synchronous = full")
        self._local.held = (os.getpid(), connection)
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=self.busy_timeout_seconds, isolation_level=None, uri=True)

    def _open_to_read(self) -> sqlite3.Connection:
        """Beside a writer, whose -shm file is there; or else on the file alone, which nobody is writing then.

        SQLite itself refuses the file alone, because it would make a -shm file. A log that a killed writer left is part
        of the records, and only a user who may write can put it back: that stays refused.
        """
        connection = self._open("ro")
        try:
            connection.execute("select 1 from records limit 1")
        except sqlite3.OperationalError:
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size > 0:
                raise
            connection.close()
            connection = self._open("ro&immutable=1")
            connection.execute("select 1 from records limit 1")
        return connection

    def _create_schema(self) -> None:
        connection = self._connect()
        connection.execute("pragma journal_mode = wal")
        connection.execute(SCHEMA)

    def _create_schema_patiently(self) -> None:
        # The switch to WAL does not wait for the busy timeout when several processes create the file together.
        give_up_at = time.monotonic() + self.busy_timeout_seconds
        while True:
            try:
                self._create_schema()
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.02)


def _may_write(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
