"""Whatever is delivered and however it is allocated, no model adds, loses or mixes an amount.

The models are found in dbt's manifest: one that has a billing currency and a cost measure is held to the sum of the
line items, without a line here. The tests ask for `new_warehouse`, so that another engine can be given to them.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from dbt.artifacts.resources.types import NodeType

from cloudcost.settings_tables import SETTINGS_TABLES
from tests.integration.dbt.random_charges import draw_allocation, draw_deliveries
from tests.integration.dbt.warehouse import Warehouse, parse_project

pytestmark = pytest.mark.timeout(1200)

MEASURES = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
KEYS = ("source_name", "billing_period", "billing_currency")
SOURCES = ("aws_one", "azure_one", "gcp_one", "focus_one")
PERIODS = ("2025-01-01", "2025-02-01")
MAPPINGS = ("int_aws__focus", "int_azure__focus", "int_gcp__focus", "int_focus__mapped")
#: What each (source, period, currency, measure) adds up to.
Totals = dict[tuple[str, str, str, str], Decimal]


def find_models(*layers: str) -> Iterator[tuple[str, str, set[str], dict[str, Any]]]:
    """Name, relation, columns and meta of every model of these layers."""
    for node in parse_project().nodes.values():
        if node.resource_type == NodeType.Model and node.fqn[1] in layers:
            yield node.name, f"{node.schema}.{node.name}", set(node.columns), dict(node.config.meta)


def sum_model(
    warehouse: Warehouse, relation: str, columns: set[str], extra: list[str]
) -> dict[tuple[Any, ...], Totals]:
    """The sums of a model's measures, apart for every value of the ``extra`` columns; what is zero is left out."""
    measures = [m for m in MEASURES if m in columns]
    keys = ["source_name", "cast(billing_period as varchar)", "billing_currency", *extra]
    # a history is believed from and to; what is believed now has no end
    now = " where valid_to is null" if "valid_to" in columns else ""
    query = f"select {', '.join([*keys, *(f'sum({m})' for m in measures)])} from {relation}{now} group by 1, 2, 3"
    sums: dict[tuple[Any, ...], Totals] = defaultdict(dict)
    for row in warehouse.rows(query + "".join(f", {n}" for n in range(4, 4 + len(extra)))):
        key, apart, amounts = row[:3], row[3 : 3 + len(extra)], row[3 + len(extra) :]
        for measure, amount in zip(measures, amounts, strict=True):
            if amount:
                sums[apart][(*key, measure)] = amount
    return sums


def check_models(warehouse: Warehouse, known: Totals) -> set[str]:
    """Hold the mappings to what the line items add up to and every other model to these; returns the models held."""
    expected: Totals = defaultdict(Decimal)
    for name, relation, columns, _ in find_models("intermediate"):
        if name not in MAPPINGS:
            continue
        assert columns.issuperset({*KEYS, *MEASURES})
        for totals in sum_model(warehouse, relation, columns, []).values():
            for key, amount in totals.items():
                expected[key] += amount
    stated = {(s, p, c, m) for s, p, c, m in known}
    assert {k: v for k, v in expected.items() if k in stated and v} == {k: v for k, v in known.items() if v}
    held = set()
    for name, relation, columns, meta in find_models("intermediate", "marts"):
        measures = columns & set(MEASURES)
        if name in MAPPINGS or not measures or not columns.issuperset(KEYS):
            continue
        first = PERIODS[0] if meta.get("lacks_first_period") else ""
        wanted = {k: v for k, v in expected.items() if v and k[3] in measures and k[1] > first}
        for apart, totals in sum_model(warehouse, relation, columns, meta.get("totals_per", [])).items():
            assert totals == wanted, f"{name} {apart}"
        held.add(name)
    return held


def deliver(warehouse: Warehouse, chance: random.Random, source: str, period: str, known: Totals, name: str) -> None:
    """Random line items as the current snapshots of a source and month; their totals are noted."""
    for key in [k for k in known if k[:2] == (source, period)]:
        del known[key]
    for table in ("aws_cur", "aws_cur2"):
        if source.startswith("aws"):
            warehouse.withdraw(table, source_name=source, billing_period=period)
    for delivery in draw_deliveries(chance, source, period):
        warehouse.deliver(
            delivery.table, delivery.rows, source_name=source, billing_period=period, dataset=delivery.dataset,
            delivery_id=name, totals=delivery.totals,
        )  # fmt: skip
        for (currency, measure), total in delivery.totals.items():
            known[source, period, currency, measure] = total


def build(warehouse: Warehouse, *arguments: str, pending: bool = False) -> None:
    """Build everything with all data tests; with ``pending`` only what is behind, as the pipeline does."""
    options: dict[str, Any] = {}
    if pending:
        query = "select source_name, cast(billing_period as varchar), models from intermediate.int_periods__pending"
        behind = {(source, period): models.split(",") for source, period, models in warehouse.rows(query)}
        assert behind
        options = {"changed_periods": sorted(behind), "models": behind}
    result = warehouse.dbt("build", "--exclude", "test_type:unit", *arguments, **options)
    assert result.success, result.output[-6000:]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_model_conserves_every_amount(new_warehouse: Callable[[], Warehouse], seed: int) -> None:
    chance, known, warehouse = random.Random(seed), Totals(), new_warehouse()
    warehouse.configure(allocation=draw_allocation(chance))
    for source in SOURCES:
        for period in PERIODS:
            deliver(warehouse, chance, source, period, known, "d1")
    assert {key[2] for key in known} == {"USD", "EUR"}
    build(warehouse)
    held = check_models(warehouse, known)
    assert held >= {
        "int_focus__unioned", "fct_cost_daily", "fct_cost_monthly", "fct_cost_monthly_history",
        "fct_cost_allocated_daily", "fct_tag_coverage", "fct_statement_monthly",
    }  # fmt: skip
    shared = "select count(*) from marts.fct_cost_allocated_daily where allocation_kind = 'shared in'"
    assert warehouse.rows(shared)[0][0] > 0, "this seed splits nothing"
    # one month is delivered anew and the rules change: only what is behind is built
    deliver(warehouse, chance, chance.choice(SOURCES), PERIODS[0], known, "d2")
    warehouse.configure(allocation=draw_allocation(chance))
    build(warehouse, pending=True)
    assert check_models(warehouse, known) == held
    assert warehouse.rows("select count(*) from intermediate.int_periods__pending") == [(0,)]


def test_every_cost_has_a_currency() -> None:
    for name, _, columns, _ in find_models("intermediate", "marts"):
        costs = sorted(column for column in columns if column.endswith("_cost"))
        assert not costs or any(c.endswith("currency") for c in columns), f"{name} has {costs[0]} without a currency"


def test_a_repeated_key_in_any_settings_table_is_caught_before_a_total_changes(copied: Warehouse) -> None:
    totals = "select count(*), sum(billed_cost) from marts.fct_cost_allocated_daily"
    before = copied.rows(totals)
    copied.configure(allocation={**draw_allocation(random.Random(3)), "team": {"aliases": {"payments": ["search"]}}})
    for table in SETTINGS_TABLES:
        relation = f"settings.{table.name}"
        copied.execute(f"insert into {relation} select * from {relation}")
    result = copied.dbt("build", "--select", "source:settings.*", "fct_cost_allocated_daily")
    assert not result.success
    for table in SETTINGS_TABLES:
        if copied.rows(f"select count(*) from settings.{table.name}")[0][0]:
            assert re.search(rf"Failure in test (settings_)?{table.name}_are_unique", result.output), table.name
    assert copied.rows(totals) == before
