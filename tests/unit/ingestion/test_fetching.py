"""Working ahead: in order, never by more than one, and nothing goes on after the reader has left."""

import threading
import time
from functools import partial

import pytest

from ingestion.fetching import work_ahead


def test_outcomes_come_in_order_and_one_ahead() -> None:
    begun: list[int] = []

    def step(number: int) -> int:
        begun.append(number)
        return number

    for number, outcome in enumerate(work_ahead([partial(step, number) for number in range(5)])):
        assert outcome.result() == number
        assert len(begun) <= number + 2
    assert begun == [0, 1, 2, 3, 4]
    assert list(work_ahead([])) == []


def test_a_step_that_fails_does_not_hide_the_others() -> None:
    def fail() -> int:
        raise ValueError("broken")

    first, second, third = work_ahead([lambda: 1, fail, lambda: 3])
    assert (first.result(), third.result()) == (1, 3)
    with pytest.raises(ValueError, match="broken"):
        second.result()


def test_leaving_waits_for_what_is_under_way() -> None:
    done = threading.Event()

    def slow() -> None:
        time.sleep(0.2)
        done.set()

    outcomes = work_ahead([lambda: None, slow])
    next(outcomes).result()
    outcomes.close()
    assert done.is_set()
