"""Small pieces of DuckDB SQL used at the door: quoting, exact money from text and doubles.

Identifiers and literals that come from files pass through `quote_identifier` and `quote_literal`; values go as
parameters wherever DuckDB takes them.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.expressions.tag_macros import TAG_MACROS

#: Exact money. A number with more than twelve decimal places is rounded half-even, once, here. DuckDB's own cast rounds
#: a tie away from zero and reads some texts with an exponent wrongly (seen with 1.5.6: 8e-15 as 1e-12 when it is cast
#: to twelve places; -1.1140505909646473003398412058902E+8 as another number when cast to thirty). So an exponent is
#: written out first, and the last 5 of a tie behind an even digit is cut off. A double becomes the shortest decimal
#: that reads back as that double (what its text form shows); the fast ways cover those of at most fifteen digits: up to
#: twelve places below a thousand, up to six below 1e9. Text is cast to eighteen digits first, which holds all below a
#: million: that cast is about twenty times as fast as the one to 38 digits. A macro's argument is copied wherever it is
#: used: `list_transform([x], lambda y: ...)[1]` works x out once, which is ten times as fast here.
MACROS = """
create or replace temp macro place_point(sign_text, whole, fraction, power) as (
    case when ltrim(whole || fraction, '0') = '' or power < -400 then '0'
         when power > 40 then null
         when length(whole) + power <= 0
         then sign_text || '0.' || repeat('0', -(length(whole) + power)) || whole || fraction
         when power >= length(fraction) then sign_text || whole || fraction || repeat('0', power - length(fraction))
         else sign_text || left(whole || fraction, length(whole) + power)
              || '.' || substr(whole || fraction, length(whole) + power + 1) end
);
create or replace temp macro write_out_exponent(v) as (
    list_transform(
        [regexp_extract(v, '^([+-]?)([0-9]*)[.]?([0-9]*)[eE]([+-]?[0-9]{1,4})$', ['s', 'w', 'f', 'p'])],
        lambda n: if(n.p = '' or n.w || n.f = '', null, place_point(n.s, n.w, n.f, n.p::integer))
    )[1]
);
create or replace temp macro plain_digits(v) as (
    if(contains(v, 'e') or contains(v, 'E'), write_out_exponent(trim(v)), trim(v))
);
create or replace temp macro is_even_tie(v) as (
    ends_with(v, '5') and contains(v, '.') and length(v) - instr(v, '.') = 13
    and substr(v, -2, 1) in ('0', '2', '4', '6', '8')
);
create or replace temp macro money_of_plain(v) as (
    case when is_even_tie(rtrim(v, '0')) then try_cast(left(v, instr(v, '.') + 12) as decimal(38, 12))
         else try_cast(v as decimal(38, 12)) end
);
create or replace temp macro money_half_even(v) as (
    list_transform([plain_digits(v)], lambda p: money_of_plain(p))[1]::decimal(38, 12)
);
create or replace temp macro remainder_of_fraction(v) as (
    coalesce(try_cast(left(v, 32) as decimal(38, 30)) - money_of_plain(v)::decimal(38, 30), 0)
);
create or replace temp macro remainder_of_plain(v) as (
    case when not contains(v, '.') then 0
         when starts_with(v, '-') then -remainder_of_fraction('0.' || split_part(v, '.', 2))
         else remainder_of_fraction('0.' || split_part(v, '.', 2)) end
);
create or replace temp macro has_fine_digits(v) as (
    contains(v, 'e') or contains(v, 'E') or (contains(v, '.') and length(v) - instr(v, '.') > 12)
);
create or replace temp macro money_from_text(v) as (
    case when v is null or contains(v, '_') then null  -- DuckDB's cast takes 1_000 for a thousand
         when has_fine_digits(v) then money_half_even(v)::decimal(38, 12)
         else coalesce(try_cast(v as decimal(18, 12))::decimal(38, 12), try_cast(v as decimal(38, 12))) end
);
create or replace temp macro money_from_double(v) as (
    case when v is null then null
         when abs(v) < 1000 and try_cast(v as decimal(18, 12))::double = v
             then try_cast(v as decimal(18, 12))::decimal(38, 12)
         when abs(v) < 1e9 and try_cast(v as decimal(18, 6))::double = v
             then try_cast(v as decimal(18, 6))::decimal(38, 12)
         else money_half_even(v::varchar)::decimal(38, 12) end
);
create or replace temp macro remainder_of_text(v) as (
    case when v is not null and has_fine_digits(v)
         then list_transform([plain_digits(v)], lambda p: remainder_of_plain(p))[1]::decimal(38, 30)
         else 0::decimal(38, 30) end
);
create or replace temp macro remainder_of_double(v) as (
    case when v is null or (abs(v) < 1000 and try_cast(v as decimal(18, 12))::double = v)
              or (abs(v) < 1e9 and try_cast(v as decimal(18, 6))::double = v) then 0::decimal(38, 30)
         else remainder_of_text(v::varchar) end
);
"""


def connect_scratch(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with the money macros, in UTC, for reading exports.

    What does not fit into `memory_limit` goes below ``spill`` for a while.
    """
    connection = duckdb.connect(":memory:")
    connection.execute(f"set memory_limit = {quote_literal(memory_limit())}")
    if spill:
        connection.execute(f"set temp_directory = {quote_literal(str(spill))}")
    return _prepare(connection)


def connect_beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same in-memory DuckDB, for another thread: both share its memory limit."""
    return _prepare(connection.cursor())


def _prepare(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("set timezone = 'UTC'")
    connection.execute(MACROS)
    connection.execute(TAG_MACROS)
    return connection


def memory_limit() -> str:
    """What DuckDB may take: ``CLOUDCOST_MEMORY_LIMIT``, else 512 MB per core and no less than 1 GB.

    Its own default, 80 % of the machine, is never given back while a month is read. Every thread needs some to write
    Parquet; what does not fit is spilled to disk.
    """
    return os.environ.get("CLOUDCOST_MEMORY_LIMIT") or f"{max(2, os.cpu_count() or 1) * 512}MB"


def quote_identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """``text`` as a quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quote_path(path: Path | str) -> str:
    """``path`` as DuckDB's readers take it: that one file, whatever its name (``bill[1].csv`` would be a pattern)."""
    return quote_literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def null_if_nothing(sql: str, words: Sequence[str]) -> str:
    """SQL giving a text, and NULL for the words that stand for no value, in any case."""
    if not words:
        return sql
    listed = ", ".join(quote_literal(word) for word in words)
    longest = max(len(word) for word in words)
    # DuckDB turns a long IN into a join, of which a hundred columns take more memory than there is
    is_word = f"list_contains([{listed}], lower({sql}))"
    return f"case when strlen({sql}) > {longest} then {sql} when not {is_word} then {sql} end"
