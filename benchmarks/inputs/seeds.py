"""The sound exports that mutations begin with: a simulated company's, and real ones where they are at hand.

``CLOUDCOST_REALDATA`` names the folder of the real files (see the README's section on tests); without it the simulated
ones are all there is.
"""

import csv
import datetime as dt
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.inputs.focus_seeds import describe_charges
from benchmarks.inputs.formats import FORMATS, Format
from benchmarks.inputs.tables import Table, to_text
from simulator import generate

ROWS = (20, 200)
GROUPS = {"identity": "identity", "bill": "bill", "line": "lineItem", "product": "product", "pricing": "pricing",
          "reservation": "reservation", "savings": "savingsPlan"}  # fmt: skip
REAL_FILES = {
    "aws_cur": "native_samples/sample-anonymous-aws-export-dataset.csv",
    "aws_cur2": "aws_cur_2018_10/Oct2018-WorkshopCUR-00001.snappy.parquet",
    "azure_actual": "azure_ea_small/EA_ActualCost_Small.csv",
    "azure_amortised": "azure_ea_small/EA_AmortizedCost_Small.csv",
    "azure_actual ": "native_samples/sample-anonymous-ea-export-dataset.csv",
    "focus": "focus_1_0/focus_sample.csv",
}


@dataclass(frozen=True)
class Seed:
    """A sound export: rows of one month, few enough to be read in no time."""

    format: Format
    name: str
    table: Table

    def take_rows(self, generator: random.Random) -> Table:
        """A random part of the rows: of the size of a small bill, in the file's order."""
        count = min(generator.randint(*ROWS), len(self.table.rows))
        chosen = sorted(generator.sample(range(len(self.table.rows)), count))
        return Table(list(self.table.names), list(self.table.types), [list(self.table.rows[n]) for n in chosen])


def make_seeds(seed: int) -> dict[str, list[Seed]]:
    """Format -> its seeds; the simulated one first, real ones behind it."""
    with tempfile.TemporaryDirectory(prefix="inputs-seeds-") as temporary:
        root = Path(temporary) / "simulated"
        generate(root, seed=seed, months=1, rows_per_month=4_000)
        cur = _read_parquet(root / "aws")
        gcp = _read_parquet(root / "gcp")
        actual, amortised = (_read_csv(next((root / "azure").rglob(f"*{k}*/**/*.csv"))) for k in ("actual", "amort"))
    tables = {
        "aws_cur": flatten_cur(cur),
        "aws_cur2": cur,
        "aws_focus": describe_charges("aws", cur, seed),
        "azure_actual": actual,
        "azure_amortised": amortised,
        "azure_focus": describe_charges("azure", actual, seed),
        "gcp_parquet": gcp,
        "gcp_csv": flatten_gcp(gcp),
        "focus": describe_charges("other", cur, seed),
        "gcp_json": gcp,
        "gcp_avro": gcp,
    }
    seeds = {name: [Seed(FORMATS[name], "simulated", table)] for name, table in tables.items()}
    for name, table in _read_real():
        seeds[name.strip()].append(Seed(FORMATS[name.strip()], "real", table))
    return seeds


def _read_real() -> Iterator[tuple[str, Table]]:
    root = os.environ.get("CLOUDCOST_REALDATA")
    for name, file in REAL_FILES.items() if root else ():
        path = Path(str(root)) / file
        if path.exists():
            yield (
                name,
                Table.from_arrow(pq.read_table(path).slice(0, 2_000)) if path.suffix == ".parquet" else _read_csv(path),
            )


def _read_parquet(folder: Path) -> Table:
    return Table.from_arrow(pq.read_table(next(p for p in sorted(folder.rglob("*.parquet")))))


def _read_csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    return Table.from_text(header, [row for row in rows if len(row) == len(header)])


def flatten_cur(cur: Table) -> Table:
    """The legacy report: one column per product attribute and tag, in AWS's own spelling."""
    names, columns = [], []
    for place, name in enumerate(cur.names):
        values = [row[place] for row in cur.rows]
        if name in ("product", "resource_tags"):
            keys = sorted({key for value in values for key, _ in value or ()})
            for key in keys:
                label = key.removeprefix("user_")
                names.append(f"product/{label}" if name == "product" else f"resourceTags/user:{label}")
                columns.append([dict(value or ()).get(key, "") for value in values])
        elif name not in ("cost_category", "discount"):
            group, _, rest = name.partition("_")
            rest = rest.removeprefix("item_").removeprefix("plan_")
            label = "".join(part.capitalize() for part in rest.split("_"))
            names.append(f"{GROUPS.get(group, group)}/{label}")
            columns.append([to_text(value) for value in values])
    filled = [(n, c) for n, c in zip(names, columns, strict=True) if any(c)]
    return Table.from_text([n for n, _ in filled], list(zip(*(c for _, c in filled), strict=True)))


def flatten_gcp(gcp: Table) -> Table:
    """A query's result saved as CSV: records one column per field, lists as JSON text."""
    names, columns = [], []
    for place, name in enumerate(gcp.names):
        values = [row[place] for row in gcp.rows]
        fields = next((list(v) for v in values if isinstance(v, dict)), None)
        for field in fields or [None]:
            names.append(f"{name}.{field}" if field else name)
            picked = [(v or {}).get(field) for v in values] if field else values
            columns.append([_stamp(v) for v in picked])
    return Table.from_text(names, list(zip(*columns, strict=True)))


def _stamp(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, dt.datetime) else to_text(value)
