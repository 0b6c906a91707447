"""Azure networking that is billed by the hour and that nothing goes through."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import whole
from simulator.opportunities.fleet.azure import DAY_HOURS, add, bill
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day

_CHECK = "hours_only_idle"
#: What goes through each kind in a day.
_TRAFFIC = {"lb": "35", "nat": "18.5", "firewall": "60", "gateway": "31.5", "vpn": "4.25", "endpoint": "2.5"}


def _add(company: Company, kind: str, days: int | None = None, hours: Decimal = DAY_HOURS) -> Resource:
    resource = add(company, kind)
    bill(company, resource, f"{kind}.hours", by_day(company.days(days), hours))
    return resource


def _plant(company: Company) -> None:
    for kind in _TRAFFIC:
        # a firewall costs as much as everything else here
        for _ in range(1 if kind == "firewall" else company.draw.randint(1, 2)):
            resource = _add(company, kind)
            company.waste(_CHECK, resource, "all", whole(resource), kind)


def _mislead(company: Company) -> None:
    for kind, quantity in _TRAFFIC.items():
        resource = _add(company, kind)
        bill(company, resource, f"{kind}.data", Decimal(quantity) * company.jitter(30))
        company.decoy(_CHECK, resource, "something goes through it every day")
    company.decoy(_CHECK, _add(company, "nat", days=12), "288 hours are too few to judge")
    company.decoy(_CHECK, _add(company, "gateway", hours=Decimal(9)), "it is there for fewer than 300 hours in 31 days")
    rare = _add(company, "lb")
    bill(company, rare, "lb.data", by_day(company.days()[-9:-8], Decimal("0.7")))
    company.decoy(_CHECK, rare, "it has one line of data in the last 31 days")


HOURS_ONLY_IDLE = Kind(_CHECK, "azure", _plant, _mislead)
