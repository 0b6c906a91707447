"""CloudTrail, EKS, CloudWatch and notebooks: what running a cloud costs and need not."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import cost_of, share_of, whole
from simulator.opportunities.fleet.aws_instances import HOURLY_DAYS, OFF_SHARE, every_hour, run_office_hours
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day, by_hour

_HALF = Decimal("0.5")


def _trail(company: Company, usage: str, events: int) -> Resource:
    resource = add(company, "trail")
    bill(company, resource, usage, Decimal(events) * company.jitter(20))
    return resource


def _plant_trails(company: Company) -> None:
    for _ in range(3):
        resource = _trail(company, "PaidEventsRecorded", company.draw.choice((150_000, 400_000, 700_000)))
        company.waste("duplicate_management_trail", resource, "all", whole(resource), "a further copy of the events")


def _mislead_trails(company: Company) -> None:
    check = "duplicate_management_trail"
    company.decoy(check, _trail(company, "FreeEventsRecorded", 500_000), "the first copy of the events is free")
    for _ in range(2):
        company.decoy(check, _trail(company, "DataEventsRecorded", 3_000_000), "it records data events")


DUPLICATE_MANAGEMENT_TRAIL = Kind("duplicate_management_trail", "aws", _plant_trails, _mislead_trails)


def _cluster(company: Company, is_old: bool) -> Resource:
    resource = add(company, "cluster")
    bill(company, resource, "AmazonEKS-Hours:perCluster", DAY_HOURS)
    if is_old:
        bill(company, resource, "AmazonEKS-Hours:extendedSupport", DAY_HOURS)
    return resource


def _plant_clusters(company: Company) -> None:
    for _ in range(company.draw.randint(3, 4)):
        resource = _cluster(company, is_old=True)
        company.waste(
            "extended_support_eks", resource, "licence", cost_of(resource, "licence"),
            "Kubernetes in extended support", lever="engine",
        )  # fmt: skip


def _mislead_clusters(company: Company) -> None:
    for _ in range(3):
        company.decoy("extended_support_eks", _cluster(company, is_old=False), "its version is in standard support")


EXTENDED_SUPPORT_EKS = Kind("extended_support_eks", "aws", _plant_clusters, _mislead_clusters)


def _log_group(company: Company, ingested: str, kept: int) -> Resource:
    resource = add(company, "logs")
    bill(company, resource, "Logs:DataProcessing-Bytes", Decimal(ingested) * company.jitter(15))
    store(company, resource, "Logs:TimedStorage-ByteHrs", kept)
    return resource


def _plant_ingestion(company: Company) -> None:
    for gigabytes in ("60", "90", "140"):
        resource = _log_group(company, gigabytes, 400)
        company.waste(
            "logs_ingest_top", resource, "transfer", share_of(resource, "transfer", _HALF),
            "infrequent access costs half", lever="log class", is_planned=True,
        )  # fmt: skip


def _mislead_ingestion(company: Company) -> None:
    for gigabytes in ("0.2", "0.5", "0.3"):
        company.decoy("logs_ingest_top", _log_group(company, gigabytes, 30), "it takes in next to nothing")


LOGS_INGEST_TOP = Kind("logs_ingest_top", "aws", _plant_ingestion, _mislead_ingestion)


def _plant_notebooks(company: Company) -> None:
    for usage in ("Notebk:ml.m5.xlarge", "Notebk:ml.t3.xlarge", "Notebk:ml.m5.xlarge"):
        resource = add(company, "notebook")
        days = company.days()
        charges = by_day(days[:-HOURLY_DAYS], DAY_HOURS) + by_hour(days[-HOURLY_DAYS:], every_hour)
        bill(company, resource, usage, charges)
        company.waste(
            "notebook_always_on", resource, "compute", share_of(resource, "compute", OFF_SHARE), "day and night",
            lever="schedule",
        )  # fmt: skip


def _mislead_notebooks(company: Company) -> None:
    for _ in range(3):
        resource = add(company, "notebook")
        bill(company, resource, "Notebk:ml.m5.xlarge", run_office_hours(company, is_hourly=True))
        company.decoy("notebook_always_on", resource, "it runs in office hours")


NOTEBOOK_ALWAYS_ON = Kind("notebook_always_on", "aws", _plant_notebooks, _mislead_notebooks)
