"""Small pieces of DuckDB SQL used at the door: quoting, exact money from text and doubles, JSON objects.

Identifiers and literals that come from files pass through `quote_identifier` and `quote_literal`; values go as
parameters wherever DuckDB takes them.
"""

from collections.abc import Sequence

import duckdb

from orchestration.sources.contracts import NativeColumn

#: Exact money. A number with more than twelve decimal places is rounded half-even, once, here. DuckDB's own cast
#: rounds a tie away from zero, and reads a text such as 8e-15 wrongly as 1e-12 when it casts it to twelve places at
#: once (seen with 1.5.6), so fine digits go through thirty places first. A double becomes the shortest decimal that
#: reads back as that double (what its text form shows); the fast way covers those of up to twelve places.
MACROS = """
create or replace temp macro round_half_even(exact) as (
    case when abs(exact - exact::decimal(38, 12)) = 0.0000000000005 and exact::decimal(38, 12) % 0.000000000002 <> 0
         then exact::decimal(38, 12) - sign(exact) * 0.000000000001::decimal(13, 12)
         else exact::decimal(38, 12) end
);
create or replace temp macro money_half_even(v) as (
    coalesce(
        round_half_even(try_cast(v as decimal(38, 30)))::decimal(38, 12),
        round_half_even(try_cast(v as decimal(38, 22)))::decimal(38, 12),
        try_cast(v as decimal(38, 12))
    )
);
create or replace temp macro has_fine_digits(v) as (
    contains(v, 'e') or contains(v, 'E') or (contains(v, '.') and length(v) - instr(v, '.') > 12)
);
create or replace temp macro money_from_text(v) as (
    case when v is null then null
         when has_fine_digits(v) then money_half_even(v)::decimal(38, 12)
         else try_cast(v as decimal(38, 12)) end
);
create or replace temp macro money_from_double(v) as (
    case when v is null then null
         when abs(v) < 1000 and try_cast(v as decimal(18, 12))::double = v then try_cast(v as decimal(18, 12))::decimal(38, 12)
         else money_half_even(v::varchar)::decimal(38, 12) end
);
create or replace temp macro remainder_of_text(v) as (
    case when v is not null and has_fine_digits(v) and abs(try_cast(v as decimal(38, 12))) < 1e7
         then coalesce(try_cast(v as decimal(38, 30)) - money_half_even(v)::decimal(38, 30), 0)
         else 0::decimal(38, 30) end
);
create or replace temp macro remainder_of_double(v) as (
    case when v is null or (abs(v) < 1000 and try_cast(v as decimal(18, 12))::double = v) then 0::decimal(38, 30)
         else remainder_of_text(v::varchar) end
);
"""


def connect_scratch(memory_limit: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with the money macros, in UTC, for reading exports."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    if memory_limit:
        connection.execute(f"set memory_limit = {quote_literal(memory_limit)}")
    if threads:
        connection.execute(f"set threads = {int(threads)}")
    connection.execute(MACROS)
    return connection


def quote_identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """``text`` as a quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def json_object_from_native(column: NativeColumn) -> str:
    """SQL giving a JSON object (text, NULL when empty) from a map, a list of key/value structs, a struct or JSON text."""
    sql, kind = column.sql, column.duckdb_type
    if kind == "VARCHAR":
        return f"if(trim(coalesce({sql}, '')) in ('', '{{}}', '[]'), null, {sql})"
    if kind.startswith("MAP"):
        return f"if({sql} is null or cardinality({sql}) = 0, null, cast(to_json({sql}) as varchar))"
    if kind.endswith("[]") and "key" in kind:
        keys = f"list_transform({sql}, lambda e: e.key)"
        entries = f"list_transform({sql}, lambda e: {{'k': coalesce(e.key, ''), 'v': e.value}})"
        as_object = f"cast(to_json(map_from_entries({entries})) as varchar)"
        unique = f"len(list_distinct({keys})) = len({sql})"
        return f"if({sql} is null or len({sql}) = 0, null, if({unique}, {as_object}, cast(to_json({sql}) as varchar)))"
    return f"cast(to_json({sql}) as varchar)"


def json_object_from_columns(columns: Sequence[tuple[str, str]]) -> str:
    """SQL giving a JSON object of those (name, SQL) values that are not empty; NULL when all are."""
    entries = ", ".join(f"{{'k': {quote_literal(n)}, 'v': nullif(cast({s} as varchar), '')}}" for n, s in columns)
    anything = " or ".join(f"nullif(cast({s} as varchar), '') is not null" for _, s in columns)
    filled = f"list_filter([{entries}], lambda e: e.v is not null)"
    return f"if({anything}, cast(to_json(map_from_entries({filled})) as varchar), null)"
