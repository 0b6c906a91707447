"""What a scoring stands on, as one fingerprint: the same one means the same results, so there is nothing to score."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa

from warehouse import Warehouse

_ROOT = Path(__file__).resolve().parents[2]
#: Code whose change changes results, beside that of these packages.
_CODE = ("ml", "cloudcost/analytics", "core")
_PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "statsforecast", "pyarrow", "duckdb")


def fingerprint_inputs(rows: pd.DataFrame, *given: object) -> str:
    """Of the rows in their order, of all else that is given (by its `repr`), and of the code that scores."""
    found = hashlib.sha256(f"{_fingerprint_code()}{given!r}".encode())
    stream = pa.BufferOutputStream()
    table = pa.Table.from_pandas(rows, preserve_index=False)
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    found.update(stream.getvalue())
    return found.hexdigest()


def count_kept(warehouse: Warehouse, schema: str, names: Sequence[str], mark: str) -> dict[str, int] | None:
    """The rows of these tables where each of them was written with this mark, else None."""
    with warehouse.hold():
        if any(warehouse.read_mark(schema, name) != mark for name in names):
            return None
        with warehouse.connect(read_only=True) as connection:
            counts = [connection.execute(f"select count(*) from {schema}.{name}").fetchall() for name in names]
    return {name: int(count[0][0]) for name, count in zip(names, counts, strict=True)}


@cache
def _fingerprint_code() -> str:
    found = hashlib.sha256(repr([(name, version(name)) for name in _PACKAGES]).encode())
    for path in sorted(path for folder in _CODE for path in (_ROOT / folder).rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
