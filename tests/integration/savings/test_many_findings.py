"""The book of findings holds as many as there are: no record of it gets larger than a store can hold."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from savings.lifecycle.book import SIGHTINGS, SavingsBook
from savings.lifecycle.shards import LARGEST
from state import ConflictError, StateStore, Write
from state.dynamodb import MAX_ITEM_BYTES
from state.records import encode_body
from tests.contract.stores import OPENERS
from tests.peers.moto_server import MotoServer
from tests.savings_plan import finding

FIRST = dt.date(2026, 11, 1)
#: With these in the 256th that they share, there are 128,000 findings in all.
MANY = 500


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(params=sorted(OPENERS))
def store(request: pytest.FixtureRequest, aws: MotoServer, tmp_path: Path) -> Iterator[StateStore]:
    for opened in OPENERS[request.param](tmp_path, aws):
        yield opened()


def draw() -> list[dict[str, Any]]:
    """Findings whose sightings belong in one record."""
    names = (f"f{n}" for n in count() if hashlib.sha256(f"f{n}".encode()).hexdigest().startswith("00"))
    # a reason as long as those of commitments are
    return [finding(name, "5", reason="because it is large " * 40) for name in islice(names, MANY)]


def book_on(store: StateStore, day: int) -> SavingsBook:
    at = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(8), dt.UTC)
    return SavingsBook(store, lambda: at)


def test_no_record_is_larger_than_a_store_can_hold(store: StateStore) -> None:
    rows = draw()
    assert len(book_on(store, 0).see(rows[:50], lambda one: False)) == 50
    seen = book_on(store, 1).see(rows, lambda one: False)
    assert len(seen) == MANY and book_on(store, 1).sightings() == seen
    sizes = [len(encode_body(record.body).encode()) for record in store.list(SIGHTINGS)]
    assert sum(sizes) > MAX_ITEM_BYTES and max(sizes) <= LARGEST + 100 and len(sizes) > 2
    for row, first in ((rows[0], 0), (rows[-1], 1)):
        one = book_on(store, 1).find_sighting(row["recommendation_id"])
        assert one is not None and one.first_seen == FIRST + dt.timedelta(days=first)
    assert book_on(store, 1).find_sighting("another") is None
    # and together again, when most have gone
    assert len(book_on(store, 100).see(rows[:10], lambda one: False)) == 10
    assert sorted(book_on(store, 100).sightings()) == sorted(row["recommendation_id"] for row in rows[:10])


def test_a_split_that_was_cut_short_is_completed(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, transact = draw(), store.transact
    written: list[Any] = []
    book_on(store, 0).see(rows[:100], lambda one: False)

    def fail_later(writes: list[Write]) -> None:
        written.append(writes)
        if len(written) == 4:
            raise ConnectionError("gone")
        transact(writes)

    monkeypatch.setattr(store, "transact", fail_later)
    with pytest.raises(ConnectionError):
        book_on(store, 1).see(rows, lambda one: False)
    halfway = book_on(store, 1).sightings()
    assert len(halfway) > 100 and {one.first_seen for one in halfway.values() if one.last_seen == FIRST} == {FIRST}
    seen = book_on(store, 2).see(rows, lambda one: False)
    assert len(seen) == MANY == len(book_on(store, 2).sightings())
    firsts = {name: one.first_seen for name, one in seen.items()}
    assert all(firsts[row["recommendation_id"]] == FIRST for row in rows[:100])


def test_whoever_was_slower_looks_again(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, transact = draw()[:20], store.transact
    failed: list[Any] = []

    def conflict_once(writes: list[Write]) -> None:
        if not failed:
            failed.append(writes)
            raise ConflictError(SIGHTINGS, "00", None, 1)
        transact(writes)

    monkeypatch.setattr(store, "transact", conflict_once)
    assert len(book_on(store, 0).see(rows, lambda one: False)) == 20 and failed
