"""What every state store backend must keep; a new backend is one more entry in OPENERS."""

import multiprocessing
import os
import stat
import threading
from pathlib import Path

import pytest

from state import BACKENDS, ConflictError, Record, SqliteStateStore, StateStore, Write
from tests.contract.stores import OPENERS, Open


def test_every_backend_is_tested() -> None:
    assert OPENERS.keys() == BACKENDS.keys()


def test_a_missing_record_is_none(store: StateStore) -> None:
    assert store.get("thing", "a") is None
    assert store.list("thing") == []


def test_insert_happens_once(store: StateStore) -> None:
    assert store.insert("thing", "a", {"n": 1}) is True
    assert store.insert("thing", "a", {"n": 2}) is False
    assert store.get("thing", "a") == Record("thing", "a", 1, {"n": 1})


def test_kinds_do_not_share_keys(store: StateStore) -> None:
    assert store.insert("one", "a", {}) and store.insert("two", "a", {})


def test_update_needs_the_version_that_was_read(store: StateStore) -> None:
    store.insert("thing", "a", {"n": 1})
    assert store.update("thing", "a", {"n": 2}, expected_version=1) == Record("thing", "a", 2, {"n": 2})
    with pytest.raises(ConflictError, match="thing 'a': expected version 1, found version 2"):
        store.update("thing", "a", {"n": 3}, expected_version=1)
    assert store.get("thing", "a") == Record("thing", "a", 2, {"n": 2})


def test_update_of_nothing_is_a_conflict(store: StateStore) -> None:
    with pytest.raises(ConflictError, match="found no record"):
        store.update("thing", "a", {}, expected_version=1)


def test_list_is_by_prefix_and_in_key_order(store: StateStore) -> None:
    for key in ["b/2", "a%", "b/10", "b", "b0", "ä/1", "b/ä", "a_", "B/1"]:
        store.insert("thing", key, {"key": key})
    assert [record.key for record in store.list("thing")] == ["B/1", "a%", "a_", "b", "b/10", "b/2", "b/ä", "b0", "ä/1"]
    assert [record.key for record in store.list("thing", "b/")] == ["b/10", "b/2", "b/ä"]
    assert [record.key for record in store.list("thing", "a%")] == ["a%"]


def test_what_is_removed_is_there_no_more_and_only_at_the_version_that_was_read(store: StateStore) -> None:
    for key in "abc":
        store.insert("thing", key, {"n": 1})
    first, second = store.get("thing", "a"), store.get("thing", "b")
    assert first is not None and second is not None
    store.update("thing", "b", {"n": 2}, 1)
    with pytest.raises(ConflictError, match="thing 'b': expected version 1, found version 2"):
        store.transact([Write.remove(first), Write.remove(second)])
    assert len(store.list("thing")) == 3
    store.transact([Write.remove(first), Write.insert("thing", "d", {"n": 1})])
    assert [record.key for record in store.list("thing")] == ["b", "c", "d"] and store.get("thing", "a") is None
    with pytest.raises(ConflictError, match="found no record"):
        store.transact([Write.remove(first)])
    assert store.insert("thing", "a", {"n": 3}) and store.get("thing", "a") == Record("thing", "a", 1, {"n": 3})


def test_bodies_come_back_as_they_went_in(store: StateStore) -> None:
    body = {
        "text": "Überschreitung 円 \U0001f4b8",
        "money": "0.100000000000",
        "deep": [{"a": None, "b": True, "n": 1.5}],
    }
    store.insert("thing", "a", body)
    found = store.get("thing", "a")
    assert found is not None and found.body == body


def test_a_transaction_is_whole_or_not_at_all(store: StateStore) -> None:
    store.insert("thing", "a", {"n": 1})
    store.insert("thing", "b", {"n": 1})
    with pytest.raises(ConflictError) as caught:
        store.transact(
            [
                Write("thing", "a", {"n": 2}, expected_version=1),
                Write.insert("thing", "c", {"n": 2}),
                Write("thing", "b", {"n": 2}, expected_version=7),
            ]
        )
    assert (caught.value.key, caught.value.expected, caught.value.found) == ("b", 7, 1)
    assert [(record.key, record.version) for record in store.list("thing")] == [("a", 1), ("b", 1)]
    store.transact([Write("thing", "a", {"n": 2}, expected_version=1), Write.insert("thing", "c", {"n": 2})])
    assert [(record.key, record.version) for record in store.list("thing")] == [("a", 2), ("b", 1), ("c", 1)]


def test_an_insert_in_a_transaction_conflicts_with_what_is_there(store: StateStore) -> None:
    store.insert("thing", "a", {"n": 1})
    with pytest.raises(ConflictError, match="expected no record, found version 1"):
        store.transact([Write.insert("thing", "a", {"n": 2})])


@pytest.mark.parametrize(
    "writes",
    [
        pytest.param([Write.insert("thing", "a", {}), Write.insert("thing", "a", {})], id="same record twice"),
        pytest.param([Write.insert("thing", f"{n}", {}) for n in range(101)], id="too many writes"),
        pytest.param([Write.insert("thing", "", {})], id="empty key"),
        pytest.param([Write.insert("thing", "a", {"n": float("nan")})], id="not a number"),
    ],
)
def test_what_not_every_backend_can_do_is_refused(store: StateStore, writes: list[Write]) -> None:
    with pytest.raises(ValueError):
        store.transact(writes)
    assert store.list("thing") == []


def _count_up(open_store: Open, times: int) -> None:
    store = open_store()
    done = 0
    while done < times:
        record = store.get("thing", "counter")
        assert record is not None
        try:
            store.update("thing", "counter", {"n": record.body["n"] + 1}, record.version)
            done += 1
        except ConflictError:
            continue


def test_threads_lose_no_update(open_store: Open) -> None:
    store = open_store()
    store.insert("thing", "counter", {"n": 0})
    threads = [threading.Thread(target=_count_up, args=(lambda: store, 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("thing", "counter") == Record("thing", "counter", 81, {"n": 80})


def test_processes_lose_no_update(open_store: Open) -> None:
    store = open_store()
    store.insert("thing", "counter", {"n": 0})
    # Forked on purpose: the children inherit an open connection and must not use it.
    context = multiprocessing.get_context("fork")
    shared = [context.Process(target=_count_up, args=(lambda: store, 15)) for _ in range(2)]
    own = [context.Process(target=_count_up, args=(open_store, 15)) for _ in range(2)]
    for process in shared + own:
        process.start()
    for process in shared + own:
        process.join()
    assert [process.exitcode for process in shared + own] == [0, 0, 0, 0]
    assert store.get("thing", "counter") == Record("thing", "counter", 61, {"n": 60})


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SqliteStateStore(tmp_path / "state.sqlite").insert("thing", "a", {})
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"state.sqlite": 0o600, "state.sqlite-wal": 0o600, "state.sqlite-shm": 0o600}
