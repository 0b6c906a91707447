"""Every scope that the models match, as rows of one settings table: a row per test."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from cloudcost.config.allocation import DIMENSIONS
from cloudcost.config.document import CloudcostConfig
from core.scope import Scope, compile_scope
from warehouse.settings_contracts import Column, Row, SettingsTable

ScopedKind = Literal["budget", "metric", "rule", "split"]


def list_scope_tests(config: CloudcostConfig, _: Path) -> list[Row]:
    """The tests of every scope; none for a scope of everything."""
    return [
        (kind, owner, *test) for kind, owner, scope in list_scopes(config) for test in dict.fromkeys(_list_tests(scope))
    ]


def list_scopes(config: CloudcostConfig) -> Iterator[tuple[ScopedKind, str, Scope]]:
    """What has a scope that the models match, what it is called, and the scope."""
    yield from (("budget", budget.name, budget.scope) for budget in config.budgets)
    yield from (("metric", metric.name, metric.scope) for metric in config.metrics)
    for dimension in DIMENSIONS:
        rules = config.allocation.dimension(dimension).rules
        yield from (("rule", name_rule(dimension, rule.name), rule.when) for rule in rules)
    yield from (("split", split.name, split.scope) for split in config.allocation.splits)


def name_rule(dimension: str, rule: str) -> str:
    """What a rule is called among those of all dimensions."""
    return f"{dimension}.{rule}"


def digest_scope(scope: Scope) -> str:
    """A text that changes when, and only when, the tests of the scope do."""
    return hashlib.sha256(json.dumps(sorted(set(_list_tests(scope)))).encode()).hexdigest()[:16]


def _list_tests(scope: Scope) -> Iterator[tuple[int, str, str, bool]]:
    for number, clause in enumerate(compile_scope(scope), 1):
        yield from ((number, test.field, test.folded, test.is_negated) for test in clause)


SCOPE_DIGEST = Column("scope_digest", "text", "Changes when the tests in `scope_tests` do.")

SCOPE_TESTS = SettingsTable(
    name="scope_tests",
    description="What every scope asks of a charge: of each of its clauses one test must hold.",
    columns=(
        Column("used_by", "text", "budget, metric, rule or split."),
        Column("owner", "text", "Name of the budget, metric or split; of a rule, dimension.name."),
        Column("clause", "integer", "Number of the clause within the scope."),
        Column("field", "text", "What the test is about: provider, account, service, ... or a dimension."),
        Column("pattern", "text", "Pattern of `like`, lower case, `!` before a character that stands for itself."),
        Column("is_negated", "boolean", "Whether the value must not match; what has none does not."),
    ),
    key=("used_by", "owner", "clause", "field", "pattern", "is_negated"),
    rows=list_scope_tests,
)
