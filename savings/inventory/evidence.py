"""What was read of clouds, as tables beside the bill's evidence, and a check's question asked of them.

For a check of the tables ``T`` and metrics ``M`` these are there:

- ``T``: a row per resource of every scope that was read to its end, with `KEY_COLUMNS`, the table's own columns and
  ``is_protected``: a tag says that people want to keep it as it is; ``protected_by``: that tag, as ``key=value``.
- ``T_billed``: what the bill's `usage_30d` has of those resources; ``inventory_id`` is the resource_id of ``T``. Join
  by it and ``account_id, region``, which are those of ``T``; ``billed_account_id``, ``billed_region`` and
  ``resource_id`` are the bill's.
- ``M``: a row per resource that was measured: account_id, region, resource_id, ``days`` (on which there is a sample),
  ``samples``, ``mean``, ``p50``, ``p95``, ``p99``, ``maximum``, ``total``.
- ``M_samples``: account_id, region, resource_id, ``at``, ``value``.
- ``looked_at``: one row with ``first_day``, ``last_day`` and ``window_days``.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from core.short_names import simplify_text
from savings.bill import judge_bill
from savings.check import InventoryCheck, Scope
from savings.findings import Findings, Skipped
from savings.inventory.contract import KEY_COLUMNS, InventoryTable, Series
from savings.inventory.registry import find_metrics, find_tables
from savings.inventory.taking import Taken

#: Values of a protecting tag that plainly say no.
_NO = ("false", "no", "0")
_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "map(varchar, varchar)": pa.map_(pa.string(), pa.string()),
    "varchar[]": pa.list_(pa.string()),
}
_BILLED = """
create or replace temp table inventory_keys as
select distinct *, unnest(list_distinct([
    lower(resource_id), lower(regexp_extract(resource_id, '[^/]*$')), lower(regexp_extract(resource_id, '[^:/]*$'))
])) as key
from (
    -- a bill may name an account by a path, `/subscriptions/<id>`, and in another case than the cloud does
    select cloud, account_id, lower(regexp_extract(account_id, '[^/]*$')) as account_key, resource_id
    from usage_30d
    where resource_id is not null
    group by all
);
"""
_TABLE_BILLED = """
create or replace temp table {name}_billed as
with billed_resources as (
    -- once, by however many of its names the bill knows it
    select distinct
        resources.account_id, resources.region, resources.resource_id as inventory_id,
        keys.account_id as billed_account_id, keys.resource_id
    from (select account_id, region, resource_id, unnest({names}) as name from all_{name}) as resources
    inner join inventory_keys as keys
        on keys.cloud = '{cloud}'
        and keys.account_key = lower(regexp_extract(resources.account_id, '[^/]*$'))
        and keys.key = lower(resources.name)
)
select
    usage_30d.* replace (resources.account_id as account_id, resources.region as region),
    resources.billed_account_id,
    usage_30d.region as billed_region,
    resources.inventory_id
from billed_resources as resources
inner join usage_30d
    on usage_30d.cloud = '{cloud}'
    and usage_30d.account_id = resources.billed_account_id
    and usage_30d.resource_id = resources.resource_id
    -- what the bill names no region of is of whichever the resource is in
    and (coalesce(usage_30d.region, '') in ('', 'global', resources.region) or resources.region = '')
"""
_SUMMARY = """
create or replace temp table all_{name} as
select
    account_id, region, resource_id,
    count(distinct cast("at" as date)) as days,
    count(*) as samples,
    avg("value") as mean,
    quantile_cont("value", 0.5) as p50,
    quantile_cont("value", 0.95) as p95,
    quantile_cont("value", 0.99) as p99,
    max("value") as maximum,
    sum("value") as total
from all_{name}_samples
group by account_id, region, resource_id
"""


def add_inventory(connection: duckdb.DuckDBPyConnection, taken: Taken, protected_tags: Collection[str]) -> None:
    """Lay what was taken beside the bill's evidence of the connection."""
    connection.execute(_BILLED)
    window = taken.window
    connection.execute(
        "create or replace temp table looked_at as select cast(? as date) as first_day, cast(? as date) as last_day, "
        "cast(? as bigint) as window_days",
        [window.start.date(), window.end.date() - dt.timedelta(days=1), window.days],
    )
    for name, rows in taken.rows.items():
        table = find_tables()[name]
        _make_table(connection, table, rows, protected_tags)
        names = "[resource_id]" + (" || coalesce(billed_as, [])" if "billed_as" in table.columns else "")
        connection.execute(_TABLE_BILLED.format(name=name, cloud=table.cloud, names=names))
    for name, series in taken.series.items():
        _make_samples(connection, name, series)
        connection.execute(_SUMMARY.format(name=name))


