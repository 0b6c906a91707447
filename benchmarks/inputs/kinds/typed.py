"""Parquet in all its ways: codecs, pages, types of the cost and of the days, values that are no money."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Context, Decimal

import pyarrow as pa

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TYPED, kind

WIDE = Context(prec=38)


@kind("types", TYPED)
def written_otherwise(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.parquet = {
        "compression": draft.random.choice(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
        "row_group_size": draft.random.choice([1, 7, 100_000]),
        "use_dictionary": draft.random.random() < 0.5,
        "data_page_version": draft.random.choice(["1.0", "2.0"]),
        "version": draft.random.choice(["1.0", "2.4", "2.6"]),
        "write_statistics": draft.random.random() < 0.5,
        "store_schema": draft.random.random() < 0.5,
        "write_page_checksum": draft.random.random() < 0.5,
    }
    draft.details = str(draft.dialect.parquet["compression"])


@kind("types", TYPED)
def cost_of_another_type(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.cost)
    name = draft.random.choice(["decimal(38,12)", "decimal(20,6)", "decimal(38,18)", "text", "float", "integer"])
    draft.details = name
    for row in draft.table.rows:
        row[place] = _as(name, row[place])
    draft.table.types[place] = {
        "decimal(38,12)": pa.decimal128(38, 12), "decimal(20,6)": pa.decimal128(20, 6),
        "decimal(38,18)": pa.decimal128(38, 18), "text": pa.string(), "float": pa.float32(), "integer": pa.int64(),
    }[name]  # fmt: skip


def _as(name: str, value: float) -> object:
    if name in ("text", "float"):
        return repr(value) if name == "text" else value
    if name == "integer":
        return round(value)
    places = int(name[:-1].rpartition(",")[2])
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, WIDE)


@kind("types", TYPED)
def days_of_another_type(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    kinds = {"ns": pa.timestamp("ns"), "us": pa.timestamp("us"), "utc": pa.timestamp("us", tz="UTC"),
             "berlin": pa.timestamp("us", tz="Europe/Berlin"), "text": pa.string(), "day": pa.date32()}  # fmt: skip
    name = draft.random.choice(sorted(kinds))
    draft.details = name
    for column in (*draft.format.period, *draft.format.start, *draft.format.end):
        place = draft.table.find([column])
        if place is None or not pa.types.is_timestamp(draft.table.types[place]):
            continue
        for row in draft.table.rows:
            if row[place] is not None:
                row[place] = _as_day(name, row[place])
        draft.table.types[place] = kinds[name]


def _as_day(name: str, value: dt.datetime) -> object:
    if name == "text":
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.date() if name == "day" else value.replace(tzinfo=dt.UTC if name in ("utc", "berlin") else None)


@kind("types", TYPED)
def a_cost_that_is_no_money(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a cost that is no money")
    place = draft.column(draft.format.cost)
    row = draft.random.randrange(len(draft.table.rows))
    value = draft.random.choice([float("nan"), float("inf"), float("-inf"), 1e300, 1e15, -1e20, None])
    draft.table.rows[row][place] = value
    draft.details = str(value)
    draft.point_at(row, *([draft.table.names[place]] if value is not None else []))


@kind("types", TYPED)
def costs_of_odd_doubles(draft: Draft) -> None:
    """Doubles whose shortest text has more than twelve places, ties and the smallest there are."""
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.cost)
    odd = [0.1 + 0.2, 1 / 3, 5e-13, 1.5e-12, 2.5e-12, 1e-300, -0.0, 123456789.123456789, 0.0000000000005, 5e-324,
           99999999999.999985, 1e14, -2.675, 1234.1234567890125, 8192.000000000001]  # fmt: skip
    for row in draft.random.sample(draft.table.rows, min(10, len(draft.table.rows))):
        row[place] = draft.random.choice(odd)


@kind("types", TYPED)
def an_implausible_day(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a day that no bill has")
    place = draft.column(draft.random.choice([draft.format.start, draft.format.period]))
    if not pa.types.is_timestamp(draft.table.types[place]):
        place = draft.column(draft.format.start)
    row = draft.random.randrange(len(draft.table.rows))
    zone = dt.UTC if draft.table.types[place].tz else None
    draft.table.rows[row][place] = dt.datetime(draft.random.choice([1, 1969, 1999, 2150, 9999]), 6, 1, tzinfo=zone)
    draft.details = str(draft.table.rows[row][place])
    draft.point_at(row, draft.table.names[place])


@kind("types", TYPED)
def texts_of_another_type(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    other = draft.random.choice([pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
    draft.details = str(other)
    draft.table.types = [other if t == pa.string() else t for t in draft.table.types]
