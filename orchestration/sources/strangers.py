"""What a file of no known format may be: costs under names that we do not know, or something else.

A data dictionary, a price sheet or a list of people beside the exports is left alone and said. An export whose columns
were renamed, that has a line above them or none at all is refused: its month would be missing without a fault.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from orchestration.sources.contracts import DeliveryError, ExportFormat, squeeze_name
from orchestration.sources.formats import FORMATS, UnknownFormatError, recognise_format
from orchestration.sources.formats.beside_costs import name_known_stranger
from orchestration.sources.incoming import Reading
from orchestration.sources.native import NativeFile, read_native_file

#: Names that a file shares with a format before it is held to be one of its exports, renamed.
SHARED_NAMES = 3
#: As many lines or rows are looked at.
LOOKED_AT = 100
#: A header stands this far down at most: below a title, comments and what a portal was asked for.
HEADER_LINES = 30

_AMOUNT = re.compile(r"[-+]?[$€£]?\s?(\d[\d.,\s]*)?[.,]\d+(e[-+]?\d+)?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?|\d{1,2}[/.]\d{1,2}[/.](\d\d|\d{4})([T ].*)?|20\d{6}")
_MONEY_NAME = re.compile(r"cost|charge|amount|spend|billed|kosten|betrag|co[uû]t|montant|importe", re.IGNORECASE)


@dataclass(frozen=True)
class Suspicion:
    """Why a file may hold costs, as the end of a sentence. ``is_strong``: it is an export that was changed, and what
    lies beside it may hold other rows of the same month.
    """

    sentence: str
    is_strong: bool


def find_suspicion(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, workspace: Path, reading: Reading
) -> Suspicion | None:
    """Why a file whose format is not known may hold costs; None for one that is left alone."""
    try:
        native = read_native_file(connection, path, name, workspace, reading.nothing, is_look=True)
    except DeliveryError:
        return None
    other = _recognise(native.top_level_names, name)
    if other is not None:
        sentence = f"it is an export of another kind ({other}), which a source of its provider reads"
        return Suspicion(sentence, is_strong=False) if reading.is_alone else None
    if not native.is_csv or native.path is None:
        return _judge_rows([native.top_level_names, *_read_rows(connection, native)])
    rows = _read_lines(native.path)
    below = next((n for n, row in enumerate(rows[1:HEADER_LINES], start=2) if _recognise(row, name)), 0)
    if below:
        return Suspicion(f"the names of its columns stand in line {below}: remove what is above them", is_strong=True)
    return _judge_rows(rows)


def _judge_rows(rows: Sequence[Sequence[str]]) -> Suspicion | None:
    """What names and values say: ``rows`` are those of a file, its header first; one above it is told by its length."""
    widest = max(map(len, rows), default=0)
    header, *body = [row for row in rows if len(row) == widest] or [[]]
    if name_known_stranger(header) or not body:
        return None
    columns = dict(zip(header, zip(*body, strict=True), strict=True))
    has_amounts = any(_are_mostly(values, _AMOUNT) for values in columns.values())
    has_days = any(_are_mostly(values, _DAY) for values in columns.values())
    if has_amounts and has_days and any(_AMOUNT.fullmatch(h) or _DAY.fullmatch(h) for h in header):
        return Suspicion("its first line holds values where the names of the columns are expected", is_strong=True)
    shared, description = _find_nearest(header)
    numbers = [h for h, values in columns.items() if _are_mostly(values, _NUMBER) or _are_mostly(values, _AMOUNT)]
    if shared >= SHARED_NAMES and numbers:
        sentence = f"{shared} of its columns are those of {description}, so it may hold costs"
        return Suspicion(sentence, is_strong=True)
    money = next((h for h in numbers if _MONEY_NAME.search(h)), None)
    if money is None and not (has_amounts and has_days):
        return None
    why = f"its column {money!r} may hold costs" if money else "it has days and amounts and so may hold costs"
    return Suspicion(f"{why}; what is no bill belongs into another folder", is_strong=False)


def _find_nearest(header: Sequence[str]) -> tuple[int, str]:
    """With how many of its names a file comes nearest to a format, and to which."""
    names = {squeeze_name(h) for h in header}
    shared = {fmt.description: len(names & _names_of(fmt)) for fmt in FORMATS}
    nearest = max(shared, key=lambda description: shared[description])
    return shared[nearest], nearest


def _names_of(fmt: ExportFormat) -> set[str]:
    """What the columns of a format are called, the nested ones and those that it is told by included."""
    declared = [n for c in fmt.columns for n in (c.name, *c.aliases)]
    return {squeeze_name(n) for n in (*declared, *fmt.records)}.union(*fmt.signature)


def _recognise(columns: Sequence[str], name: str) -> str | None:
    """What the columns are an export of; None where no provider writes such."""
    try:
        return recognise_format(columns, name).description
    except UnknownFormatError:
        return None


def _are_mostly(values: Sequence[str], kind: re.Pattern[str]) -> bool:
    filled = [v for v in values if v]
    return bool(filled) and 2 * sum(kind.fullmatch(v) is not None for v in filled) >= len(filled)


def _read_lines(path: Path) -> list[list[str]]:
    """The first lines of a text, taken apart at whatever mark separates most of their values."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        lines = [line[:100_000] for line in islice(stream, LOOKED_AT)]
    readings = []
    for mark in ",;\t|":
        try:
            readings.append([[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)])
        except csv.Error:
            continue
    return max(readings, key=lambda rows: sum(map(len, rows)), default=[])


def _read_rows(connection: duckdb.DuckDBPyConnection, native: NativeFile) -> list[list[str]]:
    """The first rows of a file that is no CSV, as text; none where they cannot be read."""
    cells = ", ".join(f"coalesce(trim(({column.sql})::varchar), '')" for column in native.columns)
    try:
        rows = connection.execute(f"select {cells} from {native.reader_sql} limit {LOOKED_AT}").fetchall()
    except duckdb.Error:
        return []
    return [list(row) for row in rows]
