"""Azure services in the wrong tier: logs by the gigabyte, hot data that nobody reads, retired machines, idle pools."""

from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving, share_of
from simulator.opportunities.fleet.aws_instances import OFF_SHARE
from simulator.opportunities.fleet.azure import DAY_HOURS, add, add_machine, bill, replace_meter, run_part_days, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource
from simulator.opportunities.prices.azure import LOG_TIERS, RETIRING, azure_meter, machine_meter

_TIER = "log_commitment_tier"


def _workspace(company: Company, gigabytes: int) -> Resource:
    resource = add(company, "logs")
    bill(company, resource, "logs.ingestion", Decimal(gigabytes))
    return resource


def _best_tier(resource: Resource, gigabytes: int) -> Saving:
    """The cheapest tier for what comes in every day; what is above it is billed at the tier's own rate."""

    def saving(bill: Bill) -> Decimal:
        payg = azure_meter("logs.ingestion").price * gigabytes
        daily = min(price * max(Decimal(1), Decimal(gigabytes) / tier) for tier, price in LOG_TIERS.items())
        return bill.monthly(resource, "transfer") * (1 - daily / payg)

    return saving


def _plant_tier(company: Company) -> None:
    for gigabytes in (110, 130, company.draw.choice((150, 230))):
        resource = _workspace(company, gigabytes)
        company.waste(_TIER, resource, "transfer", _best_tier(resource, gigabytes), f"{gigabytes} GB a day")


def _mislead_tier(company: Company) -> None:
    for gigabytes in (12, 40, 70):
        company.decoy(_TIER, _workspace(company, gigabytes), f"{gigabytes} GB a day are below every tier")
    tiered = add(company, "logs")
    bill(company, tiered, "logs.tier100", Decimal(1))
    company.decoy(_TIER, tiered, "it has a commitment tier")


LOG_COMMITMENT_TIER = Kind(_TIER, "azure", _plant_tier, _mislead_tier)


def _plant_hot(company: Company) -> None:
    for size in (20000, 60000, company.draw.choice((30000, 90000))):
        resource = add(company, "storage")
        store(company, resource, "blob.hot", size)
        bill(company, resource, "blob.writes", Decimal(3))
        company.waste(
            "hot_without_reads", resource, "storage", replace_meter(resource, "storage", azure_meter("blob.cool")),
            f"{size} GB", lever="access tier",
            alternatives={"cold": replace_meter(resource, "storage", azure_meter("blob.cold"))},
        )  # fmt: skip


def _mislead_hot(company: Company) -> None:
    check = "hot_without_reads"
    for size in (8000, 20000):
        resource = add(company, "storage")
        store(company, resource, "blob.hot", size)
        bill(company, resource, "blob.reads", Decimal(size) / 4)
        company.decoy(check, resource, "it is read all the time")
    cool = add(company, "storage")
    store(company, cool, "blob.cool", 40000)
    company.decoy(check, cool, "it is in the cool tier")


HOT_WITHOUT_READS = Kind("hot_without_reads", "azure", _plant_hot, _mislead_hot)


def _plant_retiring(company: Company) -> None:
    for size, successor in RETIRING.items():
        resource = add_machine(company, size)
        saving = replace_meter(resource, "compute", machine_meter(successor))
        company.waste("retiring_series", resource, "compute", saving, f"{size} to {successor}", lever="processor")


def _mislead_retiring(company: Company) -> None:
    for size in ("D4s v5", "F4s v2", "E4s v5"):
        company.decoy("retiring_series", add_machine(company, size), "its series is current")


RETIRING_SERIES = Kind("retiring_series", "azure", _plant_retiring, _mislead_retiring)


def _plant_databricks(company: Company) -> None:
    for units in (60, 120, 200):
        resource = add(company, "databricks")
        bill(company, resource, "databricks.all", Decimal(units))
        company.waste(
            "databricks_all_purpose", resource, "compute",
            replace_meter(resource, "compute", azure_meter("databricks.jobs")), "the same every day and night",
        )  # fmt: skip


def _mislead_databricks(company: Company) -> None:
    for units in (50, 90, 150):
        resource = add(company, "databricks")
        bill(company, resource, "databricks.jobs", Decimal(units))
        company.decoy("databricks_all_purpose", resource, "it runs jobs as jobs")


DATABRICKS_ALL_PURPOSE = Kind("databricks_all_purpose", "azure", _plant_databricks, _mislead_databricks)


def _plant_pools(company: Company) -> None:
    for environment in ("dev", "test", "staging"):
        resource = add(company, "synapse", environment)
        bill(company, resource, "synapse", DAY_HOURS)
        company.tolerate("nonprod_always_on", resource)
        company.waste(
            "always_on_pool",
            resource,
            "compute",
            share_of(resource, "compute", OFF_SHARE),
            environment,
            lever="schedule",
        )


def _mislead_pools(company: Company) -> None:
    for environment in ("dev", "test"):
        resource = add(company, "synapse", environment)
        company.bill(resource, azure_meter("synapse"), run_part_days(company))
        company.decoy("always_on_pool", resource, "it is paused at night")
    production = add(company, "synapse")
    bill(company, production, "synapse", DAY_HOURS)
    company.decoy("always_on_pool", production, "it is production")


ALWAYS_ON_POOL = Kind("always_on_pool", "azure", _plant_pools, _mislead_pools)


def _cosmos(company: Company, key: str, units: int) -> Resource:
    """So many hundred request units a second on every hour of the day."""
    resource = add(company, "cosmos")
    bill(company, resource, f"cosmos.{key}", DAY_HOURS * units)
    return resource


def _plant_cosmos(company: Company) -> None:
    """Autoscale that is always at its maximum: provisioned by hand it would be a third cheaper."""
    for units in (10, 25, 40):
        resource = _cosmos(company, "autoscale", units)
        company.waste(
            "cosmos_capacity_mode",
            resource,
            "compute",
            lambda _: None,
            "autoscale, the same every day",
            alternatives={"manual": replace_meter(resource, "compute", azure_meter("cosmos.manual"))},
            is_planned=False,
        )


def _mislead_cosmos(company: Company) -> None:
    for units in (4, 8, 12):
        company.decoy("cosmos_capacity_mode", _cosmos(company, "manual", units), "it is provisioned by hand")


COSMOS_CAPACITY_MODE = Kind("cosmos_capacity_mode", "azure", _plant_cosmos, _mislead_cosmos)
