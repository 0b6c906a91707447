"""Lambda, Fargate and DynamoDB: the dearer processor, capacity that is kept and not used, the wrong table class."""

from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving, cost_of
from simulator.opportunities.fleet.aws_services import add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Line, Resource
from simulator.opportunities.prices.aws_services import service_meter

_DAY_SECONDS = 86400


def _cheaper_meters(resource: Resource, successors: dict[str, str]) -> Saving:
    """What other meters save, at the customer's own price of them where they are billed in the region."""

    def keep(line: Line, usage: str) -> bool:
        return line.meter.usage == usage

    def saving(bill: Bill) -> Decimal:
        total = Decimal(0)
        for usage, successor in successors.items():
            (line,) = bill.lines(resource, lambda line, usage=usage: keep(line, usage))  # type: ignore[misc]
            ratio = bill.price_ratio(line, service_meter(successor, resource.region))
            total += bill.monthly(resource, keep=lambda line, usage=usage: keep(line, usage)) * (1 - ratio)  # type: ignore[misc]
        return total

    return saving


def _function(company: Company, usage: str, gigabyte_seconds: int) -> Resource:
    resource = add(company, "function")
    factor = company.jitter(20)
    bill(company, resource, usage, Decimal(gigabyte_seconds) * factor)
    bill(company, resource, "Request", Decimal(gigabyte_seconds * 2) * factor)
    return resource


def _plant_lambda(company: Company) -> None:
    for size in (400_000, 1_500_000, company.draw.choice((2_500_000, 6_000_000))):
        resource = _function(company, "Lambda-GB-Second", size)
        saving = _cheaper_meters(resource, {"Lambda-GB-Second": "Lambda-GB-Second-ARM"})
        company.waste("lambda_arm", resource, "compute", saving, "x86 to Arm", lever="processor")
    if company.draw.random() < 0.5:
        for region in company.profile.regions["aws"]:
            other = add(company, "function", region=region)
            bill(company, other, "Lambda-GB-Second-ARM", Decimal(300_000))


def _mislead_lambda(company: Company) -> None:
    for size in (200_000, 700_000, 1_100_000):
        company.decoy("lambda_arm", _function(company, "Lambda-GB-Second-ARM", size), "it runs on Arm")


LAMBDA_ARM = Kind("lambda_arm", "aws", _plant_lambda, _mislead_lambda)


def _concurrency(company: Company, gigabytes: int, used: str = "") -> Resource:
    resource = add(company, "function")
    bill(company, resource, "Lambda-Provisioned-Concurrency", Decimal(gigabytes * _DAY_SECONDS))
    if used:
        bill(company, resource, "Lambda-Provisioned-GB-Second", Decimal(used) * company.jitter(20))
    return resource


def _plant_concurrency(company: Company) -> None:
    for size in (10, 20, company.draw.choice((5, 50))):
        resource = _concurrency(company, size)
        company.waste(
            "provisioned_concurrency_idle", resource, "fee", cost_of(resource, "fee"),
            f"{size} GB kept warm", lever="concurrency",
        )  # fmt: skip


def _mislead_concurrency(company: Company) -> None:
    for used in ("300000", "90000", "1200"):
        company.decoy("provisioned_concurrency_idle", _concurrency(company, 10, used), "what is kept warm is invoked")


PROVISIONED_CONCURRENCY_IDLE = Kind("provisioned_concurrency_idle", "aws", _plant_concurrency, _mislead_concurrency)


def _task(company: Company, processors: int, arm: str = "") -> Resource:
    resource = add(company, "task")
    bill(company, resource, f"Fargate-{arm}vCPU-Hours:perCPU", Decimal(24 * processors))
    bill(company, resource, f"Fargate-{arm}GB-Hours", Decimal(48 * processors))
    return resource


def _plant_fargate(company: Company) -> None:
    for size in (2, 4, company.draw.choice((8, 16))):
        resource = _task(company, size)
        meters = {
            name: name.replace("Fargate-", "Fargate-ARM-") for name in ("Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours")
        }
        company.waste(
            "fargate_arm",
            resource,
            "compute",
            _cheaper_meters(resource, meters),
            f"{size} vCPU to Arm",
            lever="processor",
        )


def _mislead_fargate(company: Company) -> None:
    for size in (2, 4, 8):
        company.decoy("fargate_arm", _task(company, size, "ARM-"), "it runs on Arm")


FARGATE_ARM = Kind("fargate_arm", "aws", _plant_fargate, _mislead_fargate)


def _table(company: Company, gigabytes: int, reads: int, writes: int, table_class: str = "") -> Resource:
    resource = add(company, "table")
    store(company, resource, f"DDB:{table_class}TimedStorage-ByteHrs", gigabytes)
    bill(company, resource, "ReadRequestUnits", Decimal(reads) * company.jitter(20))
    bill(company, resource, "WriteRequestUnits", Decimal(writes) * company.jitter(20))
    company.tolerate("capacity_mode", resource, "requests by the day do not say how high their peak is")
    return resource


def _change_class(resource: Resource) -> Saving:
    """Storage costs two fifths in the infrequent access class, requests a quarter more."""
    return lambda bill: (
        bill.monthly(resource, "storage") * Decimal("0.6") - bill.monthly(resource, "requests") * Decimal("0.25")
    )


def _plant_tables(company: Company) -> None:
    for size in (800, 1500, company.draw.choice((2500, 4000))):
        resource = _table(company, size, 3_000_000, 400_000)
        company.waste("table_class_ia", resource, "storage", _change_class(resource), f"{size} GB", lever="table class")


def _mislead_tables(company: Company) -> None:
    check = "table_class_ia"
    for _ in range(2):
        busy = _table(company, 60, 60_000_000, 24_000_000)
        company.decoy(check, busy, "its requests would cost more than its storage saves")
    company.decoy(check, _table(company, 900, 1_000_000, 100_000, "IA-"), "it is in that class")


TABLE_CLASS_IA = Kind("table_class_ia", "aws", _plant_tables, _mislead_tables)
