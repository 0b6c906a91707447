"""What every savings check declares, so that it can be listed, fed, explained and tested without knowing it.

One check is one module below `savings/checks/<cloud or any>/`, found by name. A `BillCheck` is a question in SQL about
the bill alone; a `JudgedCheck` is one whose answer a function works out from the rows that it asks for; an
`InventoryCheck` is a question about what a cloud's own API says of its resources, with the bill beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from savings.findings import RiskClass, Row, Skipped

#: Provider, account and region.
Scope = tuple[str, str, str]
#: How much work a change is: a setting; a change with a restart or a review; a project.
Effort = Literal["low", "medium", "high"]
#: How sure it is that the amount is saved: what is billed says so; it says so under a stated assumption; a hint.
Confidence = Literal["high", "medium", "low"]
#: What is done about it. Findings of one lever on one part of a resource exclude one another.
Lever = Literal["delete", "schedule", "rightsize", "migrate", "setting", "commit", "rate", "none"]
#: The part of a resource's cost that a finding is about; `all` of it is saved by whoever deletes the resource.
Component = Literal["all", "compute", "storage", "requests", "transfer", "licence", "address", "fee"]


@dataclass(frozen=True)
class Parameter:
    """A figure that a check goes by; its `reason` says why it is what it is."""

    name: str
    value: Decimal | int | str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is known of a check without running it.

    `clouds`: the providers it looks at, by short name; `any` for every one. `rule` says in words when something is
    found, `saving_basis` how the amount comes about, `why` what is wasted, `next_step` what to do, `links` where the
    provider says so. `remediation` names the action that carries it out; empty: a person does, by a ticket.
    """

    name: str
    title: str
    clouds: tuple[str, ...]
    rule: str
    why: str
    next_step: str
    saving_basis: str
    lever: Lever
    component: Component
    effort: Effort
    risk_class: RiskClass
    confidence: Confidence
    links: tuple[str, ...] = ()
    remediation: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionCheck(Check):
    """A check that is a question in SQL.

    `evidence` is a SELECT in DuckDB's SQL over the tables of `savings.evidence` and the `seeds` that it names (as
    `seed_<name>`). `$name` is a parameter. It returns a row per finding:

    - ``source_name, cloud, account_id, region, resource_id, currency`` (an account's own finding has no resource_id),
    - ``monthly_cost``: what the part of the resource that the finding is about costs in 30 days, DECIMAL(38,12),
    - ``monthly_saving``: what of that is saved, DECIMAL(38,12); null where the bill cannot tell,
    - whatever else is worth showing as evidence.

    Optional: ``resource_name, service_name``; ``component`` and ``confidence`` in place of the check's own;
    ``covered_cost``: what else a commitment covers of the same part in 30 days, which is saved only where somebody else
    uses what becomes free; ``purchase_pool``: of a commitment to buy, the usage that it is for; ``unjudged``: a
    sentence that says why this row is no finding but could not be judged; ``finding_key``: what the finding is known
    by from day to day, in place of its resource or region and its currency. `reason` is a sentence with those columns
    in braces.
    """

    evidence: str
    reason: str
    parameters: tuple[Parameter, ...] = ()
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BillCheck(QuestionCheck):
    """A check that needs nothing but the bill."""


@dataclass(frozen=True, kw_only=True)
class JudgedCheck(BillCheck):
    """A check of the bill that SQL alone cannot answer: what its `evidence` gives is judged by a function.

    `judge` takes the rows of `evidence`, those of each of the `seeds` by name, and the values of all parameters. It
    gives rows with the columns that a `BillCheck` returns, and what it did not judge, with the reason.
    """

    judge: Callable[
        [Sequence[dict[str, Any]], Mapping[str, Sequence[dict[str, Any]]], Mapping[str, Any]],
        tuple[Sequence[Row], Sequence[Skipped]],
    ]


@dataclass(frozen=True, kw_only=True)
class InventoryCheck(QuestionCheck):
    """A check of what a cloud's own API says of resources, with the bill beside it.

    `tables` are the kinds of resources that its question is about, `metrics` what was measured of them; both by the
    names under `savings/inventory`, under which they are tables for the question (see `savings.inventory.evidence`). A
    scope of which one of them was not read to its end has no row in any of them: no finding on half an inventory.
    """

    tables: tuple[str, ...]
    metrics: tuple[str, ...] = ()


def parameter_values(check: QuestionCheck, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The check's parameters with those that an installation changed; nobody else's are taken."""
    return {one.name: changed.get(one.name, one.value) for one in check.parameters}
