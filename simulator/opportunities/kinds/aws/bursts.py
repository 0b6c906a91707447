"""Burstable machines that always burst, and desktops that are paid by the hour all day."""

from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.fleet.aws_instances import add_instance
from simulator.opportunities.fleet.aws_services import add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, by_day
from simulator.opportunities.prices.aws_compute import instance_meter
from simulator.opportunities.prices.aws_services import service_meter


def _burst(company: Company, credits: Decimal, days: int | None = None) -> Resource:
    resource = add_instance(company, "t3.large")
    bill(company, resource, "CPUCredits:t3", by_day(company.days(days), credits))
    company.tolerate("amd", resource, "whether AMD follows on this family is a matter of the table")
    return resource


def _fix(resource: Resource) -> Saving:
    """Machine and credits against a machine of fixed size with as many processors and as much memory."""

    def saving(bill: Bill) -> Decimal:
        (line,) = bill.lines(resource, lambda line: line.meter.component == "compute")
        ratio = bill.price_ratio(line, instance_meter("m5.large", resource.region))
        return bill.monthly(resource) - bill.monthly(resource, "compute") * ratio

    return saving


def _plant_bursts(company: Company) -> None:
    for credits in (18, 26, company.draw.randint(20, 32)):
        resource = _burst(company, Decimal(credits))
        company.waste(
            "burstable_surplus", resource, "compute", _fix(resource), "t3.large to m5.large", lever="processor"
        )


def _mislead_bursts(company: Company) -> None:
    for _ in range(2):
        company.decoy("burstable_surplus", _burst(company, Decimal(9), days=2), "it burst on two days")
    company.decoy("burstable_surplus", add_instance(company, "t4g.large"), "it never bursts")


BURSTABLE_SURPLUS = Kind("burstable_surplus", "aws", _plant_bursts, _mislead_bursts)


def _desktop(company: Company, hours: str) -> Resource:
    resource = add(company, "desktop")
    store(company, resource, "AW-HW-2-AutoStop-User", 1)
    bill(company, resource, "AW-HW-2-AutoStop-Usage", Decimal(hours))
    return resource


def _keep_on(resource: Resource) -> Saving:
    """Hours and fee against the monthly price of a desktop that is always on."""

    def saving(bill: Bill) -> Decimal:
        fee = bill.lines(resource, lambda line: line.meter.component == "fee")[0]
        ratio = bill.price_ratio(fee, service_meter("AW-HW-2", resource.region))
        return bill.monthly(resource) - bill.monthly(resource, "fee") * ratio

    return saving


def _plant_desktops(company: Company) -> None:
    for hours in ("6", "8", "9.5"):
        resource = _desktop(company, hours)
        company.waste("workspaces_running_mode", resource, "compute", _keep_on(resource), "by the hour, all day")


def _mislead_desktops(company: Company) -> None:
    for hours in ("0.75", "1.25", "2"):
        company.decoy("workspaces_running_mode", _desktop(company, hours), "few hours are cheaper by the hour")


WORKSPACES_RUNNING_MODE = Kind("workspaces_running_mode", "aws", _plant_desktops, _mislead_desktops)
