"""EC2 instances of the wrong kind, or that run when nobody works."""

from decimal import Decimal

from simulator.opportunities.calendar import HOUR
from simulator.opportunities.company import Company
from simulator.opportunities.findings import share_of, whole
from simulator.opportunities.fleet.aws_instances import (
    HOURLY_DAYS,
    add_covered_instance,
    add_instance,
    add_reserved_instance,
    run_always,
    run_office_hours,
)
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, bill
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Charge, by_day, by_hour
from simulator.opportunities.prices.aws_compute import instance_meter


def _bill_successor(company: Company, instance_type: str) -> None:
    """In half of the companies the successor is billed too, at the customer's own price."""
    if company.draw.random() < 0.5:
        for region in company.profile.regions["aws"]:
            add_instance(company, instance_type, region=region)


def _plant_previous(company: Company) -> None:
    for kind in ("m4.large", "c4.xlarge", "r4.large", company.draw.choice(("m3.large", "t2.large", "c3.xlarge"))):
        add_instance(company, kind)
    _bill_successor(company, "m6g.large")


def _mislead_previous(company: Company) -> None:
    for kind in ("m4.xlarge", "c4.large"):
        resource = add_instance(company, kind, usage="SpotUsage")
        company.decoy("previous_generation", resource, "it is a spot instance")
    for kind in ("m4.large", "r4.xlarge"):
        company.decoy("previous_generation", add_reserved_instance(company, kind), "it is reserved")
    for kind in ("m7g.large", "c7g.xlarge"):
        company.decoy("previous_generation", add_instance(company, kind), "its generation is current")


PREVIOUS_GENERATION = Kind("previous_generation", "aws", _plant_previous, _mislead_previous)


def _plant_graviton(company: Company) -> None:
    for kind in ("m5a.xlarge", "c5a.xlarge", company.draw.choice(("r5a.large", "m5a.2xlarge"))):
        add_instance(company, kind)
    _bill_successor(company, "c6g.xlarge")


def _mislead_graviton(company: Company) -> None:
    for kind in ("m5a.large", "c5a.large"):
        resource = add_instance(company, kind, system="Windows")
        company.decoy("graviton", resource, "Windows does not run on Graviton")
    company.decoy("graviton", add_instance(company, "r5.large", usage="SpotUsage"), "it is a spot instance")
    company.decoy("graviton", add_reserved_instance(company, "m5.xlarge"), "it is reserved")
    company.decoy("graviton", add_instance(company, "r7g.large"), "it is Graviton already")


GRAVITON = Kind("graviton", "aws", _plant_graviton, _mislead_graviton)


def _plant_amd(company: Company) -> None:
    for kind in ("m5.xlarge", "c5.xlarge", company.draw.choice(("r5.large", "r5.xlarge"))):
        add_instance(company, kind)
    add_instance(company, "m5.large", system="Windows")
    _bill_successor(company, "m5a.xlarge")


def _mislead_amd(company: Company) -> None:
    for kind in ("m5a.large", "c5a.xlarge"):
        company.decoy("amd", add_instance(company, kind, system="Windows"), "it is AMD already")
    company.decoy("amd", add_instance(company, "c5.large", usage="SpotUsage"), "it is a spot instance")
    company.decoy("amd", add_reserved_instance(company, "c5.large"), "it is reserved")
    company.decoy("amd", add_instance(company, "m7g.xlarge"), "it is Graviton")


AMD = Kind("amd", "aws", _plant_amd, _mislead_amd)


def _plant_nonprod(company: Company) -> None:
    for environment in ("dev", "test", "staging"):
        add_instance(company, company.draw.choice(("m7g.large", "c7g.xlarge", "r7g.large")), environment)
    # two findings on one machine: it is old, and it is always on
    add_instance(company, "m4.xlarge", "dev")


def _run_most(company: Company) -> list[Charge]:
    """Off from midnight to three every day: 147 of the 168 hours of a week."""
    days = company.days()
    return by_day(days[:-HOURLY_DAYS], Decimal(21)) + by_hour(days[-HOURLY_DAYS:], lambda moment: moment.hour >= 3)


