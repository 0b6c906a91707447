"""What an AWS bill only hints at: no saving is stated, and none counts in a plan."""

from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_instances import add_instance
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource

_Add = Callable[[Company, Decimal], Resource]


def _nothing(_: Bill) -> None:
    return None


def _advise(check: str, make: _Add, much: str, little: str, component: str, detail: str, why: str) -> Kind:
    """Three resources with much of what is meant, and three with little of it."""

    def plant(company: Company) -> None:
        for factor in (1, 2, 3):
            resource = make(company, Decimal(much) * factor)
            company.waste(check, resource, component, _nothing, detail, is_planned=False)

    def mislead(company: Company) -> None:
        for factor in (1, 2, 3):
            company.decoy(check, make(company, Decimal(little) * factor), why)

    return Kind(check, "aws", plant, mislead)


def _between_zones(company: Company, gigabytes: Decimal) -> Resource:
    resource = add_instance(company, "m7g.large")
    bill(company, resource, "DataTransfer-Regional-Bytes", gigabytes)
    return resource


def _to_internet(company: Company, gigabytes: Decimal) -> Resource:
    resource = add_instance(company, "c7g.large")
    bill(company, resource, "DataTransfer-Out-Bytes", gigabytes)
    return resource


def _through_nat(company: Company, gigabytes: Decimal) -> Resource:
    """A NAT gateway beside a bucket of the same account and region."""
    resource = add(company, "nat")
    bill(company, resource, "NatGateway-Hours", DAY_HOURS)
    bill(company, resource, "NatGateway-Bytes", gigabytes)
    name = f"{resource.name}-data"
    bucket = company.resource("aws", name, account=resource.account, region=resource.region)
    store(company, bucket, "TimedStorage-ByteHrs", 900)
    bill(company, bucket, "Requests-Tier2", Decimal(2_000_000))
    return resource


def _file_system(company: Company, gigabytes: Decimal) -> Resource:
    resource = add(company, "files")
    store(company, resource, "EFS:TimedStorage-ByteHrs", gigabytes)
    return resource


def _recorder(company: Company, items: Decimal) -> Resource:
    resource = add(company, "recorder")
    bill(company, resource, "ConfigurationItemRecorded", items)
    return resource


INTER_AZ = _advise("inter_az", _between_zones, "700", "0.4", "transfer", "traffic between zones", "next to no traffic")
INTERNET_VS_CDN = _advise(
    "internet_vs_cdn", _to_internet, "260", "0.5", "transfer", "traffic to the internet", "next to no traffic"
)
NAT_PROCESSING = _advise(
    "nat_processing", _through_nat, "520", "0.6", "transfer", "a gateway endpoint would be free", "next to no traffic"
)
CONFIG_PERIODIC = _advise(
    "config_periodic", _recorder, "9000", "15", "requests", "recorded at every change", "next to nothing is recorded"
)


def _plant_files(company: Company) -> None:
    for size in (600, 1500, 4000):
        resource = _file_system(company, Decimal(size))
        company.waste("efs_no_ia", resource, "storage", _nothing, f"{size} GB, none infrequent", is_planned=False)


def _mislead_files(company: Company) -> None:
    for size in (400, 900, 2000):
        resource = _file_system(company, Decimal(size))
        store(company, resource, "EFS:IATimedStorage-ByteHrs", size * 3)
        company.decoy("efs_no_ia", resource, "most of it is infrequent already")


EFS_NO_IA = Kind("efs_no_ia", "aws", _plant_files, _mislead_files)
