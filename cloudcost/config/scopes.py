"""What has a scope: where it is set, and which fields of the language in `core/scope.py` it can ask."""

from collections.abc import Callable
from dataclasses import dataclass

from core.scope import FIELD_COLUMNS, Scope, check_fields

#: Of budgets and metrics: the columns of these are what their models tell combinations of costs apart by.
COST_FIELDS = (
    "source", "provider", "billing_account", "account", "service", "service_category", "category", "region", "team",
    "environment",
)  # fmt: skip
#: Of allocation: every field; usage types and categories of charges too, as each charge is looked at.
ALLOCATION_FIELDS = tuple(FIELD_COLUMNS)


@dataclass(frozen=True)
class ScopedThing:
    """A row of the documentation's table of what has a scope."""

    what: str
    keys: str
    fields: tuple[str, ...]
    how: str


SCOPED_THINGS = (
    ScopedThing(
        "budgets", "`budgets[].scope`", COST_FIELDS,
        "The whole language; without a scope, all costs. Accounts by id or name.",
    ),
    ScopedThing(
        "metrics", "`metrics[].scope`", COST_FIELDS,
        "The whole language; without a scope, all costs. Accounts by id or name.",
    ),
    ScopedThing(
        "allocation rules", "`allocation.<dimension>.rules[].when`", ALLOCATION_FIELDS,
        "The whole language, without backslashes; a condition is needed. Accounts by id. A dimension means the "
        "charge's own tag, after aliases.",
    ),
    ScopedThing(
        "shared costs", "`allocation.splits[].scope`", ALLOCATION_FIELDS,
        "As in rules; a dimension means the value after rules and accounts.",
    ),
    ScopedThing(
        "limits of anomalies", "`anomalies.scopes[]`", ("provider", "account", "service", "region", "usage_type"),
        "Conditions beside the entry's other keys, at least one; several entries in place of `any`. Accounts by id.",
    ),
    ScopedThing(
        "planned events", "`anomalies.planned[]`", ("provider", "account", "service", "region", "usage_type"),
        "As limits.",
    ),
    ScopedThing(
        "events of the forecast", "`forecasts.events[]`", ("provider", "account", "service", "currency"),
        "Conditions beside the event's other keys; without one, all costs. Accounts by id.",
    ),
    ScopedThing(
        "what people said of an anomaly", "`cloudcost anomalies feedback`",
        ("provider", "account", "service", "region", "usage_type", "currency"),
        "The anomaly's own values, each `equals`.",
    ),
    ScopedThing(
        "rows of the dashboards", "`dashboards.scopes[]`", ("team", "account"),
        "Whole values only, of teams or of accounts by id, in exactly this case: `*` is itself, as what somebody may "
        "see is written out.",
    ),
)  # fmt: skip


def asks_only(*fields: str) -> Callable[[Scope], Scope]:
    """The check that a scope asks for no other field than these."""
    return lambda scope: check_fields(scope, fields)