def _mislead_nonprod(company: Company) -> None:
    check = "nonprod_always_on"
    for environment in ("dev", "test"):
        resource = add_instance(
            company, "m7g.large", environment, charges=lambda company: run_office_hours(company, is_hourly=True)
        )
        company.decoy(check, resource, "it runs in office hours")
        company.tolerate("spot_candidate", resource, "whether ten hours are short is a matter of the limit")
    most = add_instance(company, "m7g.large", "dev", charges=_run_most)
    company.decoy(check, most, "it runs 147 of 168 hours a week")
    company.tolerate("spot_candidate", most, "whether 21 hours are short is a matter of the limit")
    hourly = add_instance(company, "c7g.xlarge", charges=lambda company: run_always(company, is_hourly=True))
    company.decoy(check, hourly, "it is production")
    spot = add_instance(company, "c7g.xlarge", "dev", usage="SpotUsage")
    company.decoy(check, spot, "it is a spot instance")
    company.decoy(check, add_reserved_instance(company, "m7g.xlarge", "test"), "a reservation covers it")
    price = (company.price(instance_meter("m7g.large", "us-east-1"), "us-east-1")[0] * Decimal("0.72")).quantize(
        Decimal("0.0001")
    )
    plan = cover(company, "aws", price * 24, "nonprod")
    company.decoy(check, add_covered_instance(company, "m7g.large", "dev", plan.id, price), "a savings plan covers it")


NONPROD_ALWAYS_ON = Kind("nonprod_always_on", "aws", _plant_nonprod, _mislead_nonprod)


def _plant_reservations(company: Company) -> None:
    for kind in ("m7g.large", "c7g.xlarge", company.draw.choice(("r7g.large", "r7g.xlarge"))):
        resource = add(company, "reservation")
        company.bill(
            resource, instance_meter(kind, resource.region, usage="UnusedBox"), by_day(company.days(), DAY_HOURS)
        )
        company.waste("unused_capacity_reservation", resource, "all", whole(resource), f"{kind} held and not used")


def _mislead_reservations(company: Company) -> None:
    for _ in range(3):
        resource = add_instance(company, "m7g.large")
        company.decoy("unused_capacity_reservation", resource, "it uses the capacity that it holds")


UNUSED_CAPACITY_RESERVATION = Kind("unused_capacity_reservation", "aws", _plant_reservations, _mislead_reservations)


def _plant_hosts(company: Company) -> None:
    host = add(company, "host")
    bill(company, host, "HostUsage:m5", DAY_HOURS)
    company.waste("idle_host", host, "all", whole(host), "no instance on it")


def _mislead_hosts(company: Company) -> None:
    host = add(company, "host")
    bill(company, host, "HostUsage:m5", DAY_HOURS)
    bill(company, host, "HostBoxUsage:m5.xlarge", DAY_HOURS * 3)
    company.decoy("idle_host", host, "three instances run on it")


IDLE_HOST = Kind("idle_host", "aws", _plant_hosts, _mislead_hosts)


def _run_batches(company: Company) -> list[Charge]:
    """Three hours at night in the last weeks: a fleet whose machines come and go."""
    first = company.draw.randint(0, 5)
    return [
        c for c in by_hour(company.days(HOURLY_DAYS), lambda m: first <= m.hour < first + 3) if c.end - c.start == HOUR
    ]


def _plant_spot(company: Company) -> None:
    for _ in range(3):
        resource = add_instance(company, "c7g.xlarge", charges=_run_batches)
        company.waste(
            "spot_candidate", resource, "compute", share_of(resource, "compute", Decimal("0.55")),
            "runs for three hours at a time", lever="spot",
            alternatives={"short living": share_of(resource, "compute", Decimal("0.72"))},
        )  # fmt: skip


def _mislead_spot(company: Company) -> None:
    for _ in range(2):
        resource = add_instance(company, "c7g.xlarge", charges=lambda company: run_always(company, is_hourly=True))
        company.decoy("spot_candidate", resource, "it never stops")
    resource = add_instance(company, "c7g.large", usage="SpotUsage", charges=_run_batches)
    company.decoy("spot_candidate", resource, "it is a spot instance already")


SPOT_CANDIDATE = Kind("spot_candidate", "aws", _plant_spot, _mislead_spot)
