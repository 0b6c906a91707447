"""Planted anomalies in a simulation: which lines they change and by how much, kept exactly for the truth file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.fleet import Fleet, Line, make_token
from simulator.periods import Period, Window
from simulator.plans import EXTRA_SHARE, PLANS, Plan

#: An event needs this many quiet days before it, else it is left out of a short simulation.
_HISTORY_DAYS = 35
#: What a service normally costs a day in the account where something is planted, in whole units of the currency.
_NORMAL_DAILY = 240.0
#: Per so much of a service's normal day, one more line takes part in an event.
_SHARED_FROM = 1500.0
#: Kinds whose own line starts with them.
_STARTING = ("new_service", "new_region")
#: A broken trend adds the peak of a leak in so many days, and goes on.
_TREND_DAYS = 40


@dataclass
class Event:
    """A planned anomaly in one simulation, with the amounts it really made (1e-10 of the currency, per day)."""

    plan: Plan
    start: int
    stop: int
    normal: dict[int, int] = field(default_factory=dict)
    extra: dict[int, int] = field(default_factory=dict)


def plan_lines(provider: str, window: Window, plans: Sequence[Plan] = PLANS) -> list[Line]:
    """Lines that give every planted anomaly its service and account to happen in."""
    lines = []
    for plan in plans:
        if plan.account.provider != provider or not _fits(plan, window):
            continue
        normal = _NORMAL_DAILY * plan.share / EXTRA_SHARE if plan.kind in _STARTING else _NORMAL_DAILY
        quantity = normal * 1e6 / plan.item.price
        start = window.days - plan.before_end if plan.kind in _STARTING else 0
        account = plan.account
        token = make_token("event", plan.id)
        label = f"event:{plan.id}"
        lines.append(
            Line(
                plan.item,
                account,
                plan.region or account.region,
                account.teams[0],
                "full",
                token,
                quantity,
                start,
                label=label,
            )
        )
        if plan.kind == "new_region":  # the service has to be there already, somewhere else
            usual, token = _NORMAL_DAILY * 1e6 / plan.item.price, make_token("event", plan.id, "before")
            lines.append(
                Line(
                    plan.item, account, account.region, account.teams[0], "full", token, usual, label=f"{label}:before"
                )
            )
    return lines


def _fits(plan: Plan, window: Window) -> bool:
    return window.days - plan.before_end >= _HISTORY_DAYS


def _mark_service(fleet: Fleet, plan: Plan) -> np.ndarray:
    return fleet.select(
        lambda line: (
            line.item.code == plan.item.code
            and line.item.service == plan.item.service
            and line.account == plan.account
            and (not plan.is_of_meter or line.item.meter == plan.item.meter)
        )
    )


class Happenings:
    """Applies the planted anomalies of one cloud to a month's quantities and prices, and remembers the amounts."""

    def __init__(self, provider: str, fleet: Fleet, window: Window, plans: Sequence[Plan] = PLANS) -> None:
        self.events = [
            Event(plan, window.days - plan.before_end, window.days - plan.before_end + (plan.days or plan.before_end))
            for plan in plans
            if plan.account.provider == provider and _fits(plan, window)
        ]
        self._fleet = fleet
        self._service = {event.plan.id: np.flatnonzero(_mark_service(fleet, event.plan)) for event in self.events}
        self._usual = {
            name: sum(fleet.lines[number].daily_cost for number in members) for name, members in self._service.items()
        }
        self._targets = {event.plan.id: self._pick_targets(event.plan) for event in self.events}

    def _pick_targets(self, plan: Plan) -> np.ndarray:
        """The planted line; in a large company further lines of its meter share what is too much for one."""
        members = self._service[plan.id]
        same = [number for number in members if self._fleet.lines[number].item is plan.item]
        same.sort(key=lambda number: self._fleet.lines[number].label != f"event:{plan.id}")
        return np.array(same[: 1 + int(self._usual[plan.id] // _SHARED_FROM)])

    def _is_own(self, plan: Plan, members: np.ndarray) -> np.ndarray:
        return np.array([self._fleet.lines[number].label == f"event:{plan.id}" for number in members])

    def apply(self, period: Period, quantities: np.ndarray, remember: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Changed quantities and the price of every line and day, both (lines x days)."""
        prices = np.repeat(self._fleet.price[:, None], period.days, axis=1)
        changed = quantities.copy()
        for event in self.events:
            first = max(event.start - period.first_day, 0)
            last = min(event.stop - period.first_day, period.days)
            if first >= last:
                continue
            days = slice(first, last)
            service = self._service[event.plan.id]
            before = quantities[service, days] * self._fleet.price[service, None]
            if event.plan.kind == "new_service":
                before = np.zeros_like(before)
            elif event.plan.kind == "new_region":
                before = np.where(self._is_own(event.plan, service)[:, None], 0, before)
            self._change(event, period.first_day + np.arange(first, last), days, changed, prices, service)
            after = changed[service, days] * prices[service, days]
            if remember:
                self._remember(event, period.first_day + first, before, after)
        return changed, prices

    def _change(
        self,
        event: Event,
        day: np.ndarray,
        days: slice,
        quantities: np.ndarray,
        prices: np.ndarray,
        service: np.ndarray,
    ) -> None:
        kind, targets = event.plan.kind, self._targets[event.plan.id]
        if kind == "service_stopped":
            quantities[service, days] = 0
        elif kind == "price_change":
            prices[service, days] = prices[service, days] * round(100 * (1 + event.plan.share)) // 100
        elif kind == "opposite_move":
            # the two plans' meters have like costs: what one gives up the other takes over, nearly
            factor = round(100 * (1 + event.plan.sign * event.plan.share))
            quantities[service, days] = quantities[service, days] * factor // 100
        elif kind not in _STARTING:
            usual = self._usual[event.plan.id]
            peak = max(event.plan.minimum, usual * event.plan.share * 1.25) * (2.0 if "spike" in kind else 1.0)
            share = np.ones(len(day))
            if kind in ("slow_leak", "trend_break"):
                length = event.stop - event.start if kind == "slow_leak" else _TREND_DAYS
                peak, share = peak * 2.0, (day - event.start + 1) / length
            extra = np.rint(peak / len(targets) * share * 1e10 / prices[targets, days]).astype(np.int64)
            quantities[targets, days] += extra

    def _remember(self, event: Event, first: int, before: np.ndarray, after: np.ndarray) -> None:
        normal, now = before.sum(axis=0), after.sum(axis=0)
        for offset, (usual, actual) in enumerate(zip(normal.tolist(), now.tolist(), strict=True)):
            event.normal[first + offset] = usual
            event.extra[first + offset] = actual - usual


def date_range(event: Event, window: Window) -> tuple[dt.date, dt.date]:
    """First and last day of an anomaly."""
    return window.date_of(event.start), window.date_of(min(event.stop, window.days) - 1)
