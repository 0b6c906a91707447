"""The same rows in two files of a folder that has no manifest: a download and its copy, or dumps that hold what the
ones before held.

Files with the same rows count once, whatever their names, order and compression. Files that share only some of their
rows are doubted: which of them is to count is not known. So are files that differ, whose landed columns are equal and
that have others, in which their rows may differ. What a manifest lists is never compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.contracts import ExportFormat
from ingestion.expressions.sql import quote_identifier, quote_path
from ingestion.judging.expectations import Expectation

#: Two lines of a bill can be equal by chance; of two exports that do not overlap, hardly any are.
DOUBTED_SHARE = 0.05
LEAST_DOUBTED = 2


@dataclass(frozen=True)
class PartFile:
    """The rows that one delivered file has of a billing period."""

    name: str
    path: Path
    #: of the file as it was delivered; empty where no other one has its size
    digest: str
    #: whether the file has columns that are not landed
    has_more_columns: bool


@dataclass(frozen=True)
class Repeats:
    """Which files hold the very rows of another one (copy -> the one that counts), and how many rows others share."""

    copies: dict[str, str] = field(default_factory=dict)
    overlaps: tuple[tuple[str, str, int], ...] = ()

    @property
    def notices(self) -> list[str]:
        """What is noted about files that do not count."""
        return [f"{copy} is a copy of {kept}: the same content counts once" for copy, kept in self.copies.items()]

    def judge(self, is_accepted: bool) -> list[Expectation]:
        """The doubt about overlapping files, which somebody may overrule."""
        return [
            Expectation(
                "rows_of_another_file",
                False,
                rows,
                f"{one} and {other} share {rows} rows: remove the older file or the copy from the folder; "
                "to accept both counts these rows twice",
                "warn" if is_accepted else "block",
                is_comparison=True,
            )
            for one, other, rows in self.overlaps
        ]


def find_repeats(connection: duckdb.DuckDBPyConnection, parts: Sequence[PartFile], fmt: ExportFormat) -> Repeats:
    """Compare the rows of these files with each other, all landed columns of a row together."""
    if len(parts) < 2:
        return Repeats()
    columns = ", ".join(quote_identifier(c.name) for c in fmt.columns)
    hashed = " union all ".join(
        f"select {number} as part, hash({columns}) as row_hash from read_parquet({quote_path(part.path)})"
        for number, part in enumerate(parts)
    )
    connection.execute(
        f"create or replace temp table part_rows as select part, row_hash, count(*) as n from ({hashed}) group by all"
    )
    signatures = connection.execute(
        "select part, sum(n)::bigint, sum(row_hash::hugeint * n), bit_xor(row_hash) from part_rows "
        "group by 1 order by 1"
    ).fetchall()
    kept: dict[tuple[object, ...], int] = {}
    copies: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for part, *signature in signatures:
        first = kept.setdefault(tuple(signature), part)
        is_same = not parts[part].has_more_columns or parts[part].digest == parts[first].digest != ""
        if first == part or not is_same:
            sizes[part] = signature[0]
        else:
            copies[part] = first
    shared = connection.execute(
        "select one.part, other.part, sum(least(one.n, other.n))::bigint from part_rows as one "
        "inner join part_rows as other on one.row_hash = other.row_hash and one.part < other.part "
        "where list_contains($kept, one.part) and list_contains($kept, other.part) group by all order by all",
        {"kept": sorted(sizes)},
    ).fetchall()
    connection.execute("drop table part_rows")
    return Repeats(
        {parts[copy].name: parts[first].name for copy, first in copies.items()},
        tuple(
            (parts[one].name, parts[other].name, rows)
            for one, other, rows in shared
            if (rows >= LEAST_DOUBTED and rows >= DOUBTED_SHARE * min(sizes[one], sizes[other]))
            or rows == min(sizes[one], sizes[other])
        ),
    )