def judge_inventory(
    connection: duckdb.DuckDBPyConnection,
    taken: Taken,
    check: InventoryCheck,
    changed: Mapping[str, Any],
    today: dt.date,
) -> Findings:
    """What the check finds in the scopes of which everything that it asks for was read, and which were not."""
    clouds = {find_tables()[name].cloud for name in check.tables}
    if not clouds & taken.looked:
        return Findings()  # no access is given: `cloudcost check` says so
    names = (*check.tables, *check.metrics, *(find_metrics()[name].table for name in check.metrics))
    gaps = taken.list_gaps(names)
    for name in dict.fromkeys(names):
        _narrow(connection, name, find_cloud(name), gaps)
    found = judge_bill(connection, check, changed, today)
    missing = [
        Skipped(check_name=check.name, provider=cloud, account_id=account, region=region, reason=reason)
        for (cloud, account, region), reason in sorted(gaps.items())
    ]
    return Findings(found.recommendations, [*found.skipped, *missing])


def find_cloud(name: str) -> str:
    """The cloud of a table or metric."""
    return (find_tables().get(name) or find_metrics()[name]).cloud


def _make_table(
    connection: duckdb.DuckDBPyConnection,
    table: InventoryTable,
    rows: Sequence[Mapping[str, Any]],
    protected_tags: Collection[str],
) -> None:
    kinds = {**dict.fromkeys(KEY_COLUMNS, "varchar"), **table.columns}
    columns = {
        column: pa.array(
            [list(row[column].items()) if isinstance(row[column], dict) else row[column] for row in rows], _TYPES[kind]
        )
        for column, kind in kinds.items()
    }
    wanted = [tuple(simplify_text(part) for part in tag.partition("=")) for tag in protected_tags]
    by = [_find_protecting(row.get("tags"), wanted) for row in rows]
    columns["is_protected"] = pa.array([tag is not None for tag in by], pa.bool_())
    columns["protected_by"] = pa.array(by, pa.string())
    _register(connection, f"all_{table.name}", pa.table(columns))


def _find_protecting(tags: Mapping[str, str] | None, protected: Collection[tuple[str, ...]]) -> str | None:
    """The first tag that protects, by the rules of actions: blanks, case and how letters are composed do not count."""
    for key, value in sorted((tags or {}).items()):
        name, found = simplify_text(key), simplify_text(value)
        for wanted, has_value, only in protected:
            if name == wanted and (found == only if has_value else found not in _NO):
                return f"{key}={value}"
    return None


def _make_samples(connection: duckdb.DuckDBPyConnection, name: str, series: Sequence[tuple[str, Series]]) -> None:
    flat = [(account, one.region, one.resource_id, *sample) for account, one in series for sample in one.samples]
    accounts, regions, resources, instants, values = zip(*flat, strict=True) if flat else ((), (), (), (), ())
    naive = [at.astimezone(dt.UTC).replace(tzinfo=None) for at in instants]
    columns = {
        "account_id": pa.array(accounts, pa.string()),
        "region": pa.array(regions, pa.string()),
        "resource_id": pa.array(resources, pa.string()),
        "at": pa.array(naive, pa.timestamp("us")),
        "value": pa.array(values, pa.float64()),
    }
    _register(connection, f"all_{name}_samples", pa.table(columns))


def _register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("answer", table)
    connection.execute(f"create or replace temp table {name} as select * from answer")
    connection.unregister("answer")


def _narrow(connection: duckdb.DuckDBPyConnection, name: str, cloud: str, gaps: Mapping[Scope, str]) -> None:
    """The table or metric under its own name, without the scopes that are not whole for this check."""
    missing = [(account, region) for (of, account, region) in gaps if of == cloud]
    connection.execute("create or replace temp table missing_scopes (account_id varchar, region varchar)")
    if missing:
        connection.executemany("insert into missing_scopes values (?, ?)", missing)
    kept = (
        "select * from all_{0} as t where not exists (select 1 from missing_scopes as m "
        "where m.account_id = t.account_id and m.region in ('', t.region))"
    )
    connection.execute(f"create or replace temp table {name} as {kept.format(name)}")
    if name in find_metrics():
        connection.execute(f"create or replace temp table {name}_samples as {kept.format(f'{name}_samples')}")
