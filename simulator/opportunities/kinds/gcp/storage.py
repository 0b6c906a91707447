"""Cloud Storage and Cloud Logging: what is kept in a dear class, or for longer than is free."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import cost_of, whole
from simulator.opportunities.fleet.gcp import add, bill, replace_skus, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day


def _bucket(company: Company, gibibytes: int, key: str = "gcs.standard") -> Resource:
    resource = add(company, "bucket")
    store(company, resource, key, gibibytes)
    return resource


def _plant_standard(company: Company) -> None:
    for size in (8000, 20000, company.draw.choice((15000, 45000))):
        resource = _bucket(company, size)
        company.waste(
            "standard_no_ops", resource, "storage", replace_skus(resource, "storage", {"gcs.standard": "gcs.nearline"}),
            f"{size} GiB", lever="storage class",
        )  # fmt: skip


def _mislead_standard(company: Company) -> None:
    check = "standard_no_ops"
    busy = _bucket(company, 9000)
    bill(company, busy, "gcs.class_a", Decimal(60000))
    bill(company, busy, "gcs.class_b", Decimal(2000000))
    company.decoy(check, busy, "objects are written and read every day")
    rare = _bucket(company, 7000)
    bill(company, rare, "gcs.class_b", by_day(company.days()[-25:-24], Decimal(40000)))
    company.decoy(check, rare, "it was read 24 days ago")
    company.decoy(check, _bucket(company, 12000, "gcs.nearline"), "it is Nearline")


STANDARD_NO_OPS = Kind("standard_no_ops", "gcp", _plant_standard, _mislead_standard)


def _plant_logs(company: Company) -> None:
    for size in (4000, 9000, company.draw.choice((15000, 30000))):
        resource = add(company, "log")
        bill(company, resource, "log.storage", Decimal(size) / 400)
        store(company, resource, "log.retention", size)
        company.waste(
            "log_storage", resource, "storage", cost_of(resource, "storage"),
            f"{size} GiB kept for longer than 30 days", lever="retention",
            alternatives={"and what comes in": whole(resource)},
        )  # fmt: skip


def _mislead_logs(company: Company) -> None:
    for size in ("0.3", "0.8", "0.5"):
        resource = add(company, "log")
        bill(company, resource, "log.storage", Decimal(size))
        company.decoy("log_storage", resource, "it takes in little and keeps it for 30 days")


LOG_STORAGE = Kind("log_storage", "gcp", _plant_logs, _mislead_logs)
