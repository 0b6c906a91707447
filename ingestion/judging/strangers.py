"""What a file of no known format may be: costs under names that we do not know, or something else.

A data dictionary, a price sheet or a list of people beside the exports is left alone and named. An export whose columns
were renamed, that has a line above them or none at all is refused: its month would be missing without a fault.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from ingestion.contracts import DeliveryError, ExportFormat, squeeze_name
from ingestion.discovery.deliveries import may_be_prose
from ingestion.formats import FORMATS, UnknownFormatError, recognise_format
from ingestion.formats.beside_costs import name_known_stranger
from ingestion.incoming import LEAST_SECONDS, Reading, interrupt_after
from ingestion.reading.native import NativeFile, read_native_file

#: Of the names that make out a format, as many as a file has to have to be one of its exports, renamed.
SHARED_NAMES = 3
#: As many lines or rows are looked at, and of each as much.
LOOKED_AT = 100
LONGEST_LINE, LONGEST_CELL = 20_000, 2_000
#: A header stands this far down at most: below a title, comments and what a portal was requested.
HEADER_LINES = 30

_SIGN = r"(?:[A-Z]{3}|[$€£¥₹])"
_AMOUNT = re.compile(
    rf"\(?\s*[-+]?\s*{_SIGN}?\s*[-+]?(?:\d{{1,3}}(?:[.,' ]?\d{{3}})*)?[.,]\d+(?:[eE][-+]?\d+)?\s*{_SIGN}?\s*[-)]?"
)
_NUMBER = re.compile(rf"\s*{_SIGN}?\s*[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*{_SIGN}?")
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    rf"\d{{4}}-\d\d(?:-\d\d(?:[T ].*)?)?|\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d\d|\d{{4}})(?:[T ].*)?|20\d{{4}}(?:\d\d)?"
    rf"|\d\d/\d{{4}}|{_MONTHS}[ -]?\d{{2,4}}",
    re.IGNORECASE,
)
#: Words of a column's name that mean money, and those that mean that it is something about money.
_MONEY_WORDS = frozenset(
    "cost costs charge charges amount amounts spend spending billed fee fees total kosten betrag summe cout coût "
    "montant importe costo coste gasto custo valor".split()
)
_NO_MONEY_WORDS = frozenset("center centre centro stelle code id type category rule owner".split())
_WORD = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-z])")
_KEY = re.compile(r'"([^"\\]{1,100})"\s*:')
_ELSEWHERE = "; what is no bill belongs into another folder"


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
        sentence = f"it is an export of another kind ({other.description}), which a source of its provider reads"
        return None if other.name in reading.beside_formats else Suspicion(sentence, is_strong=False)
    if native.is_csv and native.path is not None:
        rows = _read_lines(native.path)
        return _find_header_below(rows, name) or _judge_rows(rows, may_be_prose(name))
    rows = _read_rows(connection, native)
    return _find_nested(rows, name) or _judge_rows([native.top_level_names, *rows], is_prose=False)


def holds_export(path: Path, name: str) -> bool:
    """Whether a text that cannot be read, for its encoding or its quotation marks, has the lines of an export."""
    return _find_header(_read_lines(path), name) is not None


def _find_header_below(rows: Sequence[Sequence[str]], name: str) -> Suspicion | None:
    number = _find_header(rows, name)
    if number is None:
        return None
    return Suspicion(f"the names of its columns stand in line {number}: remove what is above them", is_strong=True)


def _find_header(rows: Sequence[Sequence[str]], name: str) -> int | None:
    """The number of the line in which a known header stands, with a row below it."""
    for number, row in enumerate(rows[:HEADER_LINES], start=1):
        below = [r for r in rows[number:] if len(r) == len(row)]
        if below and _recognise(row, name) and any(_AMOUNT.fullmatch(c) or _NUMBER.fullmatch(c) for c in below[0]):
            return number
    return None


def _find_nested(rows: Sequence[Sequence[str]], name: str) -> Suspicion | None:
    """Whether the rows of a JSON file lie inside of one of its fields."""
    nested = [cell for row in rows for cell in row if cell.startswith(("{", "["))]
    keys = list(dict.fromkeys(key for cell in nested for key in _KEY.findall(cell)))
    if _recognise(keys, name):
        return Suspicion("its rows lie inside of another object; one object per line is read", is_strong=True)
    money = next((key for key in keys if _names_money(key)), None)
    return Suspicion(f"its field {money!r} may hold costs{_ELSEWHERE}", is_strong=False) if money else None


def _judge_rows(rows: Sequence[Sequence[str]], is_prose: bool) -> Suspicion | None:
    """What names and values say: ``rows`` are those of a file, its header among the first."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    usual = widths.most_common(1)[0][0] if widths else 0
    start = next((n for n, row in enumerate(rows) if len(row) > 1), len(rows))
    header, body = list(rows[start]) if start < len(rows) else [], [r for r in rows[start + 1 :] if len(r) == usual]
    if name_known_stranger(header) or not body:
        return None
    columns = dict(zip(header, zip(*body, strict=True), strict=False))
    amounts = [h for h, values in columns.items() if _are_mostly(values, _AMOUNT)]
    numbers = [h for h, values in columns.items() if h in amounts or _are_mostly(values, _NUMBER)]
    has_days = any(_are_mostly(values, _DAY) for values in columns.values())
    money = next((h for h in numbers if _names_money(h)), None)
    shared, description = _find_nearest(header)
    if shared >= SHARED_NAMES and (amounts or money):
        return Suspicion(f"{shared} of its columns are those of {description}, so it may hold costs", is_strong=True)
    if is_prose:
        return None
    if amounts and has_days and any(_AMOUNT.fullmatch(h) or _DAY.fullmatch(h) for h in header):
        return Suspicion("its first line holds values where the names of the columns are expected", is_strong=True)
    if money:
        return Suspicion(f"its column {money!r} may hold costs{_ELSEWHERE}", is_strong=False)
    if amounts and has_days:
        return Suspicion(f"it has days and amounts and so may hold costs{_ELSEWHERE}", is_strong=False)
    return None


