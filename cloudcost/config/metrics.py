"""What the business makes with the cloud: section ``metrics`` of the configuration."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cloudcost.config.scopes import COST_FIELDS, asks_only
from core.scope import Scope
from core.section import Section


class MetricSettings(Section):
    """One business metric, whose cost per unit is worked out."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="Names the metric; snake case.")
    unit: str = Field("unit", min_length=1, max_length=60, description="What is counted: order, active user, GB.")
    file: str | None = Field(
        None,
        description="CSV with the columns date, metric and value, and dimension where `per` is set; rows of other "
        "metrics are left alone. Either this or `query`.",
    )
    query: str | None = Field(
        None,
        description="One SELECT on the warehouse with the columns date and value, and dimension where `per` is set. "
        "It can neither write nor read anything but the warehouse.",
    )
    per: Literal["provider", "account", "service", "team", "environment"] | None = Field(
        None, description="The cost dimension that the metric's column `dimension` names. Default none: one total."
    )
    scope: Annotated[Scope, AfterValidator(asks_only(*COST_FIELDS))] = Field(
        Scope(), description="Which costs are divided by the metric. Default: all."
    )
    measure: Literal["effective_cost", "billed_cost"] = Field(
        "effective_cost", description="effective_cost: a unit is not dearer on the day a commitment is paid for."
    )

    @model_validator(mode="after")
    def _has_one_origin(self) -> "MetricSettings":
        if (self.file is None) == (self.query is None):
            raise ValueError("a metric comes either from a file or from a query")
        return self
