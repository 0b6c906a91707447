"""The embedded state store: one SQLite file in WAL mode."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from state.records import HIGHEST_CHARACTER, Body, ConflictError, Record, Write, check_writes, encode_body

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

    Each thread has its own connection; a forked child opens a new one, because a SQLite connection must not cross a
    fork. A commit is on disk when a call returns (`synchronous=full`): a record that says "sent" or "deleted" must
    survive a power cut, or the act would be repeated.
    """

    def __init__(self, path: Path | str, busy_timeout_seconds: float = 30.0) -> None:
        self.path = Path(path)
        self.busy_timeout_seconds = busy_timeout_seconds
        self._local = threading.local()
        self._abandoned: list[sqlite3.Connection] = []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Created before SQLite opens it, so that there is no moment at which others may read it; the -wal and -shm
        # files take over its permissions. A file that is there is not touched: closing any descriptor of it would
        # release the locks of this process's other stores, and another process could then drop their -wal file.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._create_schema_patiently()

    def get(self, kind: str, key: str) -> Record | None:
        """The newest version of one record, or None."""
        row = (
            self._connect()
            .execute("select version, body from records where kind = ? and key = ?", (kind, key))
            .fetchone()
        )
        return None if row is None else Record(kind, key, row[0], json.loads(row[1]))

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
        rows = self._connect().execute(
            "select key, version, body from records where kind = ? and key >= ? and key < ? order by key",
            (kind, prefix, prefix + HIGHEST_CHARACTER),
        )
        return [Record(kind, key, version, json.loads(body)) for key, version, body in rows]

    def transact(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises ConflictError naming the first write that could not happen."""
        check_writes(writes)
        encoded = [(write, encode_body(write.body)) for write in writes]
        with self._write_transaction() as connection:
            for write, body in encoded:
                row = connection.execute(
                    "select version from records where kind = ? and key = ?", (write.kind, write.key)
                ).fetchone()
                found = None if row is None else int(row[0])
                if found != write.expected_version:
                    raise ConflictError(write.kind, write.key, write.expected_version, found)
                connection.execute(
                    "insert into records (kind, key, version, body) values (?, ?, ?, ?)"
                    " on conflict (kind, key) do update set version = excluded.version, body = excluded.body",
                    (write.kind, write.key, (found or 0) + 1, body),
                )

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
        connection = sqlite3.connect(self.path, timeout=self.busy_timeout_seconds, isolation_level=None)
        connection.execute("pragma synchronous = full")
        self._local.held = (os.getpid(), connection)
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
