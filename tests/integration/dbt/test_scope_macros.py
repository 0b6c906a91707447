"""The models match scopes as they are written: budgets by a join, allocation by a condition on the row."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.dbt.warehouse import Warehouse
from tests.scope_language import draw_row, draw_scope, is_inside

COLUMNS = {
    "provider": "service_provider_name", "service": "service_name", "region": "region_id", "team": "x_team",
}  # fmt: skip
QUERY = """
with owners as (select budget_name as name from settings.budgets), combinations as (
    select *, cast(number as varchar) as scope_key, '' as source_name, '' as billing_account_id, '' as sub_account_id,
        '' as sub_account_name, '' as service_category, '' as x_environment
    from rows
)
select 'joined' as how, name, cast(scope_key as integer)
from ({{ match_scopes('combinations', 'owners', 'name', 'budget') }}) as matched
{% for owner, tests in read_scope_tests().items() if owner[0] == 'split' %}
union all
select 'condition', '{{ owner[1] }}', number
from (select service_provider_name, service_name, region_id, x_team as team, number from rows) as charges
where {{ scope_condition(tests, '') }}
{% endfor %}
"""


@pytest.mark.timeout(600)
def test_scopes_are_matched_as_they_are_written(tmp_path: Path) -> None:
    chance = random.Random(11)
    scopes = {f"s{number}": draw_scope(chance) for number in range(60)}
    rows = [draw_row(chance) for _ in range(150)]
    warehouse = Warehouse.create(tmp_path)
    splits = [{"name": name, "scope": scope} for name, scope in scopes.items()]
    budgets: list[dict[str, Any]] = [{"name": name, "scope": scope, "amount": 1} for name, scope in scopes.items()]
    warehouse.configure(budgets=[*budgets, {"name": "everything", "amount": 1}], allocation={"splits": splits})
    names = ", ".join(f"{column} varchar" for column in COLUMNS.values())
    warehouse.execute(f"create table rows (number integer, {names})")
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.executemany(
            "insert into rows values (?, ?, ?, ?, ?)",
            [[number, *(row[field] for field in COLUMNS)] for number, row in enumerate(rows)],
        )
    compiled = warehouse.dbt("compile", "--inline", QUERY)
    assert compiled.success, compiled.output[-3000:]
    found = warehouse.rows(next((warehouse.path.parent / "target").rglob("inline_query")).read_text())
    wanted = {
        (how, name, number)
        for how in ("joined", "condition")
        for name, scope in scopes.items()
        for number, row in enumerate(rows)
        if is_inside(scope, row)
    }
    assert set(found) == wanted | {("joined", "everything", number) for number in range(len(rows))}
    assert len(found) == len(set(found)) and len(wanted) > 500
