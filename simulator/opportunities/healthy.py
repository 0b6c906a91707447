"""Ordinary resources with nothing wrong: they make the planted waste a part of the spend, and not all of it."""

from collections.abc import Callable
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.fleet.healthy_aws import fill_aws, mix_aws
from simulator.opportunities.fleet.healthy_azure import fill_azure, mix_azure
from simulator.opportunities.fleet.healthy_gcp import fill_gcp, mix_gcp
from simulator.opportunities.truth import Waste, plan_total

#: What waste is of the spend of a cloud, in percent; each company has its own.
_SHARES = (11, 23)
_FILLERS: dict[str, tuple[Callable[[Company], None], Callable[[Company, Decimal], None]]] = {
    "aws": (mix_aws, fill_aws),
    "azure": (mix_azure, fill_azure),
    "gcp": (mix_gcp, fill_gcp),
}


def add_healthy(company: Company, found: list[Waste]) -> None:
    """A mixture of services for every cloud, then as many steady machines as make waste its share of the spend."""
    for cloud in company.clouds:
        company.enter(f"{cloud}/healthy")
        mixture, fill = _FILLERS[cloud]
        mixture(company)
        share = Decimal(company.draw.randint(*_SHARES)) / 100
        saved = plan_total(waste for waste in found if waste.planted.resource.cloud == cloud)
        missing = saved / share - Bill(company.lines, company.calendar).spend(cloud)
        if missing > 0:
            fill(company, missing)
