"""What the clouds deliver in a fault schedule: editions of a month, split into files, each with its exact total.

The first editions are the simulator's own (the month as it was delivered first, and as restated); the others are
generated from them: some rows get another cost, some are gone. Totals are added up in Python, from the numbers that are
written into the files, each rounded half-even to twelve places as the contract on money says.
"""

import csv
import io
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator import generate

#: Generated editions per month, beside the simulator's.
GENERATED = 3
TWELVE_PLACES = Decimal("1e-12")


@dataclass(frozen=True, order=True)
class Key:
    """What a cloud delivers again and again."""

    source: str
    period: str
    dataset: str

    @property
    def text(self) -> str:
        """The key as the ledger writes it."""
        return f"{self.source}/{self.period}/{self.dataset}"


@dataclass(frozen=True)
class Part:
    """One file of an edition: its bytes and what is true of it."""

    content: bytes
    rows: int
    total: Decimal


@dataclass(frozen=True)
class Edition:
    """A month as it was written once."""

    id: str
    parts: tuple[Part, ...]


def load_editions(folder: Path, seed: int) -> dict[Key, list[Edition]]:
    """All editions of a simulated company, made once per process and seed; ``folder`` keeps the simulation."""
    return _load_editions(folder, seed)


@cache
def _load_editions(folder: Path, seed: int) -> dict[Key, list[Edition]]:
    root = folder / f"company-{seed}"
    if not (root / "truth.json").exists():
        generate(root, seed=seed, months=2, rows_per_month=3000)
    generator = random.Random(seed)
    truth = json.loads((root / "truth.json").read_text())["sources"]
    editions: dict[Key, list[Edition]] = {}
    for base in (root, root / "history" / "1"):
        for path in sorted(base.glob("*/**/*")):
            if path.suffix not in (".csv", ".parquet") or "history" in path.relative_to(base).parts:
                continue
            key = _read_key(path.relative_to(base))
            bill = _Bill.read(path, key.source)
            if base == root:
                measure = "effective" if key.dataset == "amortised" else "billed"
                assert bill.total == Decimal(truth[key.source]["periods"][key.period][measure]), key
            editions.setdefault(key, []).append(bill.write(generator))
            for _ in range(GENERATED if base == root else 0):
                editions[key].append(bill.restate(generator).write(generator))
    return editions


def _read_key(path: Path) -> Key:
    text = path.as_posix()
    source = path.parts[0]
    if source == "aws":
        return Key("aws", text.partition("BILLING_PERIOD=")[2][:7], "cost")
    if source == "gcp":
        month = text.partition("invoice_month=")[2]
        return Key("gcp", f"{month[:4]}-{month[4:6]}", "cost")
    day = path.parts[3]
    return Key("azure", f"{day[:4]}-{day[4:6]}", "amortised" if "amortized" in text else "actual")


@dataclass(frozen=True)
class _Bill:
    """The rows of one month: a Parquet table, or CSV rows below their header; ``costs`` is what each row adds."""

    source: str
    table: Any
    costs: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.costs, Decimal(0))

    @classmethod
    def read(cls, path: Path, source: str) -> "_Bill":
        if source == "azure":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
            return cls.of(source, rows)
        return cls.of(source, pq.read_table(path, partitioning=None))

    @classmethod
    def of(cls, source: str, table: Any) -> "_Bill":
        if source == "azure":
            position = table[0].index("CostInBillingCurrency")
            return cls(source, table, tuple(round_money(row[position]) for row in table[1:]))
        name = "line_item_unblended_cost" if source == "aws" else "cost"
        costs = [round_money(repr(value)) for value in table[name].to_pylist()]
        if source == "gcp":
            for number, credits in enumerate(table["credits"].to_pylist()):
                costs[number] += sum((round_money(repr(c["amount"])) for c in credits or ()), Decimal(0))
        return cls(source, table, tuple(costs))

    def restate(self, generator: random.Random) -> "_Bill":
        """The month once more: every seventh row or so with another cost, one in fifty gone."""
        count = len(self.costs)
        kept = [n for n in range(count) if generator.random() > 0.02]
        changed = {n for n in kept if generator.random() < 0.15}
        factor = Decimal(generator.randrange(50, 200)) / 100
        if self.source == "azure":
            position = self.table[0].index("CostInBillingCurrency")
            rows = [list(self.table[n + 1]) for n in kept]
            for row, n in zip(rows, kept, strict=True):
                if n in changed:
                    row[position] = _spell(Decimal(row[position]) * factor, generator)
            return self.of(self.source, [self.table[0], *rows])
        name = "line_item_unblended_cost" if self.source == "aws" else "cost"
        table = self.table.take(pa.array(kept))
        costs = table[name].to_pylist()
        costs = [
            float(_spell(Decimal(repr(c)) * factor, generator)) if n in changed else c
            for n, c in zip(kept, costs, strict=True)
        ]
        index = table.schema.get_field_index(name)
        return self.of(self.source, table.set_column(index, table.schema.field(index), pa.array(costs, pa.float64())))

    def write(self, generator: random.Random) -> Edition:
        """The month as an edition of one to three files."""
        count = len(self.costs)
        cuts = sorted(generator.sample(range(1, count), generator.randrange(3)))
        parts = [
            Part(self._encode(first, last), last - first, sum(self.costs[first:last], Decimal(0)))
            for first, last in zip([0, *cuts], [*cuts, count], strict=True)
        ]
        return Edition(str(uuid.UUID(int=generator.getrandbits(128), version=4)), tuple(parts))

    def _encode(self, first: int, last: int) -> bytes:
        if self.source == "azure":
            stream = io.StringIO(newline="")
            csv.writer(stream, lineterminator="\r\n").writerows([self.table[0], *self.table[first + 1 : last + 1]])
            return stream.getvalue().encode("utf-8-sig")
        buffer = io.BytesIO()
        pq.write_table(self.table.slice(first, last - first), buffer, compression="snappy", store_schema=False)
        return buffer.getvalue()


def round_money(text: str) -> Decimal:
    """A number as money: half-even to twelve places."""
    return Decimal(text).quantize(TWELVE_PLACES, ROUND_HALF_EVEN)


def _spell(value: Decimal, generator: random.Random) -> str:
    """An amount of at most fifteen digits, now and then one with more than twelve places."""
    if generator.random() < 0.1:
        return f"{Decimal(generator.randrange(1, 10**6)) / 10**15:.15f}"
    return f"{value.quantize(Decimal('1e-8'))}"


def sum_parts(parts: Sequence[Part]) -> tuple[Decimal, int]:
    """Total and rows of files together."""
    return sum((p.total for p in parts), Decimal(0)), sum(p.rows for p in parts)
