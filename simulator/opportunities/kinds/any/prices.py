"""One meter, one region, two prices: accounts that pay more for the same."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import share_of
from simulator.opportunities.fleet.aws_instances import add_instance
from simulator.opportunities.fleet.azure import add_machine
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource

_CHECK = "price_inconsistency"
#: What the account with the better contract pays of what the other one does.
_BETTER = Decimal("0.8")


def _machine(company: Company, cloud: str) -> Resource:
    region = company.profile.regions[cloud][0]
    if cloud == "aws":
        return add_instance(company, "c7g.2xlarge", region=region)
    return add_machine(company, "E8s v5", region=region)


def _plant(company: Company, cloud: str) -> None:
    """Three machines of one account pay the usual price, those of another account four fifths of it."""
    for is_dear in (True, True, True, False, False):
        resource = _machine(company, cloud)
        line = company.lines[-1]
        account = company.profile.accounts[cloud][0 if is_dear else -1]
        line.resource = resource = Resource(
            cloud, account, resource.region, resource.id.replace(resource.account.id, account.id), resource.name,
            "prod", resource.tags,
        )  # fmt: skip
        if is_dear:
            saving = share_of(resource, "compute", 1 - _BETTER)
            company.waste(_CHECK, resource, "compute", saving, line.meter.usage, lever="contract")
        else:
            line.price = line.price * _BETTER
            company.decoy(_CHECK, resource, "it pays the lower price")


def _mislead(company: Company, cloud: str) -> None:
    for _ in range(3):
        resource = add_instance(company, "c7g.large") if cloud == "aws" else add_machine(company, "D2s v5")
        company.decoy(_CHECK, resource, "all pay one price for it in a region")


def _prices_on(cloud: str) -> Kind:
    return Kind(_CHECK, cloud, lambda company: _plant(company, cloud), lambda company: _mislead(company, cloud))


AWS_PRICES, AZURE_PRICES = map(_prices_on, ("aws", "azure"))
