"""What is saved a month by the changes that inventory and metrics call for."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.opportunities.calendar import MONTH_DAYS, days_in_month
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Meter, Resource
from simulator.opportunities.prices.aws_services import service_meter
from simulator.opportunities.prices.azure import azure_meter
from simulator.opportunities.prices.gcp import gcp_meter


def whole_of(resources: Sequence[Resource]) -> Saving:
    """All that resources cost."""
    return lambda bill: sum((bill.monthly(resource) for resource in resources), Decimal(0))


def surplus(members: Sequence[Resource], count: int, kept: int) -> Saving:
    """What a group of so many equal machines costs beyond those that are kept, however many resources bill it."""
    total = whole_of(members)
    return lambda bill: (total(bill) or Decimal(0)) * (count - kept) / count


def _snapshot_meter(resource: Resource) -> Meter:
    if resource.cloud == "aws":
        return service_meter("EBS:SnapshotUsage", resource.region)
    return azure_meter("snapshot") if resource.cloud == "azure" else gcp_meter("snapshot", resource.region)


def keep_snapshots(company: Company, resources: Sequence[Resource], gigabytes: int) -> dict[str, Saving]:
    """What deleting disks saves when a snapshot of all of each is kept, at the price that the customer would pay.

    A month is thirty days of a bill that spreads a price over 28 to 31; whoever takes the price of a month as it is
    may be right as well.
    """
    kept = Decimal(0)
    for resource in resources:
        price, _ = company.price(_snapshot_meter(resource), resource.region)
        kept += gigabytes * (price * (1 - company.profile.net_discount) if resource.cloud == "aws" else price)
    whole = whole_of(resources)
    billed = sum((1 / Decimal(days_in_month(date)) for date in company.days(MONTH_DAYS)), Decimal(0))

    def less(amount: Decimal) -> Saving:
        return lambda bill: (whole(bill) or Decimal(0)) - amount

    return {"snapshot kept": less(kept * billed), "snapshot kept for a month": less(kept)}
