"""What a Google Cloud bill only hints at: no saving is stated, and none counts in a plan."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.gcp import add, add_machine, bill
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource


def _between_zones(company: Company, gibibytes: str) -> Resource:
    resource = add_machine(company, "n2", 2)
    bill(company, resource, "zones", Decimal(gibibytes) * company.jitter(20))
    return resource


def _plant_zones(company: Company) -> None:
    for quantity in ("300", "600", "900"):
        resource = _between_zones(company, quantity)
        company.waste("inter_zone", resource, "transfer", lambda _: None, "traffic between zones", is_planned=False)
        company.tolerate("inter_zone", resource, "how much is much beside the project's cost is a matter of the limit")


def _mislead_zones(company: Company) -> None:
    for quantity in ("0.4", "0.8", "1.5"):
        company.decoy("inter_zone", _between_zones(company, quantity), "next to no traffic")


INTER_ZONE = Kind("inter_zone", "gcp", _plant_zones, _mislead_zones)


def _analysis(company: Company, tebibytes: str) -> Resource:
    resource = add(company, "dataset")
    bill(company, resource, "bigquery", Decimal(tebibytes) * company.jitter(20))
    return resource


def _plant_analysis(company: Company) -> None:
    for quantity in ("5", "9", "14"):
        resource = _analysis(company, quantity)
        company.waste("bigquery_on_demand", resource, "compute", lambda _: None, "on demand", is_planned=False)


def _mislead_analysis(company: Company) -> None:
    for quantity in ("0.004", "0.01", "0.02"):
        company.decoy("bigquery_on_demand", _analysis(company, quantity), "next to nothing is read")


BIGQUERY_ON_DEMAND = Kind("bigquery_on_demand", "gcp", _plant_analysis, _mislead_analysis)
