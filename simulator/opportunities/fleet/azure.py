"""Azure resources with the ids that a cost export writes, and virtual machines with what follows from them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Charge, Line, Meter, Resource, by_day, stored
from simulator.opportunities.prices.azure import azure_meter, count_vcpus, machine_meter

DAY_HOURS = Decimal(24)
_ID = "/subscriptions/{account}/resourceGroups/rg-{group}/providers/"
_TYPES = {
    "lb": "Microsoft.Network/loadBalancers",
    "nat": "Microsoft.Network/natGateways",
    "firewall": "Microsoft.Network/azureFirewalls",
    "gateway": "Microsoft.Network/applicationGateways",
    "vpn": "Microsoft.Network/virtualNetworkGateways",
    "endpoint": "Microsoft.Network/privateEndpoints",
    "vm": "Microsoft.Compute/virtualMachines",
    "sql": "Microsoft.Sql/servers/sql-{group}/databases",
    "logs": "Microsoft.OperationalInsights/workspaces",
    "storage": "Microsoft.Storage/storageAccounts",
    "snapshot": "Microsoft.Compute/snapshots",
    "backup": "Microsoft.RecoveryServices/vaults",
    "disk": "Microsoft.Compute/disks",
    "group": "Microsoft.Compute/virtualMachineScaleSets",
    "address": "Microsoft.Network/publicIPAddresses",
    "plan": "Microsoft.Web/serverfarms",
    "synapse": "Microsoft.Synapse/workspaces/syn-{group}/sqlPools",
    "cosmos": "Microsoft.DocumentDB/databaseAccounts",
    "databricks": "Microsoft.Databricks/workspaces",
}


def add(company: Company, kind: str, environment: str = "prod", region: str = "", **where: Any) -> Resource:
    """A resource of a kind with its ARM id; ``where`` is its subscription or further tags."""
    return company.resource("azure", f"{_ID}{_TYPES[kind]}/{{name}}", environment, region=region, role=kind, **where)


def bill(
    company: Company,
    resource: Resource,
    key: str,
    quantity: Decimal | int | str | list[Charge] | Callable[[dt.date], Decimal],
) -> Line:
    """A quantity a day of a meter, or charges that were worked out before."""
    if isinstance(quantity, list):
        return company.bill(resource, azure_meter(key), quantity)
    amount = quantity if callable(quantity) else Decimal(quantity)
    return company.bill(resource, azure_meter(key), by_day(company.days(), amount))


def store(company: Company, resource: Resource, key: str, gigabytes: Decimal | int) -> Line:
    """So many gigabytes on every day."""
    return bill(company, resource, key, stored(company.days(), Decimal(gigabytes)))


def run_part_days(company: Company) -> list[Charge]:
    """Ten hours on every day, so that a month is thirty times what a day costs."""
    return by_day(company.days(), Decimal(10))


def describe_machine(resource: Resource, size: str, system: str, has_benefit: bool) -> dict[str, str]:
    """What an export says of a machine beside its meter: size, image, processors, and the hybrid benefit."""
    image = {"Windows": "Windows Server BYOL" if has_benefit else "Windows Server", "Linux": "Canonical"}[system]
    name = f"Standard_{size.split('/')[-1].replace(' ', '_')}"
    usage = "ComputeHR_Windows" if system == "Windows" and not has_benefit else "ComputeHR"
    text = (
        f'{{"UsageType":"{usage}","ImageType":"{image}","ServiceType":"{name}","VMName":"{resource.name}",'
        f'"VMProperties":"","VCPUs":{count_vcpus(size)},"AHB":"{has_benefit}"}}'
    )
    return {"AdditionalInfo": text, "ServiceInfo2": image}


def add_machine(
    company: Company,
    size: str,
    environment: str = "prod",
    system: str = "Linux",
    has_benefit: bool = False,
    charges: Callable[[Company], list[Charge]] | None = None,
    region: str = "",
    resource: Resource | None = None,
    **said: object,
) -> Resource:
    """A virtual machine that runs day and night when ``charges`` says nothing else.

    A ``resource`` that was named before is billed as one.
    With the hybrid benefit, and under a dev/test offer, a Windows machine is billed at the price of Linux.
    """
    resource = resource or add(company, "vm", environment, region=region)
    is_paid = system == "Windows" and not has_benefit and resource.account.offer != "MS-AZR-0148P"
    meter = machine_meter(size, "Windows" if is_paid else "Linux")
    billed = charges(company) if charges else by_day(company.days(), DAY_HOURS)
    columns = describe_machine(resource, size, system, has_benefit)
    company.bill(resource, meter, billed, columns=columns, **said)
    return resource


def without_windows(company: Company, resource: Resource, size: str) -> Saving:
    """What the Windows meter costs above the Linux one, at the customer's own price where that is billed.

    Where it is not, the list says it in dollars only: in another currency no amount can be stated.
    """
    is_listed = company.profile.currency["azure"] == "USD"

    def saving(bill: Bill) -> Decimal | None:
        (line,) = bill.lines(resource, lambda line: line.meter.component == "compute")
        if not is_listed and bill.own_price(machine_meter(size), resource.region) is None:
            return None
        return bill.monthly(resource, "compute") * (1 - bill.price_ratio(line, machine_meter(size)))

    return saving


def replace_meter(resource: Resource, component: str, successor: Meter) -> Saving:
    """What another meter saves of a component."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource, lambda line: line.meter.component == component)
        return bill.monthly(resource, component) * (1 - bill.price_ratio(line, successor))

    return saving


def at_own_price(resource: Resource, component: str, successor: Meter) -> Saving:
    """What another meter saves of a component; nothing is known where the customer is not billed for it."""
    listed = replace_meter(resource, component, successor)
    return lambda bill: None if bill.own_price(successor, resource.region) is None else listed(bill)
