"""Commands that only read: totals and free queries."""

from cli.output.tables import Format, print_rows
from cloudcost.installation import Installation
from warehouse import WarehouseError

_TOTALS = """
with files as (
    -- a row of an export counts once, however many measures it states
    select source_name, billing_period, billing_currency, cast(sum(row_count) as bigint) as row_count
    from (
        select distinct source_name, billing_period, dataset, billing_currency, row_count from raw.control_totals
    ) as exports
    group by 1, 2, 3
), remainders as (
    select source_name, billing_period, billing_currency,
        sum(case when measure = 'billed_cost' then rounding_remainder end) as billed_cost_remainder,
        sum(case when measure = 'effective_cost' then rounding_remainder end) as effective_cost_remainder
    from raw.control_totals group by 1, 2, 3
)
select t.source_name as source, substring(cast(t.billing_period as varchar(10)), 1, 7) as period,
    t.billing_currency as currency, coalesce(f.row_count, 0) as "rows",
    t.billed_cost, t.effective_cost, t.list_cost, t.contracted_cost,
    coalesce(r.billed_cost_remainder, 0) as billed_cost_remainder,
    coalesce(r.effective_cost_remainder, 0) as effective_cost_remainder
from marts.fct_cost_monthly as t
left join files as f using (source_name, billing_period, billing_currency)
left join remainders as r using (source_name, billing_period, billing_currency)
order by 1, 2, 3
"""


def print_totals(installation: Installation, output: Format) -> None:
    """Rows, billed, effective, list and contracted cost; what rounding to twelve places took is shown beside them."""
    if not installation.warehouse.has_table("marts", "fct_cost_monthly"):
        raise WarehouseError(f"{installation.warehouse.place}: there is no warehouse yet", "`cloudcost run` builds it")
    with installation.warehouse.connect(read_only=True) as connection:
        cursor = connection.execute(_TOTALS)
        columns = [d[0] for d in cursor.description or []]
        rows = cursor.fetchall()
    if output is Format.TABLE and not any(row[-1] or row[-2] for row in rows):
        columns, rows = columns[:-2], [row[:-2] for row in rows]
    print_rows(columns, rows, output)


def print_query(installation: Installation, sql: str, output: Format) -> None:
    """The rows of a query on the read-only warehouse."""
    columns, rows = installation.warehouse.query(sql)
    print_rows(columns, rows, output)
