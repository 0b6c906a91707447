"""Rows of spoiled files by readers that share nothing with the product: Python's csv and json, pyarrow, fastavro."""

import csv
import datetime as dt
import io
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.inputs.formats import Format, squeeze
from benchmarks.inputs.writing import Dialect, unpack


@dataclass
class Fault:
    """Why a file's rows add up to nothing that may be taken; ``row`` counts from 0, None where no row is at fault.

    ``last_line``: where a reader stops that looks for the end of a quote.
    """

    message: str
    row: int | None = None
    column: str | None = None
    last_line: int | None = None


class Unreadable(Exception):
    """A file or a row that cannot be read."""

    def __init__(
        self, message: str, row: int | None = None, column: str | None = None, last_line: int | None = None
    ) -> None:
        super().__init__(message)
        self.fault = Fault(message, row, column, last_line)


def read_rows(data: bytes, fmt: Format, dialect: Dialect) -> tuple[list[str], Iterator[list[Any]]]:
    """Column names and rows of one file."""
    try:
        plain = unpack(data, dialect.packing)
    except Exception as error:  # zlib, gzip and zipfile raise a dozen kinds
        raise Unreadable(f"not a whole {dialect.packing} file: {error}") from error
    if fmt.content == "csv":
        return _read_text(plain, dialect)
    if fmt.content == "json":
        return _read_json(plain)
    try:
        table = _flatten(_read_parquet(plain, fmt) if fmt.content == "parquet" else _read_avro(plain))
        columns = [_read_column(c) for c in table.columns]
    except Exception as error:  # pyarrow and fastavro raise a dozen kinds
        raise Unreadable(f"not a whole {fmt.content} file: {error}") from error
    return list(table.column_names), (list(r) for r in zip(*columns, strict=True))


def _read_parquet(plain: bytes, fmt: Format) -> pa.Table:
    """The file as far as a total depends on it: Parquet has no checksum, so a column without money may be damaged."""
    file = pq.ParquetFile(io.BytesIO(plain))
    names = file.schema_arrow.names
    wanted = {*fmt.cost, *fmt.net, *fmt.currency, *fmt.credits, *fmt.period, *fmt.start}
    chosen = [n for n in names if any(w.startswith(squeeze(n)) for w in wanted)]
    table = file.read(chosen)
    if table.num_rows != file.metadata.num_rows:
        raise ValueError(f"{table.num_rows} rows where {file.metadata.num_rows} are promised")
    return table


def _read_column(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        return _times(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        binary = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
        return [None if v is None else v.decode("utf-8", "surrogateescape") for v in column.cast(binary).to_pylist()]
    values: list[Any] = column.to_pylist()
    return [shortest(v) for v in values] if pa.types.is_float32(column.type) else values


def _read_text(plain: bytes, dialect: Dialect) -> tuple[list[str], Iterator[list[Any]]]:
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
    # bytes that are no text cannot change a sum; whether they are taken is another question
    text = plain.decode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "replace")
    text = text.removeprefix("\ufeff")
    if dialect.first_line and text.startswith(dialect.first_line):
        text = text[len(dialect.first_line) :]
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.separator,
        quotechar=dialect.quote,
        strict=True,
        skipinitialspace=dialect.skips_blanks,
    )
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise Unreadable(f"no CSV: {error}") from error
    if header is None:
        raise Unreadable("an empty file")
    if any("\n" in name or "\r" in name for name in header):
        raise Unreadable("a line break in a column's name")
    return header, _check_widths(reader, len(header))


def _check_widths(reader: Any, width: int) -> Iterator[list[str]]:
    """The rows; all are as wide as the header, or all are narrower by the same last columns, or have blanks behind."""
    first: int | None = None
    number = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Unreadable(f"no CSV: {error}", number, last_line=reader.line_num) from error
        if row is None:
            return
        if row and not (len(row) < width and all(not c.strip() for c in row)):
            first = len(row) if first is None else first
            if len(row) != first or any(c.strip() for c in row[width:]):
                raise Unreadable(f"{len(row)} columns", number)
            yield row + [""] * (width - len(row))
            number += 1


def _read_json(plain: bytes) -> tuple[list[str], Iterator[list[Any]]]:
    records = []
    for number, line in enumerate(plain.decode("utf-8-sig", "surrogateescape").split("\n")):
        if line.strip():
            try:
                record = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            except ValueError as error:
                raise Unreadable(f"no JSON: {error}", number) from error
            if not isinstance(record, dict):
                raise Unreadable("no JSON object", number)
            records.append({k: v for n, value in record.items() for k, v in _leaves(n, value)})
    names = list(dict.fromkeys(name for record in records for name in record))
    return names, ([record.get(n) for n in names] for record in records)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        yield from _leaves(f"{name}.{key}", inner)


def _read_avro(plain: bytes) -> pa.Table:
    import fastavro

    return pa.Table.from_pylist(list(fastavro.reader(io.BytesIO(plain))))


def _flatten(table: pa.Table) -> pa.Table:
    while any(pa.types.is_struct(f.type) for f in table.schema):
        table = table.flatten()
    return table


def _times(column: pa.ChunkedArray) -> list[str | None]:
    """Timestamps as text: Python has no datetime for all that Parquet can hold."""
    unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    ticks = column.cast(pa.int64()).to_pylist()
    return [None if t is None else write_moment(t // unit) for t in ticks]


def write_moment(seconds: int) -> str:
    """A moment as text, years without bounds: one that Python knows no date for is told as that year's first day."""
    try:
        return f"{dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        return f"{'9999' if seconds > 0 else '0001'}-01-01 00:00:00"


def shortest(value: float | None) -> Decimal | None:
    """The shortest decimal that reads back as that 32-bit float."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    texts = (f"{value:.{digits}g}" for digits in range(1, 18))
    return Decimal(next(t for t in texts if struct.unpack("f", struct.pack("f", float(t)))[0] == value))
