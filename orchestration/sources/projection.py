"""The SELECT that turns one native file into the landed columns of its format."""

from dataclasses import dataclass

from orchestration.sources.contracts import (
    MONEY_TYPE,
    Column,
    DeliveryError,
    ExportFormat,
    NativeColumn,
    squeeze_name,
)
from orchestration.sources.native import NativeFile
from orchestration.sources.sql import quote_identifier, quote_literal

_DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d")

LANDED_TYPES = {
    "text": "VARCHAR",
    "json": "VARCHAR",
    "money": MONEY_TYPE,
    "quantity": MONEY_TYPE,
    "timestamp": "TIMESTAMP",
    "date": "DATE",
}


@dataclass(frozen=True)
class Projection:
    """How one native file becomes landed rows.

    ``select_sql`` reads the file; its columns are the format's, then ``source_file``, ``rounding_remainder`` (what
    rounding took from the cost column) and ``cast_failures`` (how many values of the row could not be read).
    ``checked`` holds the (landed column, native column, SQL) that count as cast failures, for naming the first one.
    """

    select_sql: str
    checked: tuple[tuple[str, NativeColumn, str], ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    assumed_currency: str | None


def project_file(native: NativeFile, fmt: ExportFormat, default_currency: str) -> Projection:
    """The projection of ``native`` to ``fmt``; `DeliveryError` names a required column that the file lacks."""
    selected: list[str] = []
    checked: list[tuple[str, NativeColumn, str]] = []
    missing: list[str] = []
    used: set[str] = set()
    assumed_currency = None
    for column in fmt.columns:
        special = fmt.specials.get(column.name)
        native_column = native.find(column.name, *column.aliases)
        sql = special(native) if special else None
        if sql is None and native_column is not None and not (special and column.kind == "json"):
            sql = _cast(_clean(native_column, fmt), native_column, column, fmt)
            if column.kind in ("money", "quantity", "timestamp", "date"):
                checked.append((column.name, native_column, sql))
        if sql is not None and native_column is not None:
            used.add(squeeze_name(native_column.name))
        if sql is None and column.name == fmt.currency_column:
            sql, assumed_currency = quote_literal(default_currency), default_currency
        if sql is None:
            if column.required:
                known_as = f" (also known as {', '.join(column.aliases)})" if column.aliases else ""
                raise DeliveryError(
                    f"{native.name}: required column {column.name!r}{known_as} is missing; format {fmt.name} needs it"
                )
            missing.append(column.name)
            sql = "null"
        selected.append(f"cast({sql} as {LANDED_TYPES[column.kind]}) as {quote_identifier(column.name)}")
    # whether a value was given is told from within: worked out a second time, the casts take twice as long to plan
    flags = [f"given_{number}" for number in range(len(checked))]
    failures = " + ".join(
        f"({flag} and {quote_identifier(name)} is null)::utinyint"
        for flag, (name, _, _) in zip(flags, checked, strict=True)
    )
    given = [
        f"{_clean(column, fmt)} is not null as {flag}" for flag, (_, column, _) in zip(flags, checked, strict=True)
    ]
    inner = [*selected, f"{_remainder(native, fmt)} as rounding_remainder", *given]
    outer = [
        *(quote_identifier(column.name) for column in fmt.columns),
        f"{quote_literal(native.name)} as source_file",
        "rounding_remainder",
        # a signed type, which Redshift loads too
        f"cast({failures or '0'} as smallint) as cast_failures",
    ]
    extra = tuple(c.name for c in native.columns if "." not in c.name and squeeze_name(c.name) not in used)
    lines = ",\n  "
    select_sql = f"select\n  {lines.join(outer)}\nfrom (select\n  {lines.join(inner)}\nfrom {native.reader_sql})"
    return Projection(select_sql, tuple(checked), tuple(missing), extra, assumed_currency)


def describe_first_failure(native: NativeFile, projection: Projection, fmt: ExportFormat) -> str:
    """SQL finding the first value that could not be read: (row, landed column, native column, value)."""
    parts = [
        f"select row_number as data_row, {quote_literal(name)} as landed, {quote_literal(column.name)} as native, "
        f"cast({column.sql} as varchar) as value from numbered where {_is_failure(column, sql, fmt)}"
        for name, column, sql in projection.checked
    ]
    return (
        f"with numbered as (select row_number() over () as row_number, * from {native.reader_sql}) "
        f"select * from ({' union all '.join(parts)}) order by data_row limit 1"
    )


def _clean(column: NativeColumn, fmt: ExportFormat) -> str:
    """A text value with the spellings of "nothing" read as NULL; other types as they are."""
    if column.duckdb_type != "VARCHAR":
        return column.sql
    words = "('', 'NULL')" if fmt.provider == "focus" else "('')"
    return f"if({column.sql} in {words}, null, {column.sql})"


def _is_failure(column: NativeColumn, cast_sql: str, fmt: ExportFormat) -> str:
    return f"{_clean(column, fmt)} is not null and ({cast_sql}) is null"


def _cast(sql: str, native: NativeColumn, column: Column, fmt: ExportFormat) -> str:
    kind, native_type = column.kind, native.duckdb_type
    if kind == "quantity" and native_type == "DOUBLE" and fmt.provider != "azure":
        # the short way: only Azure has costs that are worked out from a price and a quantity
        return f"try_cast({sql} as {MONEY_TYPE})"
    if kind in ("money", "quantity"):
        if native_type in ("DOUBLE", "REAL", "FLOAT"):
            return f"money_from_double({sql})" if native_type == "DOUBLE" else f"money_from_text({sql}::varchar)"
        if native_type == "VARCHAR":
            return f"money_from_text({sql})"
        return (
            f"money_from_text({sql}::varchar)"
            if native_type.startswith("DECIMAL")
            else f"try_cast({sql} as {MONEY_TYPE})"
        )
    if kind == "timestamp":
        return _cast_time(sql) if native_type == "VARCHAR" else f"try_cast({sql} as timestamp)"
    if kind == "date":
        if native_type == "VARCHAR":
            formats = ", ".join(quote_literal(f) for f in _DATE_FORMATS)
            return f"coalesce(try_strptime({sql}, [{formats}])::date, try_cast({sql} as timestamp)::date)"
        return f"try_cast({sql} as date)"
    if native_type == "VARCHAR":
        return sql
    if native_type.startswith("STRUCT") or native_type.startswith("MAP") or native_type.endswith("[]"):
        return f"cast(to_json({sql}) as varchar)"
    return f"cast({sql} as varchar)"


def _cast_time(sql: str) -> str:
    """Text as a UTC timestamp. DuckDB's cast to a plain timestamp drops an offset, and none of its casts takes a time
    without seconds, as Azure's FOCUS export has it; the cast that knows offsets is four times as slow.
    """
    plain = f"if(length({sql}) <= length('2026-10-01T00:00:00Z'), try_cast({sql} as timestamp), null)"
    return f"coalesce({plain}, try_cast({sql} as timestamptz)::timestamp, try_strptime({sql}, '%Y-%m-%dT%H:%MZ'))"


def _remainder(native: NativeFile, fmt: ExportFormat) -> str:
    cost = next((c for c in fmt.columns if c.name == fmt.cost_column), None)
    found = native.find(cost.name, *cost.aliases) if cost else None
    if found is None:
        return "cast(0 as decimal(38, 30))"
    sql = _clean(found, fmt)
    if found.duckdb_type == "DOUBLE":
        return f"remainder_of_double({sql})"
    return f"remainder_of_text({sql})" if found.duckdb_type == "VARCHAR" else f"remainder_of_text({sql}::varchar)"
