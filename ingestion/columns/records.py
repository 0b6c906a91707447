"""What is worked out below the rows that others read: JSON records of one cell, and the text of lists of tags."""

from collections.abc import Sequence
from dataclasses import replace

from ingestion.contracts import Column, ExportFormat, NativeColumn
from ingestion.expressions.json_numbers import quote_numbers
from ingestion.expressions.sql import null_if_nothing, quote_identifier, quote_literal
from ingestion.expressions.tags import write_list
from ingestion.reading.native import NativeFile


def open_records(native: NativeFile, fmt: ExportFormat) -> tuple[NativeFile, tuple[Column, ...]]:
    """``native`` with the fields of such records as columns of their own: ``service`` -> ``service.description``.

    A field that is a column of the file already stays what it is; one that a record does not have is NULL. Beside it,
    for each record that was opened, the column of its rows that is NULL where the cell holds no JSON object.
    """
    numbers = {column.name for column in fmt.columns if column.kind in ("money", "quantity")}
    cells, leaves, opened = [], [], []
    for record, fields in fmt.records.items():
        cell = native.find(record)
        wanted = [field for field in fields if native.find(f"{record}_{field}") is None]
        if cell is None or cell.duckdb_type != "VARCHAR" or not wanted:
            continue
        values = f"fields of {record}"
        has_numbers = any(f"{record}_{field}" in numbers for field in wanted)
        cells.append(f"{_read_fields(cell.sql, wanted, has_numbers)} as {quote_identifier(values)}")
        opened.append(Column(values, "json", read_from=cell.name))
        leaves += [
            (f"{cell.name}.{field}", null_if_nothing(f"{quote_identifier(values)}[{place}]", fmt.nothing))
            for place, field in enumerate(wanted, start=1)
        ]
    if not opened:
        return native, ()
    # below the rows that others read: a macro's argument is copied, and worked out anew, wherever the macro uses it
    read = ", ".join(f"{sql} as {quote_identifier(leaf)}" for leaf, sql in leaves)
    reader = f"(select *, {read} from (select *, {', '.join(cells)} from {native.reader_sql}))"
    columns = (NativeColumn(leaf, quote_identifier(leaf), "VARCHAR") for leaf, _ in leaves)
    return replace(native, reader_sql=reader, columns=(*native.columns, *columns)), tuple(opened)


def write_lists(native: NativeFile) -> NativeFile:
    """``native`` with the tags of its lists as text in columns of their own, worked out once a row.

    An expression is copied wherever it is used, and a branch that decides by it shares nothing with the others.
    """
    texts = {column.name: sql for column in native.columns if (sql := write_list(column))}
    if not texts:
        return native
    names = {name: quote_identifier(f"text of {name}") for name in texts}
    written = ", ".join(f"{sql} as {names[name]}" for name, sql in texts.items())
    columns = tuple(replace(c, text_sql=names.get(c.name, "")) for c in native.columns)
    return replace(native, reader_sql=f"(select *, {written} from {native.reader_sql})", columns=columns)


def _read_fields(cell: str, fields: Sequence[str], has_numbers: bool) -> str:
    """The values of the fields of one record, JSON or as Python prints it, as a list of texts."""
    pointers = ", ".join(quote_literal(f"/{field}") for field in fields)
    reads = [
        f"try(json_extract_string({quote_numbers(text) if has_numbers else text}, [{pointers}]))"
        for text in (cell, f"python_as_json({cell})")
    ]
    return f"case when starts_with(ltrim({cell}), '{{') then coalesce({', '.join(reads)}) end"
