"""DynamoDB tables whose requests are steady: capacity that is provisioned would be cheaper than paying by request."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import MONTH_DAYS
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.fleet.aws_instances import HOURLY_DAYS
from simulator.opportunities.fleet.aws_services import add, bill
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_hour
from simulator.opportunities.prices.aws_services import service_meter

_CHECK = "capacity_mode"
#: What is provisioned is used to seven tenths at its peak.
_HEADROOM = Decimal("0.7")
_SECONDS = 3600


def _table(company: Company, is_on: Callable[[dt.datetime], bool], units: int) -> Resource:
    """A table that is billed by request in the hours in which there are some."""
    resource = add(company, "table")
    bill(company, resource, "WriteRequestUnits", by_hour(company.days(HOURLY_DAYS), is_on, Decimal(units * _SECONDS)))
    return resource


def _provision(resource: Resource, units: int) -> Saving:
    """What provisioned units for the peak, with headroom, save a month."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource)
        meter = service_meter("WriteCapacityUnit-Hrs", resource.region)
        own = bill.own_price(meter, resource.region)
        price = own if own is not None else meter.price * line.price / line.meter.price
        return bill.monthly(resource) - Decimal(units) / _HEADROOM * price * (1 - line.credit) * 24 * MONTH_DAYS

    return saving


def _plant(company: Company) -> None:
    for units in (100, 250, company.draw.choice((60, 400))):
        resource = _table(company, lambda _: True, units)
        company.waste(_CHECK, resource, "requests", _provision(resource, units), f"{units} writes a second, always")


def _mislead(company: Company) -> None:
    for hour in (2, 9, 20):
        resource = _table(company, lambda moment, hour=hour: moment.hour == hour, 900)  # type: ignore[misc]
        company.decoy(_CHECK, resource, "it is written to for one hour a day")


CAPACITY_MODE = Kind(_CHECK, "aws", _plant, _mislead)
