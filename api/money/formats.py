"""How rows are written: JSON, CSV, lines of JSON, Parquet. Amounts are decimals to the last place in each of them."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fastapi import Request

from api.money.questions import FormatName
from api.money.statements import Column
from api.problems import ProblemError
from cloudcost.spreadsheets import neutralise

MEDIA_TYPES: dict[FormatName, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
Row = Sequence[Any]
_FILE = {"schema": {"type": "string"}}
#: What routes say of the files that they give beside JSON.
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows.",
        "content": {media: _FILE for name, media in MEDIA_TYPES.items() if name != "json"},
    }
}


def choose_format(request: Request, wanted: FormatName | None) -> FormatName:
    """What the parameter names, else what Accept names first of what there is; a problem of status 406 for neither."""
    if wanted is not None:
        return wanted
    accepted = request.headers.get("accept", "*/*")
    ranked = []
    for place, part in enumerate(accepted.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        try:
            ranked.append((-float(weight), place, media))
        except ValueError:
            continue
    for negative, _, media in sorted(ranked):
        found: FormatName | None = next((name for name, own in MEDIA_TYPES.items() if own == media), None)
        if media in ("*/*", "application/*"):
            found = "json"
        if found is not None and negative < 0:
            return found
    raise ProblemError(406, "unsupported", f"There is {', '.join(MEDIA_TYPES.values())}.")


def write_value(value: Any) -> Any:
    """A value as JSON has it: amounts as texts with all their places, days and moments as ISO 8601."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def as_objects(columns: Sequence[Column], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as JSON has them."""
    names = [column.name for column in columns]
    return [dict(zip(names, map(write_value, row), strict=True)) for row in rows]


def write_export(name: FormatName, columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """All rows in one file."""
    if name == "csv":
        return _write_csv(columns, rows)
    if name == "ndjson":
        lines = [json.dumps(row, ensure_ascii=False) for row in as_objects(columns, rows)]
        return "".join(f"{line}\n" for line in lines).encode()
    return _write_parquet(columns, rows)


def _write_csv(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        values = (write_value(value) for value in row)
        writer.writerow(["" if value is None else neutralise(str(value)) for value in values])
    return text.getvalue().encode()


def _write_parquet(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "money": pa.decimal128(38, 12),
        "count": pa.int64(),
        "flag": pa.bool_(),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in columns])
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), file)
    return file.getvalue()
