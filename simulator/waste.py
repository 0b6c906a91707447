"""Planted waste: resources that cost money every day and do nothing, with what a month of each costs."""

from dataclasses import dataclass
from decimal import Decimal

from simulator import aws_lines, azure_lines, gcp_lines
from simulator.aws_items import AWS_ITEMS
from simulator.azure_items import AZURE_ITEMS
from simulator.catalogue import Item
from simulator.company import AWS_ACCOUNTS, AZURE_ACCOUNTS, GCP_ACCOUNTS, Account, find_account
from simulator.fleet import Line, make_token
from simulator.gcp_items import GCP_ITEMS

_DAYS_IN_MONTH = 30


@dataclass(frozen=True)
class Waste:
    """One idle resource: what it is, where, how large, and what it uses a day of which meter."""

    id: str
    kind: str
    account: Account
    item: Item
    quantity: float
    size: str
    attributes: dict[str, object]


def _meter(items: tuple[Item, ...], meter: str) -> Item:
    return next(item for item in items if item.meter == meter)


def _volume(name: str, account: str, gibibytes: int) -> Waste:
    # a day's share of a GB-month, to four decimals like every quantity
    quantity = round(gibibytes / _DAYS_IN_MONTH, 4)
    item = _meter(AWS_ITEMS, "EBS:VolumeUsage.gp3")
    attributes: dict[str, object] = {"volume_type": "gp3", "size_gb": gibibytes, "attachments": 0}
    return Waste(
        name, "unattached_volume", find_account(AWS_ACCOUNTS, account), item, quantity, f"{gibibytes} GB", attributes
    )


def _snapshot(name: str, account: str, gibibytes: int) -> Waste:
    item = _meter(AWS_ITEMS, "EBS:SnapshotUsage")
    attributes: dict[str, object] = {"size_gb": gibibytes, "started": "2023-02-11"}
    quantity = round(gibibytes / _DAYS_IN_MONTH, 4)
    return Waste(
        name, "old_snapshot", find_account(AWS_ACCOUNTS, account), item, quantity, f"{gibibytes} GB", attributes
    )


WASTE = (
    _volume("volume-1", "shop-dev", 500),
    _volume("volume-2", "shop-dev", 1000),
    _volume("volume-3", "ml-research", 2000),
    _volume("volume-4", "shop-staging", 250),
    _snapshot("snapshot-1", "shop-prod", 3000),
    _snapshot("snapshot-2", "data-prod", 1500),
    Waste(
        "balancer-1",
        "idle_load_balancer",
        find_account(AWS_ACCOUNTS, "shop-staging"),
        _meter(AWS_ITEMS, "LoadBalancerUsage"),
        24,
        "application",
        {"targets": 0},
    ),
    Waste(
        "azure-vm-1",
        "idle_vm",
        find_account(AZURE_ACCOUNTS, "sandbox"),
        _meter(AZURE_ITEMS, "D4s v5"),
        24,
        "Standard_D4s_v5",
        {"average_cpu_percent": 1},
    ),
    Waste(
        "azure-disk-1",
        "unattached_disk",
        find_account(AZURE_ACCOUNTS, "analytics-dev"),
        _meter(AZURE_ITEMS, "P15 LRS Disk"),
        0.0333,
        "256 GB",
        {"sku": "Premium_LRS", "attached_to": None},
    ),
    Waste(
        "gcp-address-1",
        "idle_address",
        find_account(GCP_ACCOUNTS, "fernhill-web-dev"),
        Item(
            "Networking",
            "Networking",
            "Static Ip Charge",
            "hour",
            10000,
            24,
            "always_on",
            0,
            "address",
            extra=_meter(GCP_ITEMS, "Network Internet Data Transfer Out from EMEA to EMEA").extra
            | {"sku": "0A1B-6F2E-7C39", "base_unit": "seconds", "base_units": "3600", "type": "addresses"},
        ),
        24,
        "1 address",
        {"status": "RESERVED"},
    ),
)


def waste_lines(provider: str) -> list[Line]:
    """The lines of the planted waste of one cloud."""
    return [
        Line(
            waste.item,
            waste.account,
            waste.account.region,
            waste.account.teams[0],
            "none" if waste.id.endswith("2") else "full",
            make_token("waste", waste.id),
            waste.quantity,
            label=f"waste:{waste.id}",
        )
        for waste in WASTE
        if waste.account.provider == provider
    ]


def monthly_cost(waste: Waste) -> Decimal:
    """What 30 days cost, to the cent."""
    daily = Decimal(str(waste.quantity)) * waste.item.price / 1_000_000
    return (daily * _DAYS_IN_MONTH).quantize(Decimal("0.01"))


def describe_waste(waste: Waste) -> dict[str, object]:
    """The entry of ``truth.json``."""
    line = next(line for line in waste_lines(waste.account.provider) if line.label == f"waste:{waste.id}")
    return {
        "id": waste.id,
        "kind": waste.kind,
        "source": waste.account.provider,
        "provider": waste.account.provider,
        "account": waste.account.id,
        "account_name": waste.account.name,
        "region": waste.account.region,
        "resource_id": _RESOURCE_NAMES[waste.account.provider](line),
        "service": waste.item.service,
        "usage_type": waste.item.meter,
        "team": line.team,
        "tagged": line.tagging == "full",
        "monthly_cost": str(monthly_cost(waste)),
        "currency": "EUR" if waste.account.provider == "azure" else "USD",
        "size": waste.size,
        **waste.attributes,
    }


#: How each cloud names a line's resource on the bill.
_RESOURCE_NAMES = {
    "aws": aws_lines.name_resource,
    "azure": azure_lines.name_resource,
    "gcp": gcp_lines.name_resource,
}
