"""Google Cloud resources with the names that a detailed export writes."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Charge, Line, Resource, by_day, stored
from simulator.opportunities.prices.gcp import gcp_meter

DAY_HOURS = Decimal(24)
_COMPUTE = "//compute.googleapis.com/projects/{account}/"
_PATTERNS = {
    "vm": _COMPUTE + "zones/{region}-b/instances/{name}",
    "disk": _COMPUTE + "zones/{region}-b/disks/{name}",
    "template": _COMPUTE + "global/instanceTemplates/{name}",
    "image": _COMPUTE + "global/images/{name}",
    "group": _COMPUTE + "zones/{region}-b/instanceGroupManagers/{name}",
    "reservation": _COMPUTE + "zones/{region}-b/reservations/{name}",
    "address": _COMPUTE + "regions/{region}/addresses/{name}",
    "nat": _COMPUTE + "regions/{region}/routers/{name}",
    "rule": _COMPUTE + "regions/{region}/forwardingRules/{name}",
    "vpn": _COMPUTE + "regions/{region}/vpnTunnels/{name}",
    "snapshot": _COMPUTE + "global/snapshots/{name}",
    "sql": "//cloudsql.googleapis.com/projects/{account}/instances/{name}",
    "gke": "//container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}",
    "bucket": "//storage.googleapis.com/projects/_/buckets/{name}",
    "log": "//logging.googleapis.com/projects/{account}/locations/global/buckets/{name}",
    "dataset": "//bigquery.googleapis.com/projects/{account}/datasets/{name}",
}
_GIBIBYTES_PER_CORE = Decimal("3.75")


def add(company: Company, kind: str, environment: str = "prod", region: str = "", **where: Any) -> Resource:
    """A resource of a kind with its full name; ``where`` is its project or further tags."""
    return company.resource("gcp", _PATTERNS[kind], environment, region=region, role=kind, **where)


def bill(
    company: Company,
    resource: Resource,
    key: str,
    quantity: Decimal | int | str | list[Charge] | Callable[[dt.date], Decimal],
    **said: object,
) -> Line:
    """A quantity a day of a SKU, or charges that were worked out before."""
    if isinstance(quantity, list):
        charges = quantity
    else:
        charges = by_day(company.days(), quantity if callable(quantity) else Decimal(quantity))
    return company.bill(resource, gcp_meter(key, resource.region), charges, **said)


def store(company: Company, resource: Resource, key: str, gibibytes: Decimal | int) -> Line:
    """So many gibibytes on every day."""
    return bill(company, resource, key, stored(company.days(), Decimal(gibibytes)))


def add_machine(
    company: Company,
    family: str,
    cores: int,
    environment: str = "prod",
    hours: Decimal | list[Charge] = DAY_HOURS,
    region: str = "",
    kind: str = "vm",
    resource: Resource | None = None,
    **said: object,
) -> Resource:
    """A machine of so many cores: one line for its cores and one for its memory.

    ``hours`` is a day's, or the charges of one core. A ``resource`` that was named before is billed as one.
    """
    resource = resource or add(company, kind, environment, region)
    charges = hours if isinstance(hours, list) else by_day(company.days(), hours)
    labels = {
        "compute.googleapis.com/cores": str(cores),
        "compute.googleapis.com/machine_spec": f"{family.rpartition('.')[2]}-standard-{cores}",
    }
    labels |= dict(said.pop("columns", {}))  # type: ignore[call-overload]
    for part, amount in (("core", Decimal(cores)), ("ram", cores * _GIBIBYTES_PER_CORE)):
        scaled = [Charge(c.start, c.end, c.quantity * amount) for c in charges]
        bill(company, resource, f"{family}.{part}", scaled, columns=labels, **said)
    return resource


def replace_skus(resource: Resource, component: str, successors: dict[str, str]) -> Saving:
    """What other SKUs save of a component, each for the one whose name begins like its key's, credits included."""

    def saving(bill: Bill) -> Decimal:
        total = bill.monthly(resource, component)
        for key, successor in successors.items():
            usage = gcp_meter(key, resource.region).usage
            (line,) = bill.lines(resource, lambda line, usage=usage: line.meter.usage == usage)  # type: ignore[misc]
            before_credits = bill.monthly(resource, keep=lambda other, line=line: other is line) / (1 - line.credit)  # type: ignore[misc]
            total -= before_credits * bill.price_ratio(line, gcp_meter(successor, resource.region))
        return total

    return saving
