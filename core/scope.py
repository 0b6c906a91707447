"""Which charges something is about: what scopes can ask, and which columns of cost answer it.

The fields are the same for all that have scopes. Two forms of them are read: conditions (rules and splits of the
allocation) and lists of patterns (budgets, metrics). Anomalies and forecasts, whose scopes are single values, go by the
same fields; dbt_project/macros/scope_fields.sql has them for the models, and a test holds the two together.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from core.section import Section

Operator = Literal["equals", "in", "prefix", "contains"]

#: Field -> the columns of ``fct_cost_daily`` that it may be found in: an account has an id and a name.
FIELD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source": ("source_name",),
    "provider": ("service_provider_name",),
    "billing_account": ("billing_account_id",),
    "account": ("sub_account_id", "sub_account_name"),
    "service": ("service_name",),
    "service_category": ("service_category",),
    "category": ("service_category",),
    "region": ("region_id",),
    "usage_type": ("x_usage_type",),
    "charge_category": ("charge_category",),
    "currency": ("billing_currency",),
    "team": ("x_team",),
    "environment": ("x_environment",),
    "product": ("x_product",),
    "cost_center": ("x_cost_center",),
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
        for field in type(self).model_fields:
            condition = getattr(self, field)
            if isinstance(condition, str):
                yield field, "equals", condition.lower()
            elif condition is not None:
                yield from ((field, operator, value) for operator, value in condition.list_tests())


ScopeDimension = Literal[
    "source", "provider", "billing_account", "account", "service", "category", "region", "team", "environment"
]
SCOPE_DIMENSIONS: tuple[ScopeDimension, ...] = get_args(ScopeDimension)

#: dimension -> patterns, of which one must match; `*` stands for any text, case does not matter.
PatternScope = dict[ScopeDimension, tuple[str, ...]]


def scope_field(of_what: str) -> PatternScope:
    """The configuration field of a scope."""
    field: PatternScope = Field(
        default_factory=dict,
        description=f"Which costs {of_what}: per dimension ({', '.join(SCOPE_DIMENSIONS)}) a list of values, of which "
        "one must match, in any case, `*` for any text; accounts by id or name. Default: all costs.",
    )
    return field


def check_scope(scope: PatternScope) -> PatternScope:
    """The scope; ValueError where a dimension names nothing."""
    for dimension, patterns in scope.items():
        if not patterns or any(not pattern.strip() for pattern in patterns):
            raise ValueError(f"{dimension} names nothing")
    return scope


def list_patterns(scope: PatternScope) -> Iterator[tuple[ScopeDimension, str]]:
    """(dimension, SQL pattern) of a scope, each once."""
    for dimension, patterns in scope.items():
        for pattern in dict.fromkeys(like_pattern(pattern) for pattern in patterns):
            yield dimension, pattern


def like_pattern(pattern: str) -> str:
    """The pattern as SQL ``like`` without wildcards of its own: lower case, ``!`` before what stands for itself."""
    escaped = "".join(f"!{c}" if c in "!%_" else c for c in pattern.strip().lower())
    return escaped.replace("*", "%")
