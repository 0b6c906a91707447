"""The SELECT that turns one native file into the landed columns of its format."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.currencies import tidy_currency
from core.errors import shorten
from ingestion.columns.records import open_records, write_lists
from ingestion.contracts import (
    MONEY_PLACES,
    MONEY_TYPE,
    Column,
    DeliveryError,
    ExportFormat,
    NativeColumn,
    squeeze_name,
)
from ingestion.expressions.dates import DateOrder, PlausibleDates, read_date, read_epoch, read_time
from ingestion.expressions.sql import quote_identifier, quote_literal
from ingestion.reading.native import NativeFile
from ingestion.reading.native_csv import spell_nothing

LANDED_TYPES = {
    "text": "VARCHAR",
    "json": "VARCHAR",
    "money": MONEY_TYPE,
    "quantity": MONEY_TYPE,
    "timestamp": "TIMESTAMP",
    "date": "DATE",
}
TIMES = ("timestamp", "date")


@dataclass(frozen=True)
class Checked:
    """A landed column whose values are no plain text: what was given and cannot be read is a fault of the row."""

    column: Column
    native: NativeColumn
    given: str
    flag: str


@dataclass(frozen=True)
class Projection:
    """How one native file becomes landed rows.

    The landed columns are the format's, then ``source_file``, ``rounding_remainder`` (what rounding took from the cost
    column) and ``cast_failures`` (how many values of the row could not be read).
    """

    native: NativeFile
    inner: tuple[str, ...]
    outer: tuple[str, ...]
    checked: tuple[Checked, ...]
    failures: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    assumed_currency: str | None
    spelled: dict[str, str]
    leaves_out_blank: bool = False

    @property
    def select_sql(self) -> str:
        """The landed rows of the file."""
        return self._select((), f"select {_listed(self.inner)}\nfrom {self.native.reader_sql}{self._filled}")

    @property
    def numbered_sql(self) -> str:
        """The landed rows with ``data_row``, their number in the file from 1 on, and the texts that were checked."""
        numbered = f"(select row_number() over () as data_row, * from {self.native.reader_sql})"
        texts = [f"cast({c.native.sql} as varchar) as text_{n}" for n, c in enumerate(self.checked)]
        kept = [f"text_{n}" for n in range(len(texts))] + [
            f"{failure} as failed_{n}" for n, failure in enumerate(self.failures)
        ]
        return self._select(
            ["data_row", *kept], f"select data_row, {_listed([*self.inner, *texts])}\nfrom {numbered}{self._filled}"
        )

    def spell(self, landed: str) -> str:
        """A landed column as the file calls it, for messages."""
        return shorten(self.spelled.get(landed, landed))

    def _select(self, also: Sequence[str], inner: str) -> str:
        return f"select {_listed([*also, *self.outer])}\nfrom ({inner})"

    @property
    def _filled(self) -> str:
        """What leaves out blank rows, where there are any: to ask it of every column costs a quarter of the reading."""
        return f"\nwhere not ({self.blank_sql})" if self.leaves_out_blank else ""

    @property
    def blank_sql(self) -> str:
        """Whether a row has nothing but empty cells, as spreadsheets leave them at the end: no line of a bill."""
        return f"coalesce({', '.join(c.sql for c in self.native.columns)}) is null"


def project_file(
    native: NativeFile, fmt: ExportFormat, default_currency: str, dates: PlausibleDates, order: DateOrder = "usual"
) -> Projection:
    """The projection of ``native`` to ``fmt``; `DeliveryError` names a required column that the file lacks.

    ``dates`` are the days that a bill can have; ``order`` is how its days are written, where the file shows it.
    """
    native, records = open_records(write_lists(native), fmt)
    found = _Selection(native, fmt, default_currency, order)
    for column in fmt.columns:
        found.select_column(column)
    for record in records:
        found.select_record(record)
    # whether a value was given is decided within: worked out a second time, the casts take twice as long to plan
    given_flags = [f"{c.given} is not null as {c.flag}" for c in found.checked]
    failures = [f"({c.flag} and not coalesce({_is_read(c.column, dates)}, false))::utinyint" for c in found.checked]
    outer = [
        *(_land(column, dates) for column in fmt.columns),
        f"{quote_literal(native.name)} as source_file",
        "rounding_remainder",
        # a signed type, which Redshift loads too
        f"cast({' + '.join(failures) or '0'} as smallint) as cast_failures",
    ]
    return Projection(
        native,
        (*found.selected, f"{_remainder(native, fmt)} as rounding_remainder", *given_flags),
        tuple(outer),
        tuple(found.checked),
        tuple(failures),
        tuple(found.missing),
        found.extra,
        found.assumed_currency,
        found.spelled,
    )


@dataclass
class _Selection:
    """What is selected of a native file, column by column, and what was learned of the file meanwhile."""

    native: NativeFile
    fmt: ExportFormat
    default_currency: str
    order: DateOrder
    selected: list[str] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    spelled: dict[str, str] = field(default_factory=dict)
    assumed_currency: str | None = None

    def select_column(self, column: Column) -> None:
        """One landed column; NULL where the file lacks it, `DeliveryError` where it may not."""
        native_column = self.native.find(column.name, *column.aliases)
        sql = self._read(column, native_column)
        if sql is not None and native_column is not None:
            self.used.add(squeeze_name(native_column.name))
            self.spelled[column.name] = native_column.name
        if column.name == self.fmt.currency_column:
            sql = self._read_currency(sql)
        if sql is None:
            self._miss(column)
            sql = "null"
        self.selected.append(f"cast({sql} as {LANDED_TYPES[column.kind]}) as {quote_identifier(column.name)}")

    def select_record(self, record: Column) -> None:
        """A column of records that `open_records` opened, where the file has it."""
        cell = self.native.find(record.read_from)
        if cell is not None:
            self.used.add(squeeze_name(cell.name))
            self.selected.append(quote_identifier(record.name))
            self._check(record, cell)

    @property
    def extra(self) -> tuple[str, ...]:
        """The file's columns that nothing was read from."""
        names = [c.name for c in self.native.columns]
        return tuple(name for name in names if "." not in name and squeeze_name(name) not in self.used)

    def _read(self, column: Column, native_column: NativeColumn | None) -> str | None:
        """The value in the landed type, noted as checked where it is no plain text; None where the file has none."""
        special = self.fmt.specials.get(column.name)
        sql = special(self.native) if special else None
        if sql is None and native_column is not None and not (special and column.kind == "json"):
            if column.kind in ("money", "quantity", *TIMES):
                self._check(column, native_column)
            return _cast(self._clean(native_column), native_column, column, self.fmt, self.order)
        if sql is not None and column.read_from and (source := self.native.find(column.read_from)):
            self._check(column, source)
        return sql

    def _check(self, column: Column, native_column: NativeColumn) -> None:
        self.checked.append(Checked(column, native_column, self._clean(native_column), f"given_{len(self.checked)}"))

    def _clean(self, native_column: NativeColumn) -> str:
        return clean_value(native_column, self.native, self.fmt)

    def _read_currency(self, sql: str | None) -> str:
        if sql is not None:
            return tidy_currency(sql)
        self.assumed_currency = self.default_currency
        return quote_literal(self.default_currency)

    def _miss(self, column: Column) -> None:
        if column.required:
            known_as = f" (also known as {', '.join(column.aliases)})" if column.aliases else ""
            raise DeliveryError(
                f"{self.native.name}: required column {self.fmt.spell(column.name)!r}{known_as} is missing; "
                f"format {self.fmt.name} needs it"
            )
        self.missing.append(column.name)


