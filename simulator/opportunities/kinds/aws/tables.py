"""DynamoDB tables whose requests are steady: capacity that is provisioned would be cheaper than paying by request."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_instances import HOURLY_DAYS
from simulator.opportunities.fleet.aws_services import add, bill
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_hour

_CHECK = "capacity_mode"
_SECONDS = 3600


def _table(company: Company, is_on: Callable[[dt.datetime], bool], units: int) -> Resource:
    """A table that is billed by request in the hours in which there are some."""
    resource = add(company, "table")
    bill(company, resource, "WriteRequestUnits", by_hour(company.days(HOURLY_DAYS), is_on, Decimal(units * _SECONDS)))
    return resource


def _plant(company: Company) -> None:
    for units in (100, 250, company.draw.choice((60, 400))):
        resource = _table(company, lambda _: True, units)
        # the bill has no seconds, and so does not say how high the peaks of an hour are
        company.waste(
            _CHECK, resource, "requests", lambda _: None, f"{units} writes a second, always", is_planned=False
        )


def _mislead(company: Company) -> None:
    for hour in (2, 9, 20):
        resource = _table(company, lambda moment, hour=hour: moment.hour == hour, 900)  # type: ignore[misc]
        company.decoy(_CHECK, resource, "it is written to for one hour a day")


CAPACITY_MODE = Kind(_CHECK, "aws", _plant, _mislead)
