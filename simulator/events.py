"""Planted anomalies: what they are, which lines they change and by how much, kept exactly for the truth file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from simulator.catalogue import AWS_BEDROCK, AWS_ITEMS, AZURE_ITEMS, GCP_ITEMS, GCP_VERTEX, Item
from simulator.company import AWS_ACCOUNTS, AZURE_ACCOUNTS, GCP_ACCOUNTS, Account, find_account
from simulator.fleet import Fleet, Line, make_token
from simulator.periods import Period, Window

Kind = Literal[
    "spike", "multi_day_spike", "level_shift", "slow_leak", "trend_break", "service_stopped", "new_service",
    "new_region", "price_change", "opposite_move", "planned_event",
]  # fmt: skip
#: An event needs this many quiet days before it, else it is left out of a short simulation.
_HISTORY_DAYS = 35
#: Extra cost of a day: this share of the service's normal day in the account, at least this amount.
_EXTRA_SHARE = 0.6
_EXTRA_MINIMUM = 150.0
#: What a service normally costs a day in the account where something is planted, in whole units of the currency.
_NORMAL_DAILY = 240.0
#: Per so much of a service's normal day, one more line takes part in an event.
_SHARED_FROM = 1500.0
#: Kinds whose own line starts with them.
_STARTING = ("new_service", "new_region")
#: A broken trend adds the peak of a leak in so many days, and goes on.
_TREND_DAYS = 40


@dataclass(frozen=True)
class Plan:
    """One anomaly as it is planned: ``before_end`` days before the window's end it starts, ``days`` it lasts."""

    id: str
    kind: Kind
    account: Account
    item: Item
    before_end: int
    days: int | None  # None: to the end of the window
    description: str
    share: float = _EXTRA_SHARE  # extra cost of a day, of the service's normal day; of the price for a price change
    minimum: float = _EXTRA_MINIMUM  # the least extra cost of a day, where it is a share
    region: str = ""  # where a new_region is
    sign: int = 1  # an opposite move is two plans in one service, one of each sign

    @property
    def is_decoy(self) -> bool:
        """Whether it was announced: to be expected, and no anomaly."""
        return self.kind == "planned_event"

    @property
    def is_of_meter(self) -> bool:
        """Whether its scope is one meter of the service: opposite moves leave the whole as it was."""
        return self.kind == "opposite_move"


def _item(items: tuple[Item, ...], code: str) -> Item:
    return next(item for item in items if item.code == code and item.kind == "on_demand")


def _aws(account: str, code: str) -> tuple[Account, Item]:
    return find_account(AWS_ACCOUNTS, account), _item(AWS_ITEMS, code)


def _azure(account: str, code: str) -> tuple[Account, Item]:
    return find_account(AZURE_ACCOUNTS, account), _item(AZURE_ITEMS, code)


def _gcp(account: str, code: str) -> tuple[Account, Item]:
    return find_account(GCP_ACCOUNTS, account), _item(GCP_ITEMS, code)


PLANS = (
    Plan(
        "aws-spike",
        "spike",
        *_aws("shop-prod", "AmazonDynamoDB"),
        17,
        1,
        "A full-table export job read every table once",
    ),
    Plan(
        "gcp-burst",
        "multi_day_spike",
        *_gcp("fernhill-warehouse", "BigQuery"),
        31,
        3,
        "A dashboard without a partition filter scanned whole tables for three days",
    ),
    Plan(
        "azure-spike",
        "spike",
        *_azure("crm-prod", "Azure Cosmos DB"),
        46,
        1,
        "Throughput was raised for a re-import and set back the next day",
    ),
    Plan(
        "aws-burst",
        "multi_day_spike",
        *_aws("shop-prod", "AmazonCloudWatch"),
        66,
        4,
        "Debug logging was left on after a release",
    ),
    Plan(
        "azure-price",
        "price_change",
        *_azure("analytics-prod", "Azure Databricks"),
        88,
        None,
        "A promotional price ended; the meter costs 60 percent more",
    ),
    Plan(
        "aws-shift",
        "level_shift",
        *_aws("data-prod", "AmazonES"),
        110,
        None,
        "The search domain was scaled out and never scaled back",
    ),
    Plan(
        "gcp-new",
        "new_service",
        find_account(GCP_ACCOUNTS, "fernhill-ml-prod"),
        GCP_VERTEX,
        131,
        None,
        "A language model went into production in a project that had never used the service",
    ),
    Plan(
        "aws-new",
        "new_service",
        find_account(AWS_ACCOUNTS, "ml-research"),
        AWS_BEDROCK,
        152,
        None,
        "A batch of model evaluations became a permanent job",
    ),
    Plan(
        "azure-shift",
        "level_shift",
        *_azure("workplace", "Log Analytics"),
        171,
        None,
        "A new agent sends every audit event",
    ),
    Plan(
        "aws-leak",
        "slow_leak",
        *_aws("data-prod", "AmazonS3"),
        205,
        30,
        "Temporary files were not deleted; the cost grew day by day until a lifecycle rule was set",
    ),
    Plan(
        "gcp-leak",
        "slow_leak",
        *_gcp("fernhill-web-prod", "Cloud Logging"),
        236,
        24,
        "A retry loop logged more every day until it was fixed",
    ),
    Plan(
        "aws-stopped",
        "service_stopped",
        *_aws("data-prod", "AmazonMSK"),
        258,
        None,
        "The message cluster was switched off",
    ),
)


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
        normal = _NORMAL_DAILY * plan.share / _EXTRA_SHARE if plan.kind in _STARTING else _NORMAL_DAILY
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
