"""Exports written as JSON: every number exactly as it stands there, every field of every object, or a clear refusal."""

import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contracts import NOTHING, DeliveryError
from ingestion.expressions.sql import connect_scratch
from ingestion.formats import UnknownFormatError
from ingestion.reading.json_records import MAX_RECORD_BYTES
from ingestion.reading.native_json import JsonFile, read_json_file

#: As doubles, most of these are other numbers, or print as other characters.
NUMBERS = (
    "0.1", "1e-7", "12345678901234567890.123456789012", "0.30000000000000004", "0.10000000000000001", "-0", "1E+3",
    "5.0", "-123.4500", "1e400", "99999999999999999999999999", "0.000000000000000000000000000001",
    "1152921504606846977",
)  # fmt: skip
#: Strings that look like the keys and numbers around them.
STRINGS = (
    ":1", '":1', '\\":1', "a\\", 'say "x": 1, ok', ": -2.50", "N", ":N", "1.5", '{"cost": 0.10000000000000001}', "é\n",
    '\\":NaN', "[1,2]", '\\\\":7', "null", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


class Desk:
    """Reads one file."""

    def __init__(self, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._scratch, self._folder = scratch, folder

    def open(self, content: str | bytes, is_look: bool = False) -> JsonFile:
        path = self._folder / "a.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_json_file(self._scratch, path, "a.json", self._folder / "work", NOTHING, is_look=is_look)

    def read(self, content: str | bytes) -> list[dict[str, str]]:
        """The rows of a file: its fields as text, those without a value left out."""
        native = self.open(content)
        listed = ", ".join(column.sql for column in native.columns)
        rows = self._scratch.execute(f"select {listed} from {native.reader_sql}").fetchall()
        names = [column.name for column in native.columns]
        return [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]

    def refuse(self, content: str | bytes) -> str:
        with pytest.raises(DeliveryError) as error:
            self.open(content)
        return str(error.value)


@pytest.fixture
def desk(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> Desk:
    return Desk(scratch, tmp_path)


def write_object(rng: random.Random, blank: str) -> str:
    """An object with numbers and strings of all kinds, also inside of others, in a spelling of its own."""

    def value(depth: int) -> str:
        kind = rng.randrange(6 if depth else 4)
        if kind < 2:
            return rng.choice(NUMBERS)
        if kind < 4:
            return json.dumps(rng.choice(STRINGS), ensure_ascii=rng.random() < 0.5)
        if kind == 4:
            return "{" + members(depth - 1) + "}"
        # a list holds objects and texts: a number that stands in one on its own is no part of an export
        return f"[{{{members(0)}}},{blank}{json.dumps(rng.choice(STRINGS))}]"

    def members(depth: int) -> str:
        keys = rng.sample(["cost", "a b", "x:1", "usage", "é", "n"], rng.randrange(1, 5))
        return f",{blank}".join(f"{json.dumps(key)}{blank}:{blank}{value(depth)}" for key in keys)

    return "{" + members(2) + "}"


def as_text(value: Any) -> Any:
    """What a field has to be: text as it is, what is nested as JSON whose numbers are texts."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("blank", ["", " "])
def test_numbers_keep_the_characters_that_they_are_written_with(desk: Desk, blank: str) -> None:
    rng = random.Random(11)
    lines = [write_object(rng, blank) for _ in range(400)]
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    words = {*NOTHING}
    expected = [
        {key: as_text(value) for key, value in decoder.decode(line).items() if as_text(value).lower() not in words}
        for line in lines
    ]
    found = desk.read("\n".join(lines))
    for line, row, right in zip(lines, found, expected, strict=True):
        assert {k: json.loads(v) if v[:1] in "[{" and k in right else v for k, v in row.items()} == {
            k: json.loads(v) if v[:1] in "[{" else v for k, v in right.items()
        }, line


def test_every_object_tells_its_fields(desk: Desk) -> None:
    lines = ['{"cost":1}'] * 30_000 + ['{"credits":[{"amount":-1}],"cost":2}', '{"cost":3,"x/~1*":true}']
    rows = desk.read("\n".join(lines))
    assert len(rows) == 30_002 and rows[0] == {"cost": "1"}
    assert rows[-2:] == [{"cost": "2", "credits": '[{"amount":"-1"}]'}, {"cost": "3", "x/~1*": "true"}]


@pytest.mark.parametrize(
    "content",
    [
        '{"a":1.10}\n{"b":null,"a":"NULL"}',
        '{"a":1.10}\r\n\r\n{"b":"N/A"}\r\n\n',
        '\ufeff{"a":1.10}\n{"b":""}\n',
        '[{"a":1.10},{"b":null}]',
        ' [\n {"a": 1.10},\n {"b": "none"}\n]\n',
        '\ufeff[{"a":1.10},{"b":"nan"}]',
    ],
)
def test_lines_and_lists_are_read_alike(desk: Desk, content: str) -> None:
    assert desk.read(content) == [{"a": "1.10"}, {}]


def test_what_is_no_number_stays_to_be_complained_about(desk: Desk) -> None:
    rows = desk.read('{"a":Infinity}\n{"a":-Infinity}\n{"a": NaN}\n{"s":{"b":NaN}}')
    assert rows == [{"a": "Infinity"}, {"a": "-Infinity"}, {}, {"s": '{"b":"NaN"}'}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a":1}\n{"a":2', "line 2: is not one whole JSON object (Expecting ',' delimiter, found the end)"),
        ('{"a":1}\n\n{"a" 2}\n', "line 3: is not one whole JSON object (Expecting ':' delimiter, found '2}')"),
        ('{"a":1}\n{"a":2}{"a":3}\n', "line 2: is not one whole JSON object (Extra data, found '{\"a\":3}')"),
        ('{\n "a": 1\n}\n', "line 1: is not one whole JSON object"),
        ('{"a":1}\n{"a":2,"b":0,"a":3}\n', "line 2: has the field 'a' twice; which one counts is not known"),
        ('{"a":1}\n5\n', "line 2: is no JSON object ('5')"),
        ('{"a":1}\nnull\n', "line 2: is no JSON object ('null')"),
        ('{"a":1}\n{"a":"\xff"}\n'.encode("latin-1"), "line 2: is not written in UTF-8"),
        ('{"a":"' + "x" * 2 * MAX_RECORD_BYTES + '"}', "line 1: is longer than 16 MB"),
        ('{"a":"\\ud800"}', "cannot be read as JSON (Malformed JSON"),
        ('{"":1}', "a field is called '', which is no name"),
        ('[{"a":1},{"a":2}', "record 3: ',' is missing"),
        ('[{"a":1},', "record 2: is not one whole JSON object (Expecting value, found the end)"),
        ('[{"a":1},{"a"', "record 2: is not one whole JSON object (Expecting ':' delimiter, found the end)"),
        ('[{"a":1}{"a":2}]', "record 2: ',' is missing (before '{\"a\":2}]')"),
        ('[{"a":1},5]', "record 2: is no JSON object ('5]')"),
        ('[{"a":1}]\n[{"a":2}]', "record 2: something stands behind the list ('[{\"a\":2}]')"),
        ("[" * 100_000, "record 1: is nested too deeply"),
    ],
    ids=range(18),
)
def test_what_is_not_whole_is_named(desk: Desk, content: str | bytes, message: str) -> None:
    assert desk.refuse(content).startswith(f"a.json: {message}")


@pytest.mark.parametrize("content", ["", "\n\n", "[]", "{}\n"])
def test_a_file_without_fields_is_left_alone(desk: Desk, content: str) -> None:
    with pytest.raises(UnknownFormatError, match=r"a\.json: holds no JSON object with a field"):
        desk.open(content)


@pytest.mark.parametrize("content", ['{"a":1}\n{"b":2}\n{"c":', '[{"a":1},{"b":2},{"c":'])
def test_a_look_needs_no_end(desk: Desk, content: str) -> None:
    assert [column.name for column in desk.open(content, is_look=True).columns] == ["a", "b"]
    assert "is not one whole JSON object" in desk.refuse(content)
