"""The estate of a company under construction: what is listed, what is measured, and what of it is waste."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulator.opportunities.calendar import DAY
from simulator.opportunities.company import Company, make_guid
from simulator.opportunities.estate.items import ORDINARY, PROTECTION, Item, Scope, Setting
from simulator.opportunities.estate.load import Load, draw_gaps, draw_series
from simulator.opportunities.estate.metrics import METRICS, Series
from simulator.opportunities.findings import Decoy, Planted, Saving
from simulator.opportunities.fleet import aws_services, azure, gcp
from simulator.opportunities.lines import Account, Charge, Resource

#: Metrics reach back so far: a month, and the longest time that any rule of the reference looks at but one.
METRIC_DAYS = 31
_FLEETS = {"aws": aws_services.add, "azure": azure.add, "gcp": gcp.add}
#: How far the highest minute of an hour is above its average, for what does not change within one.
_SPREADS = {"memory": 0.04, "size": 0.0}
_ERRORS = {"aws": "UnauthorizedOperation", "azure": "AuthorizationFailed", "gcp": "PERMISSION_DENIED"}
_REGIONS = {
    "aws": ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1"),
    "azure": ("westeurope", "northeurope", "eastus"),
    "gcp": ("us-central1", "europe-west1", "us-east1"),
}


@dataclass(frozen=True)
class _Measured:
    """How a resource is used, and since when and at which hours it is measured."""

    resource: Resource
    family: str
    loads: Mapping[str, Load]
    days: int
    running: np.ndarray | None
    gibibytes: float

    def draw(self, stream: str, weekday: int) -> Iterator[Series]:
        """Its metrics from the midnight of a weekday."""
        resource, hours = self.resource, METRIC_DAYS * 24
        name = f"{stream}/{resource.id}"
        measured = draw_gaps(name, hours)
        if self.running is not None:
            measured &= self.running
        if self.days:
            measured[: hours - self.days * 24] = False
        for quantity, metric in METRICS.get((resource.cloud, self.family), {}).items():
            if quantity not in self.loads:
                continue
            averages, maxima = draw_series(
                self.loads[quantity], f"{name}/{quantity}", weekday, hours, _SPREADS.get(quantity, 0.45)
            )
            for statistic in metric.statistics:
                values = maxima if statistic == "Maximum" else averages
                if quantity in ("cpu", "memory"):
                    values = values.clip(0, 100)
                if metric.is_free:
                    values = (100 - values) * self.gibibytes
                is_whole = metric.unit in ("Bytes", "By", "Count") or statistic in ("Sum", "Total", "Delta")
                values = np.where(measured, np.round(values * metric.scale, 0 if is_whole else 4), np.nan)
                where = (resource.cloud, resource.account.id, resource.region, resource.id)
                yield Series(*where, metric.namespace, metric.name, statistic, metric.unit, values)


class Estate:
    """Resources by cloud and id, their metrics, and what is planted beside what the bill tells."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.items: dict[tuple[str, str], Item] = {}
        self._measured: list[_Measured] = []
        self.planted: list[Planted] = []
        self.decoys: list[Decoy] = []
        self.tolerated: list[Decoy] = []
        #: What cannot be read, once something is billed there.
        self.unreadable: list[Scope] = []
        self.locked = {cloud: self._lock(cloud) for cloud in company.clouds}

    @property
    def first(self) -> dt.date:
        """The first day with metrics."""
        return self.company.calendar.as_of - DAY * (METRIC_DAYS - 1)

    def _lock(self, cloud: str) -> Scope:
        """On AWS a region of an account that nothing else is billed in; elsewhere a whole account of its own."""
        profile = self.company.profile
        if cloud == "aws":
            billed = {(line.resource.account.id, line.resource.region) for line in self.company.lines}
            free = [
                Scope(account, region, _ERRORS[cloud])
                for account in profile.accounts[cloud]
                if account.environment == "prod"
                for region in _REGIONS[cloud]
                if (account.id, region) not in billed and region not in profile.regions[cloud]
            ]
            return free[0]
        name = f"{profile.name}-locked"
        identity = make_guid(f"{self.company.seed}/{name}")
        if cloud == "gcp":
            identity = f"{name}-{int(identity[:4], 16) % 9000 + 1000}"
        return Scope(Account(cloud, identity, name, "prod", "MS-AZR-0017P"), "", _ERRORS[cloud])

    def add(self, cloud: str, kind: str, setting: Setting = ORDINARY) -> Resource:
        """A new resource where the setting says; it is not billed and not listed yet."""
        where: dict[str, Any] = {"tags": dict([PROTECTION]) if setting.is_protected else None}
        region = ""
        if setting.is_locked:
            scope = self.locked[cloud]
            if scope not in self.unreadable:
                self.unreadable.append(scope)
            where["account"], region = scope.account, scope.region
        elif setting.beside is not None:
            where["account"], region = setting.beside.account, setting.beside.region
        return _FLEETS[cloud](self.company, kind, "prod", region, **where)

    def days(self, setting: Setting) -> list[dt.date]:
        """The days on which it is billed."""
        return self.company.days(setting.days or None)

    def put(self, item: Item, setting: Setting = ORDINARY) -> None:
        """Put a resource into the inventory, unless it is where nothing can be read."""
        if not setting.is_locked:
            self.items[item.resource.cloud, item.resource.id] = item

    def made_on(self, resource: Resource, charges: Iterable[Charge] | None = None, days: int = 0) -> dt.date:
        """When it was made: on its first billed day, or long before when that is the bill's first."""
        first = min((charge.start.date() for charge in charges or ()), default=None)
        if first is None and days:
            first = self.company.calendar.as_of - DAY * (days - 1)
        if first is not None and first > self.company.calendar.first:
            return first
        age = 120 + int(make_guid(resource.id)[:4], 16) % 700
        return (first or self.company.calendar.first) - DAY * age

    def measure(
        self,
        resource: Resource,
        family: str,
        loads: Mapping[str, Load],
        setting: Setting = ORDINARY,
        running: np.ndarray | None = None,
        gibibytes: float = 8,
    ) -> None:
        """Metrics of a resource of a family; ``running`` is true in the hours in which it was there.

        ``gibibytes`` is the memory of it, which some clouds say is free and not used.
        """
        if not setting.is_locked and setting.is_measured:
            self._measured.append(_Measured(resource, family, loads, setting.days, running, gibibytes))

    @cached_property
    def series(self) -> list[Series]:
        """All metrics, drawn when they are asked for: nothing is measured after that."""
        name = f"{self.company.seed}/{self.company.number}"
        return [one for measured in self._measured for one in measured.draw(name, self.first.weekday())]

    def waste(
        self,
        check: str,
        resource: Resource,
        component: str,
        saving: Saving,
        detail: str,
        also: Iterable[str] = (),
        **said: Any,
    ) -> None:
        """Plant a finding; ``also`` are checks that may find the resource too."""
        self.planted.append(Planted(check, resource, component, saving, detail, **said))
        for other in also:
            self.tolerate(other, resource, f"it is waste in another way too: {check}")

    def decoy(self, check: str, resource: Resource, why: str) -> None:
        """What a check must not find."""
        self.decoys.append(Decoy(check, resource, why))

    def tolerate(self, check: str, resource: Resource, why: str) -> None:
        """What a check may find or not."""
        self.tolerated.append(Decoy(check, resource, why))
