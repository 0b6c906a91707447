"""The semantic layer: what can be asked of costs, by which names, and which table answers it.

Names are FOCUS's in snake case. Nothing else of a request becomes part of a statement: names are looked up here, values
are parameters.

Three tables answer. `marts.fct_cost_daily` has every dimension, with teams as tags say. With ``allocation`` it is
`marts.fct_cost_allocated_daily`: whose a cost is after rules and splits, along fewer dimensions; every table of costs
has the same sums. With the reporting currency it is `marts.fct_cost_reporting_daily`, which has no products and no cost
centres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import CloudcostError

#: Name in a request, by what it is in words.
DIMENSIONS: Mapping[str, str] = {
    "source_name": "Source of the bill, as the configuration names it.",
    "service_provider_name": "Provider (FOCUS ServiceProviderName).",
    "billing_account_id": "Account that is billed (FOCUS BillingAccountId).",
    "sub_account_id": "Account, subscription or project (FOCUS SubAccountId).",
    "sub_account_name": "Its name (FOCUS SubAccountName).",
    "service_name": "Service (FOCUS ServiceName).",
    "service_category": "Category of the service (FOCUS ServiceCategory).",
    "region_id": "Region (FOCUS RegionId).",
    "charge_category": "Usage, Purchase, Tax, Credit or Adjustment (FOCUS ChargeCategory).",
    "pricing_category": "Standard, Dynamic, Committed or Other (FOCUS PricingCategory).",
    "usage_type": "What was metered, in the provider's words.",
    "team": "Team: as tags say, or with `allocation` whose it is after rules and splits.",
    "environment": "Environment, as team.",
    "product": "Product, as team.",
    "cost_center": "Cost centre, as team.",
}
Dimension = Literal[
    "source_name",
    "service_provider_name",
    "billing_account_id",
    "sub_account_id",
    "sub_account_name",
    "service_name",
    "service_category",
    "region_id",
    "charge_category",
    "pricing_category",
    "usage_type",
    "team",
    "environment",
    "product",
    "cost_center",
    "billing_period",
    "billing_currency",
]
Cost = Literal["billed_cost", "effective_cost", "list_cost", "contracted_cost"]
Measure = Literal[
    "billed_cost", "effective_cost", "list_cost", "contracted_cost", "consumed_quantity", "line_item_count"
]
#: Tags have names of their own in the tables.
_OF_TAGS = {name: f"x_{name}" for name in ("usage_type", "team", "environment", "product", "cost_center")}
_ALWAYS = {"billing_period": "billing_period", "billing_currency": "billing_currency"}
_ALL = {**{name: _OF_TAGS.get(name, name) for name in DIMENSIONS}, **_ALWAYS}
_COSTS = {name: name for name in ("billed_cost", "effective_cost", "list_cost", "contracted_cost")}


@dataclass(frozen=True)
class CostTable:
    """A table of daily costs: the column of each dimension and measure that it has."""

    name: str
    dimensions: Mapping[str, str]
    measures: Mapping[str, str]
    what: str


DAILY = CostTable(
    "marts.fct_cost_daily",
    _ALL,
    {**_COSTS, "consumed_quantity": "consumed_quantity", "line_item_count": "line_item_count"},
    "costs by day",
)
ALLOCATED = CostTable(
    "marts.fct_cost_allocated_daily",
    {
        **{name: name for name in ("source_name", "service_provider_name", "billing_account_id", "sub_account_id",
                                   "service_name", "charge_category", "team", "environment", "product",
                                   "cost_center")},
        **_ALWAYS,
    },
    {**_COSTS, "line_item_count": "line_item_count"},
    "allocated costs",
)  # fmt: skip
REPORTING = CostTable(
    "marts.fct_cost_reporting_daily",
    {name: column for name, column in _ALL.items() if name not in ("product", "cost_center")},
    {name: f"reporting_{name}" for name in _COSTS},
    "costs in the reporting currency",
)


class QuestionError(CloudcostError):
    """The question cannot be answered so; ``name`` is the parameter that is in the way."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def find_dimension(table: CostTable, name: str, parameter: str) -> str:
    """The column of a dimension; `QuestionError` where the table has none."""
    if name not in table.dimensions:
        raise QuestionError(parameter, f"{name}: {table.what} have {', '.join(table.dimensions)}")
    return table.dimensions[name]


def find_measure(table: CostTable, name: str) -> str:
    """The column of a measure; `QuestionError` where the table has none."""
    if name not in table.measures:
        raise QuestionError("measures", f"{name}: {table.what} have {', '.join(table.measures)}")
    return table.measures[name]