def clean_value(column: NativeColumn, native: NativeFile, fmt: ExportFormat) -> str:
    """SQL giving a text value with the words for nothing read as NULL; other types, and what the reader did, as they
    are.
    """
    if column.duckdb_type in ("DOUBLE", "FLOAT"):
        return f"if(isnan({column.sql}), null, {column.sql})"
    if column.duckdb_type != "VARCHAR" or native.reads_nothing:
        return column.sql
    # DuckDB turns a long IN into a join, of which a hundred columns take more memory than there is
    words = ", ".join(quote_literal(word) for word in spell_nothing(fmt.nothing))
    return f"if(list_contains([{words}], {column.sql}), null, {column.sql})"


def _land(column: Column, dates: PlausibleDates) -> str:
    name = quote_identifier(column.name)
    return f"if({dates.is_met_by(name, column)}, {name}, null) as {name}" if column.kind in TIMES else name


def _is_read(column: Column, dates: PlausibleDates) -> str:
    name = quote_identifier(column.name)
    return dates.is_met_by(name, column) if column.kind in TIMES else f"({name} is not null)"


def _listed(columns: Sequence[str]) -> str:
    return ",\n  ".join(columns)


def _cast(sql: str, native: NativeColumn, column: Column, fmt: ExportFormat, order: DateOrder) -> str:
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
            f"money_from_text({sql}::varchar)" if _has_fine_scale(native_type) else f"try_cast({sql} as {MONEY_TYPE})"
        )
    if kind == "timestamp":
        if native_type == "BIGINT":
            return read_epoch(sql)
        if native_type == "TIMESTAMP WITH TIME ZONE":
            # the session is in UTC: the cast asks the calendar of every value, which takes fifteen times as long
            return f"make_timestamp(epoch_us({sql}))"
        return read_time(sql, order) if native_type == "VARCHAR" else f"try_cast({sql} as timestamp)"
    if kind == "date":
        return read_date(sql, order) if native_type == "VARCHAR" else f"try_cast({sql} as date)"
    if native_type == "VARCHAR":
        return sql
    if native_type.startswith("STRUCT") or native_type.startswith("MAP") or native_type.endswith("[]"):
        return f"cast(to_json({sql}) as varchar)"
    return f"cast({sql} as varchar)"


def _remainder(native: NativeFile, fmt: ExportFormat) -> str:
    cost = next((c for c in fmt.columns if c.name == fmt.cost_column), None)
    found = native.find(cost.name, *cost.aliases) if cost else None
    if found is None:
        return "cast(0 as decimal(38, 30))"
    sql = clean_value(found, native, fmt)
    if found.duckdb_type.startswith("DECIMAL") and not _has_fine_scale(found.duckdb_type):
        return "cast(0 as decimal(38, 30))"
    if found.duckdb_type == "DOUBLE":
        return f"remainder_of_double({sql})"
    return f"remainder_of_text({sql})" if found.duckdb_type == "VARCHAR" else f"remainder_of_text({sql}::varchar)"


def _has_fine_scale(native_type: str) -> bool:
    """Whether a decimal type has more places than money, so that its values are rounded."""
    return native_type.startswith("DECIMAL") and int(native_type.rstrip(")").rpartition(",")[2]) > MONEY_PLACES
