"""Storage that only grows: log groups, backups and snapshots from which nothing is ever deleted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import DAY, MONTH_DAYS
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.fleet import aws_services, azure, gcp
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Meter, Resource, stored_long
from simulator.opportunities.prices.aws_services import service_meter
from simulator.opportunities.prices.azure import azure_meter
from simulator.opportunities.prices.gcp import gcp_meter

_CHECK = "storage_only_grows"
#: Whole months before the three that are billed by day.
_MONTHS = 8
_LOOK_BACK = 90


@dataclass(frozen=True)
class _Store:
    """Where something is stored: how to add it, and its meter in a region."""

    add: Callable[[Company], Resource]
    meter: Callable[[str], Meter]


_STORES = {
    "aws": (
        _Store(
            lambda company: aws_services.add(company, "logs"),
            lambda region: service_meter("Logs:TimedStorage-ByteHrs", region),
        ),
        _Store(
            lambda company: aws_services.add(company, "backup"),
            lambda region: service_meter("WarmStorage-ByteHrs-EBS", region),
        ),
    ),
    "azure": (
        _Store(lambda company: azure.add(company, "backup"), lambda _: azure_meter("backup")),
        _Store(lambda company: azure.add(company, "snapshot"), lambda _: azure_meter("snapshot")),
    ),
    "gcp": (_Store(lambda company: gcp.add(company, "snapshot"), lambda region: gcp_meter("snapshot", region)),),
}
_Level = Callable[[dt.date], Decimal]


def _bill(company: Company, store: _Store, level: _Level, months: int = _MONTHS) -> Resource:
    resource = store.add(company)
    company.bill(resource, store.meter(resource.region), stored_long(company.calendar, months, level))
    return resource


def _grow(company: Company, start: int, daily: int) -> _Level:
    origin = company.calendar.months_before(_MONTHS)[0]
    return lambda date: Decimal(start) + Decimal(daily) * (date - origin).days


def _above(resource: Resource, level: _Level, average_days: int = 1) -> Saving:
    """What has been added in 90 days: the last day's level, or the average of the last days, above that of then."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource)
        last = bill.calendar.as_of
        now = sum((level(last - DAY * back) for back in range(average_days)), Decimal(0)) / average_days
        return (now - level(last - DAY * _LOOK_BACK)) * line.net_price

    return saving


def _plant(company: Company, cloud: str) -> None:
    for number in range(3):
        store = _STORES[cloud][number % len(_STORES[cloud])]
        level = _grow(company, company.draw.randint(500, 3000), company.draw.randint(6, 25))
        resource = _bill(company, store, level)
        company.waste(
            _CHECK,
            resource,
            "storage",
            _above(resource, level),
            "grows every month",
            lever="retention",
            alternatives={"average of the last 30 days": _above(resource, level, MONTH_DAYS)},
        )


def _mislead(company: Company, cloud: str) -> None:
    store = _STORES[cloud][0]
    months = company.calendar.months_before(_MONTHS)
    flat = _bill(company, store, lambda _: Decimal(2000))
    company.decoy(_CHECK, flat, "it does not grow")
    grow = _grow(company, 800, 12)
    cleaned = _bill(company, store, lambda date: grow(date) - (1100 if date >= months[4] else 0))
    company.decoy(_CHECK, cleaned, "much of it was deleted four months before the last three")
    level = _grow(company, 300, 15)
    young = _bill(company, store, level, months=1)
    company.decoy(_CHECK, young, "the bill has it for four months only")


def _growth_on(cloud: str) -> Kind:
    return Kind(_CHECK, cloud, lambda company: _plant(company, cloud), lambda company: _mislead(company, cloud))


AWS_GROWTH, AZURE_GROWTH, GCP_GROWTH = map(_growth_on, ("aws", "azure", "gcp"))
