"""Every planted anomaly is large, in its service and account, and far from the next one."""

import datetime as dt
import itertools
from collections.abc import Callable

import pytest

from simulator.aws import AwsExport
from simulator.azure import AzureExport
from simulator.events import Event
from simulator.gcp import GcpExport
from simulator.periods import build_window
from simulator.plans import PLANS

_UNIT = 10**10


@pytest.fixture(scope="module", params=[20_000, 150_000])
def events(request: pytest.FixtureRequest) -> list[Event]:
    window = build_window(13)
    kinds: tuple[Callable[..., AwsExport | AzureExport | GcpExport], ...] = (AwsExport, AzureExport, GcpExport)
    found = []
    for kind in kinds:
        export = kind(window, request.param * 13 // 3, 7)
        for period in window.periods:
            export.happenings.apply(period, export.fleet.draw_month(period))
        found.extend(export.happenings.events)
    return found


def test_all_kinds_of_anomaly_are_planted_in_the_last_ten_months(events: list[Event]) -> None:
    assert {event.plan.id for event in events} == {plan.id for plan in PLANS}
    assert {event.plan.kind for event in events} == {
        "spike", "multi_day_spike", "level_shift", "slow_leak", "service_stopped", "new_service", "price_change",
    }  # fmt: skip
    assert all(plan.before_end <= 304 for plan in PLANS)


def test_each_is_at_least_a_hundred_a_day_and_thirty_percent(events: list[Event]) -> None:
    for event in events:
        days = len(event.extra)
        normal, extra = sum(event.normal.values()) / days, abs(sum(event.extra.values())) / days
        assert extra >= 100 * _UNIT, event.plan.id
        assert extra >= 0.3 * normal, event.plan.id


def test_anomalies_are_apart() -> None:
    starts = sorted(plan.before_end for plan in PLANS)
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) >= 10
    assert len({(plan.account, plan.item.code) for plan in PLANS}) == len(PLANS)


def test_a_short_window_leaves_out_what_has_no_history() -> None:
    export = AwsExport(build_window(2, dt.date(2026, 10, 1)), 20_000, 7)
    assert [event.plan.id for event in export.happenings.events] == ["aws-spike"]
