"""Commands that only read: totals and free queries."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cli.output.tables import Format, print_rows
from cloudcost.installation import Installation
from warehouse import DuckDbWarehouse, WarehouseError

Ask = Callable[[str], tuple[list[str], list[tuple[Any, ...]]]]

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


def print_query(installation: Installation, sql: str, as_of: str | None, output: Format) -> None:
    """The rows of a query on the read-only warehouse, as it is or as it was published last before a moment."""
    ask = installation.warehouse.query if as_of is None else find_published(installation, as_of)
    columns, rows = ask(sql)
    print_rows(columns, rows, output)


def find_published(installation: Installation, text: str) -> Ask:
    """What asks the kept publication that people saw at that moment; `WarehouseError` where none is from before it."""
    from cli.commands.history import parse_moment

    moment = parse_moment(text).replace(tzinfo=dt.UTC)
    kept = list(_list_kept(installation))
    before = [(at, ask) for at, ask in kept if at <= moment]
    if not before:
        oldest = f"the oldest is of {kept[0][0]:%Y-%m-%dT%H:%M:%SZ}" if kept else "there is none"
        raise WarehouseError(
            f"no publication from before {text} is kept; {oldest}",
            "`dashboards.keep_published_days` keeps more; `cloudcost totals --as-of` asks the history of costs",
        )
    at, ask = before[-1]
    print(f"note: as published at {at:%Y-%m-%dT%H:%M:%SZ}", file=sys.stderr)
    return ask


def _list_kept(installation: Installation) -> Iterator[tuple[dt.datetime, Ask]]:
    """The publications that are kept, oldest first, with what asks each: files of this machine, or snapshots."""
    warehouse = installation.warehouse
    if isinstance(warehouse, DuckDbWarehouse):
        from dashboards.publish import files_of, list_publications

        for at, folder in list_publications(installation.serving):
            yield at, DuckDbWarehouse(folder / warehouse.path.name, files=files_of(folder)).query
    elif installation.config.warehouse.backend == "redshift":
        raise WarehouseError("Redshift keeps no publications", "`cloudcost totals --as-of` asks the history of costs")
    else:
        from warehouse.ducklake.engine import DuckLakeWarehouse

        assert isinstance(warehouse, DuckLakeWarehouse)  # noqa: S101 - the configuration says so
        for pin in warehouse.list_pins():
            yield pin.published_at, partial(warehouse.query_at, snapshot=pin.snapshot)
