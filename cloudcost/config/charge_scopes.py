"""Which charges something is about: a scope expression, as allocation rules and splits use it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.section import Section

Operator = Literal["equals", "in", "prefix", "contains"]

#: What a scope can ask about, and the column of ``fct_cost_daily`` that holds it.
SCOPE_COLUMNS = {
    "provider": "service_provider_name",
    "billing_account": "billing_account_id",
    "account": "sub_account_id",
    "service": "service_name",
    "service_category": "service_category",
    "region": "region_id",
    "usage_type": "x_usage_type",
    "charge_category": "charge_category",
    "team": "team",
    "environment": "environment",
    "product": "product",
    "cost_center": "cost_center",
}

#: A text that becomes part of a query: engines read a backslash in different ways.
ScopeText = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\\]+$")]


class Condition(Section):
    """What a value must be; exactly one of the operators. Upper and lower case are the same."""

    equals: ScopeText | None = Field(None, description="The whole value.")
    in_: list[ScopeText] | None = Field(None, alias="in", min_length=1, description="One of these values.")
    prefix: ScopeText | None = Field(None, description="How the value begins.")
    contains: ScopeText | None = Field(None, description="A part of the value.")

    @model_validator(mode="after")
    def _has_one_operator(self) -> "Condition":
        given = [name for name in ("equals", "in_", "prefix", "contains") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of equals, in, prefix, contains is expected")
        return self

    def list_tests(self) -> Iterator[tuple[Operator, str]]:
        """The operator with each of its values, in lower case; `in` has several, of which one must hold."""
        if self.in_ is not None:
            yield from (("in", value) for value in dict.fromkeys(text.lower() for text in self.in_))
        elif self.equals is not None:
            yield "equals", self.equals.lower()
        elif self.prefix is not None:
            yield "prefix", self.prefix.lower()
        elif self.contains is not None:
            yield "contains", self.contains.lower()


FieldCondition = ScopeText | Condition | None


class Scope(Section):
    """Charges for which every condition given here holds. A plain text means `equals`."""

    provider: FieldCondition = Field(None, description="Who serves it: AWS, Microsoft, Google Cloud.")
    billing_account: FieldCondition = Field(None, description="Id of the billing account.")
    account: FieldCondition = Field(None, description="Id of the AWS account, Azure subscription or Google project.")
    service: FieldCondition = Field(None, description="Service name as in `dim_service`.")
    service_category: FieldCondition = Field(None, description="FOCUS category of the service.")
    region: FieldCondition = Field(None, description="Id of the region.")
    usage_type: FieldCondition = Field(None, description="AWS usage type, Azure meter name, Google SKU description.")
    charge_category: FieldCondition = Field(None, description="Usage, Purchase, Tax, Credit or Adjustment.")
    team: FieldCondition = Field(None, description="Value of the dimension.")
    environment: FieldCondition = Field(None, description="Value of the dimension.")
    product: FieldCondition = Field(None, description="Value of the dimension.")
    cost_center: FieldCondition = Field(None, description="Value of the dimension.")

    @model_validator(mode="after")
    def _has_a_condition(self) -> "Scope":
        if not any(True for _ in self.list_tests()):
            raise ValueError("a condition is expected: without one it would be about every charge")
        return self

    def list_tests(self) -> Iterator[tuple[str, Operator, str]]:
        """Field, operator and value of every test."""
        for field in SCOPE_COLUMNS:
            condition = getattr(self, field)
            if isinstance(condition, str):
                yield field, "equals", condition.lower()
            elif condition is not None:
                yield from ((field, operator, value) for operator, value in condition.list_tests())
