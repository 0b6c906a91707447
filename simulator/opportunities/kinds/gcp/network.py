"""Google Cloud networking that is billed by the hour and that nothing goes through, and addresses nobody uses."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import whole
from simulator.opportunities.fleet.gcp import DAY_HOURS, add, bill
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import by_day

_CHECK = "hours_only_idle"
_TRAFFIC = {"nat": "22.5", "rule": "41", "vpn": "6.25"}


def _plant(company: Company) -> None:
    for kind in _TRAFFIC:
        for _ in range(company.draw.randint(2, 3)):
            resource = add(company, kind)
            bill(company, resource, f"{kind}.hours", DAY_HOURS)
            company.waste(_CHECK, resource, "all", whole(resource), kind)


def _mislead(company: Company) -> None:
    for kind, quantity in _TRAFFIC.items():
        used = add(company, kind)
        bill(company, used, f"{kind}.hours", DAY_HOURS)
        bill(company, used, f"{kind}.data", Decimal(quantity) * company.jitter(30))
        company.decoy(_CHECK, used, "something goes through it every day")
        young = add(company, kind)
        bill(company, young, f"{kind}.hours", by_day(company.days(12), DAY_HOURS))
        company.decoy(_CHECK, young, "288 hours are too few to judge")
    rare = add(company, "nat")
    bill(company, rare, "nat.hours", DAY_HOURS)
    bill(company, rare, "nat.data", by_day(company.days()[-7:-6], Decimal("0.2")))
    company.decoy(_CHECK, rare, "it has one line of data in the last 31 days")


HOURS_ONLY_IDLE = Kind(_CHECK, "gcp", _plant, _mislead)


def _plant_addresses(company: Company) -> None:
    for _ in range(company.draw.randint(3, 6)):
        resource = add(company, "address")
        bill(company, resource, "address.idle", DAY_HOURS)
        company.waste("idle_address", resource, "all", whole(resource), "reserved and not used")


def _mislead_addresses(company: Company) -> None:
    for _ in range(2):
        used = add(company, "address")
        bill(company, used, "address.used", DAY_HOURS)
        company.decoy("idle_address", used, "it is in use")
    short = add(company, "address")
    bill(company, short, "address.idle", by_day(company.days(6), DAY_HOURS))
    company.decoy("idle_address", short, "144 idle hours in 14 days are fewer than 168")


IDLE_ADDRESS = Kind("idle_address", "gcp", _plant_addresses, _mislead_addresses)
