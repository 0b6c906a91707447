"""Which changes came after a billing period had ended, also where its bills end within the next month."""

from pathlib import Path

import duckdb

from warehouse import DuckDbWarehouse


def test_a_billing_month_that_begins_late_in_the_month_is_open_until_it_ends(tmp_path: Path) -> None:
    """28 January to 27 February is the period of January; what changes on 1 March is a day behind its end."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema intermediate")
        connection.execute(
            """create table marts.fct_cost_monthly_history as select
            unnest(['calendar', 'from the 28th', 'far end']) as source_name, date '2025-01-01' as billing_period,
            'EUR' as billing_currency, 2 as change_number, 'restated' as change_kind, 1 as billed_cost_difference,
            0 as effective_cost_difference, 0 as list_cost_difference, 0 as contracted_cost_difference,
            timestamp '2025-03-01 06:00:00' as valid_from"""
        )
        connection.execute(
            """create table intermediate.int_focus__unioned as select * from (values
            ('calendar', date '2025-01-01', timestamp '2025-02-01'),
            ('from the 28th', date '2025-01-01', timestamp '2025-02-01'),
            ('from the 28th', date '2025-01-01', timestamp '2025-02-28'),
            ('far end', date '2025-01-01', timestamp '2030-02-01')
            ) as charges (source_name, billing_period, billing_period_end)"""
        )
    closed = DuckDbWarehouse(path).closed_changes
    named = [[str(c["source_name"]) for c in closed(days)] for days in (0, 1, 2, 20, 28)]
    assert named == [["calendar", "far end", "from the 28th"], ["calendar", "from the 28th"], ["calendar"],
                     ["calendar"], ["calendar"]]  # fmt: skip
    assert closed(29) == []
