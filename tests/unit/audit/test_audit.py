"""The audit log tells when somebody has been at it."""

import hashlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from audit.log import AuditEntry, AuditLog
from state import ConflictError, SqliteStateStore, Write
from tests.unit.actions.examples import HandClock


@pytest.fixture
def store(tmp_path: Path) -> SqliteStateStore:
    return SqliteStateStore(tmp_path / "state.sqlite")


@pytest.fixture
def log(store: SqliteStateStore) -> AuditLog:
    log = AuditLog(store, HandClock())
    for number in range(1, 6):
        log.append(AuditEntry("ana", "thing.done", f"thing-{number}", {"n": number}))
    return log


def test_each_row_hashes_the_one_before(log: AuditLog) -> None:
    prev = "0" * 64
    for row in log.rows():
        fields: list[Any] = [row.seq, row.at, row.actor, row.event, row.subject, row.details, prev]
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert (row.prev_hash, row.hash) == (prev, hashlib.sha256(text.encode()).hexdigest())
        prev = row.hash
    assert log.head() == (5, prev)
    verdict = log.verify_chain()
    assert verdict.is_intact and verdict.rows_checked == 5


def test_an_empty_log_is_intact(store: SqliteStateStore) -> None:
    assert AuditLog(store, HandClock()).verify_chain().rows_checked == 0


@pytest.mark.parametrize(
    ("tampering", "broken_seq", "reason"),
    [
        ("update records set body = replace(body, 'ana', 'eve') where key = '000000000003'", 3, "changed"),
        ("update records set body = replace(body, '\"n\":2', '\"n\":9') where key = '000000000002'", 2, "changed"),
        ("delete from records where key = '000000000004'", 4, "missing"),
        ("delete from records where key = '000000000005'", 6 - 1, "head"),
        ("update records set key = '000000000009' where key = '000000000001'", 1, "missing"),
        ("update records set body = '{}' where key = '000000000002'", 2, "fields"),
        ("update records set version = 2 where key = '000000000002'", 2, "changed"),
    ],
)
def test_tampering_is_found_at_its_row(
    log: AuditLog, tmp_path: Path, tampering: str, broken_seq: int, reason: str
) -> None:
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        assert connection.execute(tampering).rowcount == 1
    verdict = log.verify_chain()
    assert verdict.broken_seq == broken_seq and verdict.reason is not None and reason in verdict.reason


def test_a_row_and_its_change_are_one(log: AuditLog, store: SqliteStateStore) -> None:
    with pytest.raises(ConflictError, match="thing 'a'"):
        log.commit([Write("thing", "a", {}, expected_version=3)], [AuditEntry("ana", "thing.changed", "a")])
    assert log.head()[0] == 5
    log.commit([Write.insert("thing", "a", {})], [AuditEntry("ana", "thing.made", "a")])
    assert [row.event for row in log.rows_about("a")] == ["thing.made"]


def test_writers_at_once_make_one_chain(store: SqliteStateStore) -> None:
    def write(name: str) -> None:
        own = AuditLog(store, HandClock())
        for _ in range(15):
            own.append(AuditEntry(name, "thing.done", "thing"))

    threads = [threading.Thread(target=write, args=(f"writer-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = AuditLog(store, HandClock()).verify_chain()
    assert verdict.is_intact and verdict.rows_checked == 60
