"""The filters that pages share. A chart whose dataset lacks a filter's column is not touched by it."""

from dashboards.design.datasets.costs import DAILY
from dashboards.design.parts import Dataset, Filter


def period(default: str = "No filter") -> Filter:
    """The days shown; each chart applies it to its own time column."""
    return Filter("Period", default=default)


def shared(dataset: Dataset = DAILY, team: str = "x_team", environment: str = "x_environment") -> tuple[Filter, ...]:
    """Period, currency, provider, account, team, environment. One currency at a time: they are never added up."""
    return (
        period(),
        Filter("Currency", dataset, "billing_currency", is_single=True),
        Filter("Provider", dataset, "service_provider_name"),
        Filter("Account", dataset, "sub_account_id"),
        Filter("Team", dataset, team),
        Filter("Environment", dataset, environment),
    )
