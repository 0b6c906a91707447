"""EC2 instances: one is billed with what it is, and every finding that follows from that is declared."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import is_office_hour
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving, least_at_own_price
from simulator.opportunities.fleet.plans import reserve
from simulator.opportunities.lines import Charge, Resource, by_day, by_hour
from simulator.opportunities.prices.aws_compute import (
    AMD,
    GRAVITON,
    LEAST_SHARES,
    PREVIOUS,
    instance_meter,
    split_type,
)

#: Days with hourly lines: four weeks, and the 30 days that savings are worked out from.
HOURLY_DAYS = 31
#: The hours of a week in which a machine of ten hours on five days is off.
OFF_SHARE = Decimal(118) / Decimal(168)
HOURS = Decimal(24)
_OFFICE = Decimal(10)


def every_hour(_: dt.datetime) -> bool:
    """Day and night."""
    return True


def run_always(company: Company, is_hourly: bool) -> list[Charge]:
    """Day and night; with hourly lines in the last weeks where they are needed."""
    days = company.days()
    if not is_hourly:
        return by_day(days, HOURS)
    return by_day(days[:-HOURLY_DAYS], HOURS) + by_hour(days[-HOURLY_DAYS:], every_hour)


def run_office_hours(company: Company, is_hourly: bool = False) -> list[Charge]:
    """Ten hours on five days."""
    days = company.days()
    daily = [date for date in days if date.weekday() < 5]
    if not is_hourly:
        return by_day(daily, _OFFICE)
    early = [date for date in daily if date < days[-HOURLY_DAYS]]
    return by_day(early, _OFFICE) + by_hour(days[-HOURLY_DAYS:], is_office_hour)


def add_instance(
    company: Company,
    instance_type: str,
    environment: str = "prod",
    system: str = "Linux",
    usage: str = "BoxUsage",
    charges: Callable[[Company], list[Charge]] | None = None,
    region: str = "",
    resource: Resource | None = None,
) -> Resource:
    """An on-demand or spot instance that runs day and night when ``charges`` says nothing else.

    A ``resource`` that was named before is billed as one.
    """
    resource = resource or company.resource("aws", "i-0{token}", environment, region=region, role="vm")
    is_nonprod = environment != "prod"
    meter = instance_meter(instance_type, resource.region, system, usage)
    spot = {"payment": "spot", "list_price": instance_meter(instance_type, resource.region, system).price}
    billed = charges(company) if charges else run_always(company, is_nonprod)
    company.bill(resource, meter, billed, **(spot if usage == "SpotUsage" else {}))
    if usage == "BoxUsage":
        _declare_types(company, resource, instance_type, system)
        if is_nonprod and charges is None:
            declare_always_on(company, resource)
    return resource


def declare_always_on(company: Company, resource: Resource) -> None:
    """What is not production runs day and night: three quarters of its hours nobody needs."""
    company.waste(
        "nonprod_always_on",
        resource,
        "compute",
        lambda bill: bill.monthly(resource, "compute") * OFF_SHARE,
        resource.environment,
        lever="schedule",
    )


def _declare_types(company: Company, resource: Resource, instance_type: str, system: str) -> None:
    family, _ = split_type(instance_type)
    tables = {"previous_generation": PREVIOUS}
    tables |= {"graviton": GRAVITON} if system == "Linux" else {}
    tables |= {"amd": AMD} if not family.endswith("a") else {}
    for check, successors in tables.items():
        if family in successors:
            usual, *others = (instance_type.replace(family, name, 1) for name in successors[family])
            company.waste(
                check,
                resource,
                "compute",
                replace_type(resource, usual, system),
                f"{instance_type} to {usual}",
                lever="processor",
                alternatives={name: replace_type(resource, name, system) for name in others},
                least=LEAST_SHARES[check],
                rival=least_at_own_price(
                    resource, [instance_meter(name, resource.region, system) for name in (usual, *others)]
                ),
            )


def replace_type(resource: Resource, target: str, system: str = "Linux") -> Saving:
    """What another type saves, at the customer's own price of it where it is billed in the region."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource, lambda line: line.meter.usage.startswith("BoxUsage"))
        ratio = bill.price_ratio(line, instance_meter(target, resource.region, system))
        return bill.monthly(resource, "compute") * (1 - ratio)

    return saving


def add_reserved_instance(company: Company, instance_type: str, environment: str = "prod") -> Resource:
    """An instance that a reservation of its own covers for three fifths of its price."""
    resource = company.resource("aws", "i-0{token}", environment, role="vm")
    meter = instance_meter(instance_type, resource.region)
    price = (company.price(meter, resource.region)[0] * Decimal("0.6")).quantize(Decimal("0.0001"))
    bought = reserve(company, resource, instance_type, price * 24)
    charges = run_always(company, environment != "prod")
    company.bill(resource, meter, charges, payment="reserved", commitment=bought.id, covered_price=price)
    return resource


def add_covered_instance(
    company: Company, instance_type: str, environment: str, commitment: str, price: Decimal
) -> Resource:
    """An instance under a savings plan; ``price`` is what an hour of it uses of the plan."""
    resource = company.resource("aws", "i-0{token}", environment, role="vm")
    charges = run_always(company, environment != "prod")
    meter = instance_meter(instance_type, resource.region)
    company.bill(resource, meter, charges, payment="plan", commitment=commitment, covered_price=price)
    return resource
