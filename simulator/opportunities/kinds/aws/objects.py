"""S3 and Glacier: objects in a class that is dearer than what is done with them."""

from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving, cost_of, share_of
from simulator.opportunities.fleet.aws_services import add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day
from simulator.opportunities.prices.aws_services import DEEP_ARCHIVE_RATIO, service_meter

#: What moving to other classes saves in practice, of the cost of Standard: the Cloud Intelligence Dashboards' figure.
_TIERING = Decimal("0.3")


def _bucket(company: Company, gigabytes: int, usage: str = "TimedStorage-ByteHrs") -> Resource:
    resource = add(company, "bucket")
    store(company, resource, usage, gigabytes)
    return resource


def _infrequent(resource: Resource) -> Saving:
    """The full difference to Standard-IA, were all of it moved."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource, lambda line: line.meter.component == "storage")
        ratio = bill.price_ratio(line, service_meter("TimedStorage-SIA-ByteHrs", resource.region))
        return bill.monthly(resource, "storage") * (1 - ratio)

    return saving


def _plant_standard(company: Company) -> None:
    for _ in range(company.draw.randint(3, 4)):
        resource = _bucket(company, company.draw.choice((4000, 9000, 15000, 22000)))
        company.waste(
            "standard_only_unused", resource, "storage", share_of(resource, "storage", _TIERING),
            "Standard without a request", lever="storage class", alternatives={"Standard-IA": _infrequent(resource)},
        )  # fmt: skip


def _mislead_standard(company: Company) -> None:
    check = "standard_only_unused"
    busy = _bucket(company, 6000)
    bill(company, busy, "Requests-Tier1", Decimal(300000) * company.jitter(30))
    bill(company, busy, "Requests-Tier2", Decimal(4000000) * company.jitter(30))
    company.decoy(check, busy, "objects are written and read every day")
    rare = _bucket(company, 8000)
    bill(company, rare, "Requests-Tier2", by_day(company.days()[-20:-19], Decimal(90000)))
    company.decoy(check, rare, "it was read twenty days ago")
    tiered = _bucket(company, 7000, "TimedStorage-INT-FA-ByteHrs")
    company.decoy(check, tiered, "it is in Intelligent-Tiering")


STANDARD_ONLY_UNUSED = Kind("standard_only_unused", "aws", _plant_standard, _mislead_standard)


def _plant_early(company: Company) -> None:
    for _ in range(3):
        resource = _bucket(company, 3000, "TimedStorage-SIA-ByteHrs")
        bill(company, resource, "Requests-Tier1", Decimal(90000))
        bill(company, resource, "EarlyDelete-SIA", Decimal(company.draw.randint(80, 260)))
        company.waste(
            "s3_early_delete", resource, "fee", cost_of(resource, "fee"), "deleted too early",
            lever="lifecycle",
        )  # fmt: skip


def _mislead_early(company: Company) -> None:
    for _ in range(3):
        resource = _bucket(company, 3000, "TimedStorage-SIA-ByteHrs")
        bill(company, resource, "Requests-Tier1", Decimal(80000))
        company.decoy("s3_early_delete", resource, "what is moved to it stays")


S3_EARLY_DELETE = Kind("s3_early_delete", "aws", _plant_early, _mislead_early)


def _vault(company: Company, gigabytes: int) -> Resource:
    resource = add(company, "vault")
    store(company, resource, "Vault:TimedStorage-ByteHrs", gigabytes)
    return resource


def _plant_vaults(company: Company) -> None:
    for _ in range(3):
        resource = _vault(company, company.draw.choice((20000, 45000, 80000)))
        share = 1 - DEEP_ARCHIVE_RATIO[resource.region]
        company.waste(
            "vault_to_deep_archive", resource, "storage", share_of(resource, "storage", share), "vault",
            lever="storage class",
        )  # fmt: skip


def _mislead_vaults(company: Company) -> None:
    for _ in range(3):
        resource = add(company, "bucket")
        store(company, resource, "TimedStorage-GDA-ByteHrs", 30000)
        company.decoy("vault_to_deep_archive", resource, "it is in Glacier Deep Archive")


VAULT_TO_DEEP_ARCHIVE = Kind("vault_to_deep_archive", "aws", _plant_vaults, _mislead_vaults)


def _plant_multipart(company: Company) -> None:
    for _ in range(3):
        resource = _uploads(company, 1200, company.draw.randint(900, 1100))
        company.waste(
            "incomplete_multipart", resource, "storage", lambda _: None, "uploads begun and not completed",
            is_planned=False,
        )  # fmt: skip


def _uploads(company: Company, begun: int, completed: int) -> Resource:
    resource = _bucket(company, 1500)
    bill(company, resource, "Requests-Tier1", Decimal(begun), "InitiateMultipartUpload")
    bill(company, resource, "Requests-Tier1", Decimal(completed), "CompleteMultipartUpload")
    bill(company, resource, "Requests-Tier2", Decimal(500000))
    return resource


def _mislead_multipart(company: Company) -> None:
    for _ in range(3):
        company.decoy("incomplete_multipart", _uploads(company, 1000, 1000), "every upload is completed")


INCOMPLETE_MULTIPART = Kind("incomplete_multipart", "aws", _plant_multipart, _mislead_multipart)
