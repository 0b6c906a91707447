"""Commitments: what is bought and not used, and what soon ends."""

from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import MONTH_DAYS
from simulator.opportunities.commitments import Commitment, unused_in_basis
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Saving
from simulator.opportunities.fleet import azure, gcp
from simulator.opportunities.fleet.aws_instances import add_covered_instance
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.kind import Kind
from simulator.opportunities.prices.aws_compute import instance_meter
from simulator.opportunities.prices.azure import machine_meter
from simulator.opportunities.prices.gcp import gcp_meter

_ZERO = Decimal(0)
_SHARE = Decimal("0.7")
_STEP = Decimal("0.000001")
_CORES = 4


def _buy_aws(company: Company, name: str, bought: int, used: int, ends_in: int) -> Commitment:
    """A savings plan for so many machines, of which fewer run."""
    region = company.region("aws")
    paid, _ = company.price(instance_meter("m7g.xlarge", region), region)
    price = (paid * _SHARE).quantize(_STEP)
    plan = cover(company, "aws", price * 24 * bought, name, ends_in)
    for _ in range(used):
        add_covered_instance(company, "m7g.xlarge", "prod", plan.id, price)
    return plan


def _buy_azure(company: Company, name: str, bought: int, used: int, ends_in: int) -> Commitment:
    region = company.region("azure")
    paid, _ = company.price(machine_meter("D4s v5"), region)
    price = (paid * _SHARE).quantize(_STEP)
    plan = cover(company, "azure", price * 24 * bought, name, ends_in, size="D4s v5", region=region)
    for _ in range(used):
        azure.add_machine(company, "D4s v5", region=region, payment="plan", commitment=plan.id, covered_price=price)
    return plan


def _buy_gcp(company: Company, name: str, bought: int, used: int, ends_in: int) -> Commitment:
    region = company.region("gcp")
    core, memory = (
        (company.price(gcp_meter(f"c3.{part}", region), region)[0] * _SHARE).quantize(_STEP) for part in ("core", "ram")
    )
    daily = (core * _CORES + memory * _CORES * Decimal("3.75")) * 24
    plan = cover(company, "gcp", daily * bought, name, ends_in, region=region)
    for _ in range(used):
        gcp.add_machine(company, "c3", _CORES, region=region, payment="plan", commitment=plan.id)
        company.lines[-2].covered_price, company.lines[-1].covered_price = core, memory
    return plan


_BUY: dict[str, Callable[[Company, str, int, int, int], Commitment]] = {
    "aws": _buy_aws,
    "azure": _buy_azure,
    "gcp": _buy_gcp,
}


def _plant_unused(company: Company, cloud: str) -> None:
    for bought, used in ((4, 2), (5, 4), (3, 2)):
        plan = _BUY[cloud](company, f"half-{bought}", bought, used, 240)
        company.waste(
            "unused_commitment",
            plan.resource,
            "fee",
            lambda _: None,
            f"{bought - used} of {bought} unused",
            is_planned=False,
            waste=_unused(company, plan),
        )


def _mislead_unused(company: Company, cloud: str) -> None:
    for bought in (1, 2, 3):
        plan = _BUY[cloud](company, f"full-{bought}", bought, bought, 240)
        company.decoy("unused_commitment", plan.resource, "all of it is used")


def _unused(company: Company, plan: Commitment) -> Saving:
    return lambda _: unused_in_basis(plan, company.lines, company.calendar)


def _lost(company: Company, plan: Commitment) -> Saving:
    """What the covered usage would cost more a month without the commitment."""

    def saving(bill: Bill) -> Decimal:
        first, last = bill.calendar.basis()
        lines = [line for line in company.lines if line.commitment == plan.id]
        charges = [(line, c) for line in lines for c in line.charges if first <= c.start.date() <= last]
        days = len({c.start.date() for _, c in charges})
        return sum((line.cost(c) - line.effective(c) for line, c in charges), _ZERO) / days * MONTH_DAYS

    return saving


def _plant_expiring(company: Company) -> None:
    for ends_in in (12, 45, 80):
        plan = _buy_aws(company, f"ends-{ends_in}", 2, 2, ends_in)
        company.waste(
            "commitment_expiring",
            plan.resource,
            "fee",
            _lost(company, plan),
            f"ends in {ends_in} days",
            is_planned=False,
        )


def _mislead_expiring(company: Company) -> None:
    for ends_in in (120, 200, 260):  # they began before the first day of the tail
        plan = _buy_aws(company, f"lasts-{ends_in}", 2, 2, ends_in)
        company.decoy("commitment_expiring", plan.resource, f"it ends in {ends_in} days")


COMMITMENT_EXPIRING = Kind("commitment_expiring", "aws", _plant_expiring, _mislead_expiring)


def _unused_on(cloud: str) -> Kind:
    return Kind(
        "unused_commitment",
        cloud,
        lambda company: _plant_unused(company, cloud),
        lambda company: _mislead_unused(company, cloud),
    )


AWS_UNUSED, AZURE_UNUSED, GCP_UNUSED = map(_unused_on, ("aws", "azure", "gcp"))
