"""Licences that Azure bills and that the customer may bring, and subscriptions under the wrong offer."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import cost_of
from simulator.opportunities.fleet.azure import (
    DAY_HOURS,
    add,
    add_machine,
    bill,
    run_part_days,
    store,
    without_windows,
)
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day
from simulator.opportunities.prices.azure import machine_meter

_WINDOWS = "ahb_windows_missing"


def _declare_licence(company: Company, check: str, resource: Resource, detail: str) -> None:
    company.waste(check, resource, "licence", cost_of(resource, "licence"), detail, lever="licence")


def _plant_windows(company: Company) -> None:
    for size in ("D4s v5", "D8s v5", company.draw.choice(("D2s v5", "E4s v5"))):
        resource = add_machine(company, size, system="Windows")
        company.waste(
            _WINDOWS, resource, "compute", without_windows(resource, size), f"{size} with Windows", lever="licence"
        )
    if company.draw.random() < 0.5:  # the customer's own price of Linux is known then
        for region in company.profile.regions["azure"]:
            add_machine(company, "D4s v5", region=region)
    _add_reserved(company, is_licensed=True)


def _add_reserved(company: Company, is_licensed: bool) -> Resource:
    """A reserved machine: the reservation pays for the hardware, the licence is billed beside it."""
    paid, _ = company.price(machine_meter("D4s v5"), "westeurope")
    covered = (paid * Decimal("0.62")).quantize(Decimal("0.0001"))
    plan = cover(company, "azure", covered * 24, "windows" if is_licensed else "benefit", size="D4s v5")
    resource = add_machine(
        company,
        "D4s v5",
        system="Windows",
        has_benefit=not is_licensed,
        payment="plan",
        commitment=plan.id,
        covered_price=covered,
        charges=lambda company: by_day(company.days(), DAY_HOURS),
    )
    if is_licensed:
        # its meter is that of Linux although it has no hybrid benefit
        company.lines[-1].meter = machine_meter("D4s v5")
        company.lines[-1].price, company.lines[-1].list_price = company.price(company.lines[-1].meter, resource.region)
        bill(company, resource, "licence.windows", DAY_HOURS)
        _declare_licence(company, _WINDOWS, resource, "Windows beside a reservation")
    return resource


def _mislead_windows(company: Company) -> None:
    for size in ("D4s v5", "D2s v5"):
        resource = add_machine(company, size, system="Windows", has_benefit=True)
        company.decoy(_WINDOWS, resource, "it has the hybrid benefit")
    tested = add_machine(company, "D4s v5", "test", system="Windows", charges=run_part_days)
    company.decoy(_WINDOWS, tested, "Windows is free under a dev/test offer")
    company.decoy(_WINDOWS, add_machine(company, "E4s v5"), "it runs Linux")
    company.decoy(_WINDOWS, _add_reserved(company, is_licensed=False), "it is reserved and has the hybrid benefit")


AHB_WINDOWS_MISSING = Kind(_WINDOWS, "azure", _plant_windows, _mislead_windows)


def _add_database(company: Company, cores: int, is_licensed: bool) -> Resource:
    resource = add(company, "sql")
    bill(company, resource, "sql.compute", DAY_HOURS * cores)
    if is_licensed:
        bill(company, resource, "sql.licence", DAY_HOURS * cores)
    return resource


def _plant_sql(company: Company) -> None:
    for cores in (4, 8):
        resource = _add_database(company, cores, is_licensed=True)
        _declare_licence(company, "ahb_sql_missing", resource, f"{cores} vCores with SQL licence")
    machine = add_machine(company, "D4s v5")
    bill(company, machine, "licence.sql", DAY_HOURS)
    _declare_licence(company, "ahb_sql_missing", machine, "SQL Server Standard on a machine")


def _mislead_sql(company: Company) -> None:
    for cores in (2, 4, 6):
        company.decoy("ahb_sql_missing", _add_database(company, cores, is_licensed=False), "the licence is brought")


AHB_SQL_MISSING = Kind("ahb_sql_missing", "azure", _plant_sql, _mislead_sql)


def _plant_linux(company: Company) -> None:
    for key, detail in (("rhel", "Red Hat"), ("suse", "SUSE"), ("rhel", "Red Hat")):
        machine = add_machine(company, "D4s v5")
        bill(company, machine, f"licence.{key}", DAY_HOURS)
        _declare_licence(company, "ahb_linux_missing", machine, detail)


def _mislead_linux(company: Company) -> None:
    for size in ("D2s v5", "D4s v5", "E4s v5"):
        company.decoy("ahb_linux_missing", add_machine(company, size), "no software is billed beside it")


AHB_LINUX_MISSING = Kind("ahb_linux_missing", "azure", _plant_linux, _mislead_linux)


def _plant_offer(company: Company) -> None:
    for size in ("D4s v5", "D8s v5", "D2s v5"):
        resource = add_machine(company, size, "dev", system="Windows", charges=run_part_days)
        for check in ("dev_at_prod_rate", _WINDOWS):
            company.waste(
                check, resource, "compute", without_windows(resource, size), "Windows at the rate of production",
                lever="licence",
            )  # fmt: skip


def _mislead_offer(company: Company) -> None:
    check = "dev_at_prod_rate"
    tested = add_machine(company, "D8s v5", "test", system="Windows", charges=run_part_days)
    company.decoy(check, tested, "its subscription has the dev/test offer")
    company.decoy(check, add_machine(company, "D2s v5", "dev", charges=run_part_days), "it runs Linux")
    busy = add(company, "storage", "dev")
    store(company, busy, "blob.hot", 200)
    bill(company, busy, "blob.reads", "40")
    company.decoy(check, busy, "storage costs the same under every offer")


DEV_AT_PROD_RATE = Kind("dev_at_prod_rate", "azure", _plant_offer, _mislead_offer)