def _names_money(name: str) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    return bool(words & _MONEY_WORDS) and not words & _NO_MONEY_WORDS


def _find_nearest(header: Iterable[str]) -> tuple[int, str]:
    """With how many of the names that make out a format a file comes nearest to one, and to which."""
    names = {squeeze_name(h) for h in header}
    shared = {fmt.description: len(names & _distinct_names(fmt)) for fmt in FORMATS}
    nearest = max(shared, key=lambda description: shared[description])
    return shared[nearest], nearest


def _distinct_names(fmt: ExportFormat) -> set[str]:
    """The names by which a format is recognised, those of its money, and those that no row of it lacks."""
    declared = [c.name for c in fmt.columns if c.required or c.kind == "money"]
    return {squeeze_name(name) for name in (*declared, *fmt.records)}.union(*fmt.signature)


def _recognise(columns: Sequence[str], name: str) -> ExportFormat | None:
    """The format that columns show; None where no provider writes such."""
    try:
        return recognise_format(columns, name)
    except UnknownFormatError:
        return None


def _are_mostly(values: Sequence[str], kind: re.Pattern[str]) -> bool:
    filled = [v for v in values if v]
    return bool(filled) and 2 * sum(kind.fullmatch(v) is not None for v in filled) >= len(filled)


def _read_lines(path: Path) -> list[list[str]]:
    """The first lines of a text, taken apart at whatever mark separates most of their values."""
    with path.open("rb") as raw:
        is_utf_32 = raw.read(4) in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
    with path.open(encoding="utf-32" if is_utf_32 else "utf-8-sig", errors="replace") as stream:
        lines = list(islice(iter(lambda: stream.readline(LONGEST_LINE), ""), LOOKED_AT))
    readings = []
    for mark in ",;\t|":
        try:
            readings.append([[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)])
        except csv.Error:
            continue
    return max(readings, key=lambda rows: sum(map(len, rows)), default=[])


def _read_rows(connection: duckdb.DuckDBPyConnection, native: NativeFile) -> list[list[str]]:
    """The first rows of a file that is no CSV, as text; none where they cannot be read."""
    cells = ", ".join(f"coalesce(trim(left(({c.sql})::varchar, {LONGEST_CELL})), '')" for c in native.columns)
    try:
        with interrupt_after(connection, LEAST_SECONDS, native.name):
            rows = connection.execute(f"select {cells} from {native.reader_sql} limit {LOOKED_AT}").fetchall()
    except (duckdb.Error, DeliveryError):
        return []
    return [list(row) for row in rows]
