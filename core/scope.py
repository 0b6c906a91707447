"""Which charges something is about: the one language of scopes.

A scope names fields, and what the value of each must be; all of them must hold, and `all`, `any` and `not` put scopes
together. Budgets, metrics, allocation, anomalies, forecasts and the rows that teams see on dashboards have scopes; what
each can ask is in cloudcost/config/scopes.py. `compile_scope` makes tests of a scope, which the models match in SQL
(dbt_project/macros/match_scopes.sql) and the detectors in `ml/scopes.py`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Annotated, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from core.section import Section

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

#: Clauses that one `any` (or `not` of several things) may become: each is matched against every combination of values.
MOST_CLAUSES = 256
#: Bytes of a pattern, as a text of the settings tables.
LONGEST_PATTERN = 1024
#: Before a character of a pattern that stands for itself.
ESCAPE = "!"

#: A value as it is written in a bill: no character of it stands for another.
ScopeText = Annotated[str, Field(min_length=1, max_length=1024)]
#: A value in which `*` stands for any text, also for none; blank space around it is not part of it.
Glob = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]


class Condition(Section):
    """What a value must be; exactly one of the operators. Upper and lower case are the same, and `*` is itself."""

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

    def list_patterns(self) -> list[str]:
        """The patterns of which one must match."""
        if self.prefix is not None:
            return [f"{escape(self.prefix)}%"]
        if self.contains is not None:
            return [f"%{escape(self.contains)}%"]
        return [escape(text) for text in self.in_ or [self.equals or ""]]


def _tell_form(given: object) -> str:
    if isinstance(given, list | tuple):
        return "list[]"
    return "condition[]" if isinstance(given, Mapping | Condition) else "text[]"


#: A text means the whole value, with `*` for any text; a list, one of several such texts. The form is told by the type,
#: so that a mistake is named once; messages leave out parts of a place that have brackets.
FieldCondition = (
    Annotated[
        Annotated[Glob, Tag("text[]")]
        | Annotated[list[Glob], Field(min_length=1), Tag("list[]")]
        | Annotated[Condition, Tag("condition[]")],
        Discriminator(_tell_form),
    ]
    | None
)


def _check_is_about_something(scope: "Scope") -> "Scope":
    if scope.is_everything:
        raise ValueError("a condition is expected: without one it would be about every charge")
    return scope


class Scope(Section):
    """Charges for which all that is given here holds: a text is a whole value with `*` for any text, a list several."""

    source: FieldCondition = Field(None, description="Name of the source.")
    provider: FieldCondition = Field(None, description="Who serves it: AWS, Microsoft, Google Cloud.")
    billing_account: FieldCondition = Field(None, description="Id of the billing account.")
    account: FieldCondition = Field(
        None,
        description="Id of the AWS account, Azure subscription or Google project; budgets and metrics: or its name.",
    )
    service: FieldCondition = Field(None, description="Service name as in `dim_service`.")
    service_category: FieldCondition = Field(None, description="FOCUS category of the service.")
    category: FieldCondition = Field(None, description="The same as `service_category`.")
    region: FieldCondition = Field(None, description="Id of the region.")
    usage_type: FieldCondition = Field(None, description="AWS usage type, Azure meter name, Google SKU description.")
    charge_category: FieldCondition = Field(None, description="Usage, Purchase, Tax, Credit or Adjustment.")
    currency: FieldCondition = Field(None, description="Billing currency.")
    team: FieldCondition = Field(None, description="Value of the dimension.")
    environment: FieldCondition = Field(None, description="Value of the dimension.")
    product: FieldCondition = Field(None, description="Value of the dimension.")
    cost_center: FieldCondition = Field(None, description="Value of the dimension.")
    all_: list["Part"] | None = Field(None, alias="all", min_length=1, description="Scopes, all of which must hold.")
    any_: list["Part"] | None = Field(None, alias="any", min_length=1, description="Scopes, one of which must hold.")
    not_: "Part | None" = Field(
        None, alias="not", description="A scope that must not hold; what has no value at all is not what it names."
    )

    @model_validator(mode="after")
    def _is_not_too_much(self) -> Self:
        for test in (test for clause in compile_scope(self) for test in clause):
            if len(test.pattern.encode()) > LONGEST_PATTERN:
                raise ValueError(
                    f"{test.field}: a value has at most {LONGEST_PATTERN} bytes, `%`, `_` and `!` count twice"
                )
        return self

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked."""
        return all(getattr(self, name) is None for name in type(self).model_fields)

    def list_fields(self) -> set[str]:
        """The fields that are asked, also by the scopes inside."""
        own = {name for name in FIELD_COLUMNS if getattr(self, name) is not None}
        inside = [*(self.all_ or []), *(self.any_ or []), *([self.not_] if self.not_ else [])]
        return own.union(*(part.list_fields() for part in inside))


