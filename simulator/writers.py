"""Files that are the same, byte for byte, whenever they are written from the same rows."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: Money is kept in whole 1e-10 of the currency: a quantity (1e-4) times a price (1e-6).
MONEY_SCALE = 10**10
#: Below this a double names its decimal to the twelfth place without doubt; above it only whole amounts are allowed.
_DOUBLE_LIMIT = 8192 * MONEY_SCALE


def to_double(units: np.ndarray) -> np.ndarray:
    """Money as doubles whose shortest text, and whose rounding to 12 places, is the exact decimal.

    Raises ValueError when an amount is too large and too fine to be written so.
    """
    doubtful = (np.abs(units) >= _DOUBLE_LIMIT) & (units % MONEY_SCALE != 0)
    if doubtful.any():
        raise ValueError(f"the amount {units[doubtful][0]}e-10 cannot be written exactly as a double")
    return units / MONEY_SCALE


def write_parquet(path: Path, table: pa.Table) -> None:
    """One snappy Parquet file without the writer's own schema, as the clouds write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table,
        path,
        compression="snappy",
        row_group_size=1 << 18,
        store_schema=False,
        version="2.6",
        coerce_timestamps="ms" if _has_milliseconds(table) else None,
    )


def _has_milliseconds(table: pa.Table) -> bool:
    return any(field.type == pa.timestamp("ms") for field in table.schema)


def write_json(path: Path, content: object) -> None:
    """Indented JSON with a line feed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def quote_csv(value: str | None) -> str:
    """A CSV field, quoted only where it must be."""
    if value is None:
        return ""
    if not any(mark in value for mark in ',"\n\r'):
        return value
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([value])
    return buffer.getvalue()


def write_csv(path: Path, header: Sequence[str], columns: Mapping[str, pa.Array], bom: bool = True) -> int:
    """A CSV file of text columns that are quoted already (`quote_csv`); columns that are left out are empty.

    Returns the file's size in bytes.
    """
    rows = len(next(iter(columns.values())))
    empty = pa.scalar("")
    fields: list[Any] = [columns.get(name, empty) for name in header]
    fields[-1] = pc.binary_join_element_wise(fields[-1], pa.scalar("\r\n"), "") if rows else fields[-1]
    lines = pc.binary_join_element_wise(*fields, ",", null_handling="replace", null_replacement="")
    body = pc.binary_join(pa.array([lines.to_pylist()]) if rows == 0 else _as_one_list(lines), "")[0].as_buffer()
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (("\ufeff" if bom else "") + ",".join(header) + "\r\n").encode()
    with path.open("wb") as stream:
        stream.write(head)
        stream.write(body)
    return len(head) + body.size


def _as_one_list(lines: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)


def map_array(rows: Sequence[Mapping[str, str]]) -> pa.Array:
    """A map<string,string> column."""
    return pa.array([list(row.items()) for row in rows], pa.map_(pa.string(), pa.string()))


def format_number(units: int) -> str:
    """Whole 1e-10 as plain decimal text without trailing zeros."""
    return f"{(Decimal(units) / MONEY_SCALE).normalize():f}"


def to_text(units: np.ndarray, scale: int = MONEY_SCALE) -> pa.Array:
    """Whole fractions as the shortest decimal text; very small ones in scientific notation, as the clouds print them.

    Raises ValueError when a number has more than the 15 digits that a double holds for sure.
    """
    if len(units) and np.abs(units).max() >= 10**15:
        raise ValueError(f"the number {np.abs(units).max()}/{scale} has too many digits")
    return pc.cast(pa.array(units / scale), pa.string())
