"""No call comes sooner than the provider asked, none is repeated for ever, and threads wait for one another."""

import datetime as dt
import random

import pytest

from clouds.politeness import Politeness, Refusal, RetryPolicy, judge_answer, read_retry_after
from core.errors import LocationError
from tests.peers.patience import HandClock, quick_politeness

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
MANAGEMENT = "x-ms-ratelimit-microsoft.costmanagement"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "Mon, 02 Nov 2026 12:01:30 GMT"}, 90),
        ({"Retry-After": "Mon, 02 Nov 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"x-amz-retry-after": "2500"}, 2.5),
        ({f"{MANAGEMENT}-qpu-retry-after": "13"}, 13),
        ({"Retry-After": "5", f"{MANAGEMENT}-entity-retry-after": "41", f"{MANAGEMENT}-tenant-retry-after": "11"}, 41),
        ({f"{MANAGEMENT}-qpu-consumed": "9000", "x-ms-request-id": "12"}, None),
    ],
)
def test_how_long_headers_ask_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, NOON) == seconds


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 412, 501])
def test_answers_that_another_call_would_not_change(status: int) -> None:
    assert judge_answer(status, {"Retry-After": "9"}) is None


def test_jitter_is_full_and_on_top_of_what_was_asked() -> None:
    waits = []
    for seed in range(300):
        politeness = Politeness(RetryPolicy(attempts=9), draw=random.Random(seed).uniform)
        waits.append(politeness.plan_wait(Refusal(10.0), 3))
    assert all(wait is not None and 10 <= wait <= 14 for wait in waits)
    low = sum(1 for wait in waits if wait is not None and wait < 12)
    assert 100 < low < 200, "spread over the whole range"
    ours = [
        Politeness(RetryPolicy(attempts=99), draw=lambda _, high: high).plan_wait(Refusal(), n) for n in range(1, 9)
    ]
    assert ours == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_call_is_tried_again_until_it_is_answered_or_the_attempts_are_used_up() -> None:
    clock = HandClock()
    answers = iter([503, 503, 200])
    politeness = quick_politeness(clock, attempts=3)
    assert politeness.call(lambda: next(answers), lambda status: Refusal(4.0) if status != 200 else None) == 200
    assert clock.slept == [4.5, 5.0]
    calls: list[float] = []

    def refuse() -> int:
        calls.append(clock.now)
        return 503

    clock.now = 100.0
    assert politeness.call(refuse, lambda _: Refusal(4.0)) == 503
    assert calls == [100.0, 104.5, 109.5]
    assert politeness.seconds_left() == 4.0, "whoever calls next still has to wait"
    assert politeness.call(lambda: clock.now, lambda _: None) == 113.5


def test_an_error_that_is_no_refusal_is_raised_at_once() -> None:
    clock = HandClock()
    with pytest.raises(ZeroDivisionError):
        quick_politeness(clock).call(lambda: 1 // 0, lambda _: None)
    assert clock.slept == []


def test_a_wait_that_is_too_long_is_not_waited_but_remembered() -> None:
    clock = HandClock()
    politeness = quick_politeness(clock, patience_seconds=60)
    assert politeness.call(lambda: 429, lambda _: Refusal(600.0)) == 429
    assert clock.slept == []
    with pytest.raises(LocationError, match="left alone for another 600 s") as caught:
        politeness.call(lambda: 200, lambda _: None)
    assert (caught.value.reason, caught.value.retry_after) == ("throttled", 600)
    clock.now += 600
    assert politeness.call(lambda: 200, lambda _: None) == 200


def test_a_thread_that_was_not_refused_waits_too() -> None:
    clock = HandClock()
    politeness = quick_politeness(clock)
    assert politeness.plan_wait(Refusal(20.0), 1) == 20.5
    clock.now += 5
    politeness.take_turn()
    assert clock.slept == [15.0]


def test_the_error_tells_how_long_is_left() -> None:
    politeness = quick_politeness()
    assert politeness.mark(LocationError("no", "throttled")).retry_after is None
    politeness.plan_wait(Refusal(30.0), 1)
    assert politeness.mark(LocationError("no", "throttled")).retry_after == 30
