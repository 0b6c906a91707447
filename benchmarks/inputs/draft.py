"""An export on its way to being spoiled: its table, how it is written, what lies around it, and what may come of it."""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.inputs.manifests import write_aws_manifest, write_azure_manifest
from benchmarks.inputs.seeds import Seed
from benchmarks.inputs.tables import Table
from benchmarks.inputs.writing import Dialect, encode_table, ending, month_of, pack


class Right(StrEnum):
    """What the door may do with an export; whatever is taken has the file's own totals."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOT_TAKEN = "not taken"
    EITHER = "either"


@dataclass
class Draft:
    """One export. A kind of mutation changes ``table`` or ``dialect``, or adds to ``after`` what it does to the bytes.

    - ``parts``: the rows of each data file, where there are several; ``names``: what they are called, below the
      export's folder. The judge counts ``names`` alone.
    - ``bare``: without the manifest that the format has otherwise.
    - ``right`` and ``why``: what may come of it. ``place``: what a refusal has to name beside the file: any one of
      these texts of each entry; ``has_one_fault``: where the judge finds a faulty row it is that one that a refusal has
    to name, as there is no other. ``also_named``: other files that a refusal may name instead.
    - ``periods``: the billing months, told here where no judge could read them from the file. ``judged``: what the
      judge reads instead of the files by ``names``.
    """

    seed: Seed
    random: Random
    table: Table
    dialect: Dialect = field(default_factory=Dialect)
    bare: bool = True
    right: Right = Right.EITHER
    why: str = ""
    place: tuple[tuple[str, ...], ...] = ()
    has_one_fault: bool = True
    parts: list[Table] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    also_named: list[str] = field(default_factory=list)
    files: dict[str | bytes, bytes] = field(default_factory=dict)
    manifest_name: str = ""
    periods: set[str] = field(default_factory=set)
    knows_periods: bool = False
    after: list[Callable[["Draft"], None]] = field(default_factory=list)
    edit_manifest: Callable[[dict[str, Any]], Any] | None = None
    details: str = ""
    judged: list[bytes] = field(default_factory=list)

    @property
    def format(self) -> Any:
        """The export's format."""
        return self.seed.format

    @classmethod
    def begin(cls, seed: Seed, generator: Random) -> "Draft":
        """A sound export, written in one of the ways that clouds and people write it."""
        draft = cls(seed, generator, seed.take_rows(generator))
        if seed.format.content == "csv":
            draft.dialect.line_end = generator.choice(["\r\n", "\n"])
            draft.dialect.quote_all = generator.random() < 0.2
            draft.dialect.mark = generator.random() < 0.3
            draft.dialect.packing = generator.choice(["none", "none", "gzip"])
        draft.bare = seed.format.layout == "plain" or generator.random() < 0.5
        return draft

    def expect(self, right: Right, why: str = "") -> None:
        """Say what may come of it, and why."""
        self.right, self.why = right, why or self.why

    def column(self, names: Iterable[str]) -> int:
        """The position of the first of these columns that the export has."""
        place = self.table.find(tuple(names))
        if place is None:
            raise Unfit(f"{self.format.name} ({self.seed.name}) has none of {', '.join(names)}")
        return place

    def point_at(self, row: int, *column: str) -> None:
        """A refusal has to name that row (counted from 0 here), or its line, and the column."""
        numbers = (f"row {row + 1}", f"rows {row + 1}", f"line {row + 2}", f"lines {row + 2}")
        self.place = (numbers, *((c,) for c in column))

    def write(self, folder: Path) -> None:
        """Write everything below ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        root = bytes(folder)
        for name, data in self.files.items():
            path = Path(_decode(root + b"/" + (name if isinstance(name, bytes) else name.encode())))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def build(self) -> None:
        """The files by name: data as the dialect has it, their manifest, then what spoils the bytes."""
        tables = self.parts or [self.table]
        content, packing = self.format.content, self.dialect.packing
        period = self.main_month()
        folder = "" if self.bare else self._folder(period)
        if not self.names:
            end = ending(content, packing)
            self.names = [folder + (f"part{end}" if n == 0 else f"part-{n}{end}") for n in range(len(tables))]
        if self.bare and self.format.measure == "effective_cost":
            # without a manifest it is the path that tells Azure's amortised export from the actual one
            self.names = [f"amortized/{name}" for name in self.names]
        for name, table in zip(self.names, tables, strict=True):
            inner = name.rpartition("/")[2].removesuffix(".zip")
            self.files[name] = pack(encode_table(table, content, self.dialect), packing, inner)
        if not self.bare:
            self._add_manifest(folder, period, tables)
        for spoil in self.after:
            spoil(self)

    def main_month(self) -> Any:
        place = self.seed.table.find(self.format.period)
        row = self.seed.table.rows[0]
        if place is None:  # BigQuery's own nesting
            return month_of(row[self.seed.table.names.index("invoice")]["month"])
        return month_of(row[place])

    def _folder(self, period: Any) -> str:
        if self.format.layout == "aws":
            return f"export/data/BILLING_PERIOD={period:%Y-%m}/"
        last = calendar.monthrange(period.year, period.month)[1]
        return f"export/{period:%Y%m}01-{period:%Y%m}{last}/run-1/"

    def _add_manifest(self, folder: str, period: Any, tables: list[Table]) -> None:
        listed = [(name, len(self.files[name]), len(t.rows)) for name, t in zip(self.names, tables, strict=True)]
        write = write_aws_manifest if self.format.layout == "aws" else write_azure_manifest
        self.manifest_name, content = write(self.format, folder, period, listed, self.edit_manifest)
        self.files[self.manifest_name] = content
        self.also_named.append(self.manifest_name)


class Unfit(Exception):
    """The kind of mutation does not apply to the export: it lacks what is to be spoiled."""


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