#: A scope inside another, or that must not be about everything.
Part = Annotated[Scope, AfterValidator(_check_is_about_something)]
Scope.model_rebuild()


def check_fields(scope: Scope, fields: Collection[str]) -> Scope:
    """The scope; ValueError where it asks for a field that is not one of these."""
    for field in sorted(scope.list_fields() - set(fields)):
        raise ValueError(f"{field} cannot be asked here; there are {', '.join(fields)}")
    return scope


@dataclass(frozen=True)
class ScopeTest:
    """Whether the value of a field matches a pattern of SQL `like`, or does not.

    ``pattern``: as it was written, case does not matter; `%` is any text, ESCAPE stands before what is itself. A charge
    without a value matches no pattern.
    """

    field: str
    pattern: str
    is_negated: bool = False

    @property
    def folded(self) -> str:
        """The pattern in lower case."""
        return self.pattern.lower()

    @property
    def literal(self) -> str | None:
        """The one text that matches, None where there are several."""
        parts = _split(self.pattern)
        return None if "%" in parts else "".join(part[-1] for part in parts)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        text = "".join(".*" if part == "%" else re.escape(part[-1]) for part in _split(self.folded))
        return re.compile(text, re.DOTALL)

    def holds(self, value: str | None) -> bool:
        """Whether a charge with this value passes."""
        return (value is not None and self._regex.fullmatch(value.lower()) is not None) != self.is_negated


#: Tests of which one must hold.
Clause = tuple[ScopeTest, ...]


def compile_scope(scope: Scope) -> tuple[Clause, ...]:
    """The clauses of a scope, all of which must hold; none for a scope of everything.

    Raises ValueError where `any` and `not` make more than MOST_CLAUSES of them.
    """
    return _affirm(scope)


def _affirm(scope: Scope) -> tuple[Clause, ...]:
    clauses = [_list_tests(scope, field) for field in FIELD_COLUMNS if getattr(scope, field) is not None]
    for part in scope.all_ or []:
        clauses += _affirm(part)
    if scope.any_:
        clauses += _join([_affirm(part) for part in scope.any_])
    if scope.not_:
        clauses += _deny(scope.not_)
    return tuple(dict.fromkeys(clauses))


def _deny(scope: Scope) -> tuple[Clause, ...]:
    denied: list[Sequence[Clause]] = [
        [(ScopeTest(test.field, test.pattern, is_negated=True),) for test in _list_tests(scope, field)]
        for field in FIELD_COLUMNS
        if getattr(scope, field) is not None
    ]
    denied += [_deny(part) for part in scope.all_ or []]
    if scope.any_:
        denied.append([clause for part in scope.any_ for clause in _deny(part)])
    if scope.not_:
        denied.append(_affirm(scope.not_))
    return _join(denied)


def _join(alternatives: Sequence[Sequence[Clause]]) -> tuple[Clause, ...]:
    """The clauses that hold where all of one of the alternatives do."""
    count = 1
    for clauses in alternatives:
        count *= len(clauses)
    if count > MOST_CLAUSES:
        raise ValueError(f"`any` and `not` make {count} conditions of it, more than {MOST_CLAUSES}")
    merged = (dict.fromkeys(test for clause in chosen for test in clause) for chosen in product(*alternatives))
    return tuple(tuple(tests) for tests in merged)


def _list_tests(scope: Scope, field: str) -> Clause:
    condition: str | list[str] | Condition = getattr(scope, field)
    if isinstance(condition, Condition):
        patterns = condition.list_patterns()
    else:
        globs = [condition] if isinstance(condition, str) else condition
        patterns = [escape(glob).replace("*", "%") for glob in globs]
    return tuple(ScopeTest(field, pattern) for pattern in dict.fromkeys(patterns))


def escape(text: str) -> str:
    """A text as a pattern that it alone matches."""
    return "".join(f"{ESCAPE}{c}" if c in f"{ESCAPE}%_" else c for c in text)


def _split(pattern: str) -> list[str]:
    """The characters of a pattern, one that stands for itself with its escape."""
    return re.findall(rf"{re.escape(ESCAPE)}?.", pattern, re.DOTALL)
