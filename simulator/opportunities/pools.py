"""On-demand machines that run day and night: pools that a commitment would cover."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from simulator.opportunities.company import Company
from simulator.opportunities.lines import Line

#: A pool is worth a commitment from this much a month.
_WORTH = Decimal(50)
_STEADY_DAYS = 60


def find_pools(company: Company) -> list[dict[str, Any]]:
    """Cloud, region and family of machines whose on-demand use is the same on each of the last 60 days."""
    days = company.calendar.tail(_STEADY_DAYS)
    pools: dict[tuple[str, str, str], Decimal] = {}
    for line in company.lines:
        for family in _families(line):
            used: dict[object, Decimal] = dict.fromkeys(days, Decimal(0))
            for charge in line.charges:
                if charge.start.date() in used:
                    used[charge.start.date()] += charge.quantity
            if min(used.values()) == max(used.values()):
                key = (line.resource.cloud, line.resource.region, family)
                pools[key] = pools.get(key, Decimal(0)) + max(used.values()) * line.price * 30
    return [
        {"cloud": cloud, "region": region, "family": family, "monthly_on_demand": f"{amount:.2f}"}
        for (cloud, region, family), amount in sorted(pools.items())
        if amount >= _WORTH
    ]


def _families(line: Line) -> Iterator[str]:
    """The family of a machine that is paid on demand; nothing for anything else."""
    if line.payment != "on_demand" or line.meter.component != "compute":
        return
    usage = line.meter.usage
    if line.resource.cloud == "aws" and usage.startswith("BoxUsage:"):
        yield usage.removeprefix("BoxUsage:").split(".")[0]
    elif line.resource.cloud == "azure" and line.meter.service == "Virtual Machines":
        yield line.meter.native["MeterSubCategory"].removesuffix(" Windows")
    elif line.resource.cloud == "gcp" and " Instance " in usage and "/instances/" in line.resource.id:
        yield usage.split(" ")[0]
