"""RDS and ElastiCache: standby where nobody needs it, old engines, old and dear kinds of machine."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving, cost_of, share_of
from simulator.opportunities.fleet.aws_instances import HOURS, declare_always_on, run_always, run_office_hours
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Meter, Resource, by_day
from simulator.opportunities.prices.aws_compute import cache_meter, count_vcpus, database_meter

_HALF = Decimal("0.5")


def _database(
    company: Company,
    kind: str,
    environment: str = "prod",
    engine: str = "MySQL",
    is_multi_az: bool = False,
    is_always_on: bool = True,
    gigabytes: int = 100,
) -> Resource:
    resource = add(company, "database", environment)
    is_nonprod = environment != "prod"
    charges = run_always(company, is_nonprod) if is_always_on else run_office_hours(company, is_nonprod)
    company.bill(resource, database_meter(kind, resource.region, engine, is_multi_az), charges)
    store(company, resource, "RDS:Multi-AZ-GP3-Storage" if is_multi_az else "RDS:GP3-Storage", gigabytes)
    if is_nonprod and is_always_on:
        declare_always_on(company, resource)
    return resource


def _replace(resource: Resource, successor: Meter) -> Saving:
    """What the successor saves of the instance's cost."""
    return lambda bill: (
        bill.monthly(resource, "compute")
        * (1 - bill.price_ratio(bill.lines(resource, lambda line: line.meter.component == "compute")[0], successor))
    )


def _plant_multi_az(company: Company) -> None:
    for environment in ("dev", "test", "staging"):
        resource = _database(company, "db.m6g.large", environment, is_multi_az=True)
        for component in ("compute", "storage"):
            saving = share_of(resource, component, _HALF)
            company.waste(
                "rds_multi_az_nonprod", resource, component, saving, "half of it is the standby", lever="standby"
            )


def _mislead_multi_az(company: Company) -> None:
    for _ in range(2):
        resource = _database(company, "db.m6g.large", is_multi_az=True)
        company.decoy("rds_multi_az_nonprod", resource, "it is production")
    resource = _database(company, "db.m6g.large", "dev", is_always_on=False)
    company.decoy("rds_multi_az_nonprod", resource, "it has no standby")


RDS_MULTI_AZ_NONPROD = Kind("rds_multi_az_nonprod", "aws", _plant_multi_az, _mislead_multi_az)


def _declare_graviton(company: Company, resource: Resource, kind: str, engine: str = "MySQL") -> None:
    family = kind.split(".")[1]
    target = kind.replace(
        family, {"m4": "m6g", "m5": "m6g", "r4": "r6g", "r5": "r6g", "t2": "t4g", "t3": "t4g"}[family]
    )
    successor = database_meter(target, resource.region, engine)
    company.waste(
        "rds_graviton", resource, "compute", _replace(resource, successor), f"{kind} to {target}", lever="processor"
    )


def _plant_graviton(company: Company) -> None:
    for kind, engine in (("db.m5.large", "MySQL"), ("db.r5.xlarge", "PostgreSQL"), ("db.r5.large", "MySQL")):
        resource = _database(company, kind, engine=engine)
        _declare_graviton(company, resource, kind, engine)


def _mislead_graviton(company: Company) -> None:
    for kind in ("db.m6g.large", "db.r6g.large", "db.m7g.xlarge"):
        company.decoy("rds_graviton", _database(company, kind), "it is Graviton already")


RDS_GRAVITON = Kind("rds_graviton", "aws", _plant_graviton, _mislead_graviton)


def _plant_previous(company: Company) -> None:
    for kind, target in (
        ("db.m4.large", "db.m5.large"),
        ("db.m4.xlarge", "db.m5.xlarge"),
        ("db.m4.2xlarge", "db.m5.2xlarge"),
    ):
        resource = _database(company, kind)
        saving = _replace(resource, database_meter(target, resource.region))
        company.waste("rds_previous_generation", resource, "compute", saving, f"{kind} to {target}", lever="processor")
        _declare_graviton(company, resource, kind)


def _mislead_previous(company: Company) -> None:
    for kind in ("db.m6g.xlarge", "db.m7g.large", "db.r6g.large"):
        company.decoy("rds_previous_generation", _database(company, kind), "its generation is current")


RDS_PREVIOUS_GENERATION = Kind("rds_previous_generation", "aws", _plant_previous, _mislead_previous)


def _plant_support(company: Company) -> None:
    for usage, engine in (
        ("ExtendedSupport:Yr1-Yr2:MySQL8.0", "MySQL"),
        ("ExtendedSupport:Yr3:MySQL5.7", "MySQL"),
        ("ExtendedSupport:Yr1-Yr2:PostgreSQL12", "PostgreSQL"),
    ):
        kind = company.draw.choice(("db.m6g.large", "db.r6g.xlarge"))
        resource = _database(company, kind, engine=engine)
        bill(company, resource, usage, DAY_HOURS * count_vcpus(kind))
        company.waste(
            "extended_support_db",
            resource,
            "licence",
            cost_of(resource, "licence"),
            usage,
            lever="engine",
        )


def _mislead_support(company: Company) -> None:
    for engine in ("MySQL", "PostgreSQL", "PostgreSQL"):
        resource = _database(company, "db.m6g.large", engine=engine)
        company.decoy("extended_support_db", resource, "its engine is in standard support")


EXTENDED_SUPPORT_DB = Kind("extended_support_db", "aws", _plant_support, _mislead_support)


def _cache(company: Company, kind: str, engine: str = "Redis", nodes: int = 2) -> Resource:
    resource = add(company, "cache")
    company.bill(resource, cache_meter(kind, resource.region, engine), by_day(company.days(), HOURS * nodes))
    if engine == "Redis":
        saving = _replace(resource, cache_meter(kind, resource.region, "Valkey"))
        company.waste("valkey", resource, "compute", saving, f"{kind} to Valkey", lever="cache engine")
    return resource


def _plant_valkey(company: Company) -> None:
    for kind in ("cache.m6g.large", "cache.r6g.large", company.draw.choice(("cache.m7g.large", "cache.r7g.large"))):
        _cache(company, kind)
    if company.draw.random() < 0.5:
        _cache(company, "cache.r6g.large", "Valkey")


def _mislead_valkey(company: Company) -> None:
    for kind in ("cache.m6g.large", "cache.m7g.large"):
        company.decoy("valkey", _cache(company, kind, "Valkey"), "it is Valkey already")
    company.decoy("valkey", _cache(company, "cache.r7g.large", "Memcached"), "Memcached has no Valkey")


VALKEY = Kind("valkey", "aws", _plant_valkey, _mislead_valkey)


def _plant_cache_processor(company: Company) -> None:
    for kind, target in (
        ("cache.m5.large", "cache.m6g.large"),
        ("cache.r5.large", "cache.r6g.large"),
        ("cache.m5.xlarge", "cache.m6g.xlarge"),
    ):
        resource = _cache(company, kind, "Memcached")
        saving = _replace(resource, cache_meter(target, resource.region, "Memcached"))
        company.waste("graviton_cache", resource, "compute", saving, f"{kind} to {target}", lever="processor")


def _mislead_cache_processor(company: Company) -> None:
    for kind in ("cache.m6g.large", "cache.r6g.large", "cache.r7g.large"):
        company.decoy("graviton_cache", _cache(company, kind, "Memcached"), "it is Graviton already")


GRAVITON_CACHE = Kind("graviton_cache", "aws", _plant_cache_processor, _mislead_cache_processor)
