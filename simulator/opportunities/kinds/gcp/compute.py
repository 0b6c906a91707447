"""Compute Engine and Cloud SQL: old machines, capacity that is held, standby and old engines."""

from decimal import Decimal

from simulator.opportunities.calendar import is_office_hour
from simulator.opportunities.company import Company
from simulator.opportunities.findings import cost_of, share_of, whole
from simulator.opportunities.fleet.aws_instances import HOURLY_DAYS, OFF_SHARE, every_hour
from simulator.opportunities.fleet.gcp import DAY_HOURS, add, add_machine, bill, replace_skus, store
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Charge, Resource, by_day, by_hour
from simulator.opportunities.prices.gcp import gcp_meter

_TO_E2 = {"n1.core": "e2.core", "n1.ram": "e2.ram"}


def _plant_n1(company: Company) -> None:
    for cores in (2, 4, company.draw.choice((8, 16))):
        # with a discount for sustained use the difference is smaller
        credit = Decimal(company.draw.choice((0, 0, 10))) / 100
        resource = add_machine(company, "n1", cores, credit=credit)
        company.waste(
            "n1_old", resource, "compute", replace_skus(resource, "compute", _TO_E2), f"{cores} vCPU N1 to E2"
        )
    if company.draw.random() < 0.5:  # the customer's own price of E2 is known then
        for region in company.profile.regions["gcp"]:
            add_machine(company, "e2", 2, region=region)


def _mislead_n1(company: Company) -> None:
    check = "n1_old"
    company.decoy(check, add_machine(company, "spot.n1", 4, payment="spot"), "it is a spot machine")
    company.decoy(check, add_machine(company, "n2", 4), "it is N2")
    with_gpu = add_machine(company, "n1", 4)
    bill(company, with_gpu, "gpu", DAY_HOURS)
    company.decoy(check, with_gpu, "it has a GPU, which E2 cannot have")


N1_OLD = Kind("n1_old", "gcp", _plant_n1, _mislead_n1)


def _plant_reservations(company: Company) -> None:
    for cores in (4, 8, 16):
        labels = {"compute.googleapis.com/is_unused_reservation": "true"}
        resource = add_machine(company, "n2", cores, kind="reservation", columns=labels)
        company.waste("unused_reservation", resource, "all", whole(resource), f"{cores} vCPU held and not used")


def _mislead_reservations(company: Company) -> None:
    for cores in (4, 8, 16):
        labels = {"compute.googleapis.com/is_unused_reservation": "false"}
        resource = add_machine(company, "n2", cores, columns=labels)
        company.decoy("unused_reservation", resource, "the machine that it is held for runs")


UNUSED_RESERVATION = Kind("unused_reservation", "gcp", _plant_reservations, _mislead_reservations)


def _database(company: Company, cores: int, place: str, environment: str = "prod") -> Resource:
    resource = add(company, "sql", environment)
    bill(company, resource, f"sql.{place}.core", DAY_HOURS * cores)
    bill(company, resource, f"sql.{place}.ram", DAY_HOURS * cores * 4)
    store(company, resource, f"sql.{place}.disk", 100)
    if environment != "prod":
        # cores by the day do not say for how long it ran
        company.tolerate("nonprod_always_on", resource)
    return resource


def _plant_ha(company: Company) -> None:
    for environment in ("dev", "test", "staging"):
        resource = _database(company, company.draw.choice((2, 4)), "regional", environment)
        for component in ("compute", "storage"):
            company.waste(
                "ha_nonprod", resource, component, share_of(resource, component, Decimal("0.5")),
                "half of it is the standby", lever="standby",
            )  # fmt: skip


def _mislead_ha(company: Company) -> None:
    for _ in range(2):
        company.decoy("ha_nonprod", _database(company, 4, "regional"), "it is production")
    company.decoy("ha_nonprod", _database(company, 2, "zonal", "dev"), "it has no standby")


HA_NONPROD = Kind("ha_nonprod", "gcp", _plant_ha, _mislead_ha)


def _plant_support(company: Company) -> None:
    for cores in (2, 4):
        resource = _database(company, cores, "zonal")
        bill(company, resource, "sql.extended", DAY_HOURS * cores)
        _declare_support(company, resource, "Cloud SQL")
    cluster = add(company, "gke")
    bill(company, cluster, "gke.hours", DAY_HOURS)
    bill(company, cluster, "gke.extended", DAY_HOURS)
    _declare_support(company, cluster, "Kubernetes Engine")


def _declare_support(company: Company, resource: Resource, detail: str) -> None:
    company.waste("extended_support", resource, "licence", cost_of(resource, "licence"), detail, lever="engine")


def _mislead_support(company: Company) -> None:
    for cores in (2, 4):
        company.decoy("extended_support", _database(company, cores, "zonal"), "its engine is in standard support")
    cluster = add(company, "gke")
    bill(company, cluster, "gke.hours", DAY_HOURS)
    company.decoy("extended_support", cluster, "its version is in standard support")


EXTENDED_SUPPORT = Kind("extended_support", "gcp", _plant_support, _mislead_support)


def _hours(company: Company, is_always: bool) -> list[Charge]:
    days = company.days()
    early = [date for date in days[:-HOURLY_DAYS] if is_always or date.weekday() < 5]
    is_on = every_hour if is_always else is_office_hour
    return by_day(early, DAY_HOURS if is_always else Decimal(10)) + by_hour(days[-HOURLY_DAYS:], is_on)


def _plant_nonprod(company: Company) -> None:
    for environment in ("dev", "test", "staging"):
        resource = add_machine(company, "e2", 4, environment, _hours(company, is_always=True))
        company.waste(
            "nonprod_always_on", resource, "compute", share_of(resource, "compute", OFF_SHARE), environment,
            lever="schedule",
        )  # fmt: skip


def _mislead_nonprod(company: Company) -> None:
    check = "nonprod_always_on"
    for environment in ("dev", "test"):
        resource = add_machine(company, "e2", 4, environment, _hours(company, is_always=False))
        company.decoy(check, resource, "it runs in office hours")
    region = company.region("gcp")
    shares = []
    for part, amount in (("core", Decimal(4)), ("ram", Decimal(15))):
        paid, _ = company.price(gcp_meter(f"c3.{part}", region), region)
        shares.append(((paid * Decimal("0.72")).quantize(Decimal("1e-6")), amount))
    plan = cover(company, "gcp", sum((price * amount * 24 for price, amount in shares), Decimal(0)), "nonprod")
    resource = add_machine(
        company, "c3", 4, "dev", _hours(company, is_always=True), region, payment="plan", commitment=plan.id
    )
    for line, (price, _) in zip(company.lines[-2:], shares, strict=True):
        line.covered_price = price
    company.decoy(check, resource, "a committed use discount covers it")


NONPROD_ALWAYS_ON = Kind("nonprod_always_on", "gcp", _plant_nonprod, _mislead_nonprod)
