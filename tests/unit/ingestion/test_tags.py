"""Every spelling of tags that exporters use, read as one JSON object."""

import json
from typing import Any

import duckdb
import pytest

from ingestion.contracts import NativeColumn
from ingestion.expressions.sql import connect_scratch
from ingestion.expressions.tags import join_columns, note_unreadable, read_tags
from ingestion.formats import FORMATS


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def read(scratch: duckdb.DuckDBPyConnection, value: str, kind: str = "VARCHAR") -> str | None:
    """The landed text of a value that is given as SQL, in a file that has columns of any name."""
    sql = read_tags(NativeColumn("tags", "tags", kind))
    names = "1 as t, 2 as e, 3 as x, 4 as tag, 5 as found, 6 as body"
    (landed,) = scratch.execute(f"select {sql} from (select cast({value} as {kind}) as tags, {names})").fetchall()[0]
    assert landed is None or isinstance(landed, str)
    return landed


def read_text(scratch: duckdb.DuckDBPyConnection, text: str) -> Any:
    landed = read(scratch, "'" + text.replace("'", "''") + "'")
    return None if landed is None else json.loads(landed)


TWO = {"team": "search", "env": "prod"}


@pytest.mark.parametrize(
    "text",
    [
        '{"team":"search","env":"prod"}',
        ' { "team": "search",\n "env": "prod" } ',
        '\ufeff{"team":"search","env":"prod",}',
        '[{"key":"team","value":"search"},{"key":"env","value":"prod"}]',
        '[{"Key":"team","Value":"search"},{"Key":"env","Value":"prod"}]',
        '[{"name":"team","value":"search"},{"name":"env","value":"prod"}]',
        '[{"k": "team", "v": "search"}, {"k": "env", "v": "prod"}]',
        '[{"team":"search"},{"env":"prod"}]',
        '["team:search","env=prod"]',
        '"{\\"team\\":\\"search\\",\\"env\\":\\"prod\\"}"',
        '"[{\\"key\\":\\"team\\",\\"value\\":\\"search\\"},{\\"key\\":\\"env\\",\\"value\\":\\"prod\\"}]"',
        '{""team"":""search"",""env"":""prod""}',
        '"{""team"":""search"",""env"":""prod""}"',
        "{'team': 'search', 'env': 'prod'}",
        "[{'key': 'team', 'value': 'search'}, {'key': 'env', 'value': 'prod'}]",
        "'team': 'search', 'env': 'prod'",
        '"team": "search","env": "prod"',
        '"team":"search",\n"env":"prod",',
        "team=search;env=prod",
        "team=search|env=prod",
        "team: search, env: prod",
        "{team=search, env=prod}",
        "key:team value:search; key:env value:prod;",
    ],
)
def test_a_text_is_read_in_every_spelling(scratch: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read_text(scratch, text) == TWO


@pytest.mark.parametrize(
    "text", ["", " ", "{}", "[]", "[ ]", "null", "NULL", "None", "NaN", "N/A", "[null]", '{"a":null}']
)
def test_no_tags_are_nothing(scratch: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read_text(scratch, text) is None
    assert read(scratch, "null") is None


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('{"a":null,"b":"x","c":nan,"d":"None","e":"null"}', {"b": "x"}),
        ("{'a': None, 'b': True, 'n': 1.5, 'q': 'say \"x\"', 'p': \"it's\"}",
         {"b": True, "n": 1.5, "q": 'say "x"', "p": "it's"}),
        # an empty value is one, unless the same key has one in another case
        ('{"a":"","b":"x"}', {"a": "", "b": "x"}),
        ('{"Team":"","team":"search"}', {"team": "search"}),
        ('{"Team":"ads","team":"search"}', {"Team": "ads", "team": "search"}),
        # a tag without a value, as FOCUS writes it
        ('["critical","team:search"]', {"critical": True, "team": "search"}),
        ('{"note":"a \\"\\" b","x":"none"}', {"note": 'a "" b', "x": "none"}),
        ("{'path': 'C:\\\\x', 'u': '\\xe9'}", {"path": "C:\\x", "u": "é"}),
        ('{"a":"x\ty"}', {"a": "x\ty"}),
        ("{user:a:b=x, c=y=z}", {"user:a:b": "x", "c": "y=z"}),
        ('{"a/b~c":"1","":"2","d":null}', {"a/b~c": "1", "": "2"}),
        ('{"a":-5,"b":{"c":null}}', {"a": -5, "b": {"c": None}}),
    ],
)  # fmt: skip
def test_what_a_value_is(scratch: duckdb.DuckDBPyConnection, text: str, tags: dict[str, Any]) -> None:
    assert read_text(scratch, text) == tags


def test_of_a_key_that_is_there_twice_the_first_counts_and_none_is_lost(scratch: duckdb.DuckDBPyConnection) -> None:
    inherited = """[{"key":"env","value":"org","inherited":true,"namespace":"1"},
        {"key":"env","value":"own","inherited":false,"namespace":"2"}]"""
    assert read(scratch, f"'{inherited}'") == '{"env":"own","env":"org"}'
    typed = "[{'key': 'env', 'value': 'org', 'inherited': true}, {'key': 'env', 'value': 'own', 'inherited': false}]"
    kind = 'STRUCT("key" VARCHAR, "value" VARCHAR, inherited BOOLEAN)[]'
    assert read(scratch, typed, kind) == '{"env":"own","env":"org"}'
    assert read(scratch, '\'{"a":"1","a":"2","b":null}\'') == '{"a":"1","a":"2"}'


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("map {'team': 'search', 'env': 'prod', 'gone': null}", "MAP(VARCHAR, VARCHAR)"),
        ("{'team': 'search', 'env': 'prod', 'gone': null}", "STRUCT(team VARCHAR, env VARCHAR, gone VARCHAR)"),
        ("[{'key': 'team', 'value': 'search'}, {'key': 'env', 'value': 'prod'}, {'key': 'gone', 'value': null}]",
         'STRUCT("key" VARCHAR, "value" VARCHAR)[]'),
        ("[{'Key': 'team', 'Value': 'search'}, {'Key': 'env', 'Value': 'prod'}]",
         "STRUCT(Key VARCHAR, Value VARCHAR)[]"),
        ("{'list': [{'element': {'key': 'team', 'value': 'search'}}, {'element': {'key': 'env', 'value': 'prod'}}]}",
         'STRUCT(list STRUCT(element STRUCT("key" VARCHAR, "value" VARCHAR))[])'),
        ("['team:search', 'env:prod']", "VARCHAR[]"),
        ("""'{"team":"search","env":"prod"}'""", "JSON"),
    ],
)  # fmt: skip
def test_typed_tags_are_read_as_text_is(scratch: duckdb.DuckDBPyConnection, value: str, kind: str) -> None:
    assert json.loads(read(scratch, value, kind) or "") == TWO
    assert read(scratch, "null", kind) is None


@pytest.mark.parametrize("text", ["see attachment", '{"a":1', "{'a': 'b''}", "[1,2]", "123", "a=1,b", "https://x.y"])
def test_what_cannot_be_read_stays_and_is_said(scratch: duckdb.DuckDBPyConnection, text: str) -> None:
    landed = read(scratch, "'" + text.replace("'", "''") + "'")
    assert json.loads(landed or "") == text
    where = note_unreadable("tags").where
    rows = [(landed,), ('{"a":"b"}',), (None,)]
    scratch.execute("create or replace temp table noted (tags varchar)")
    scratch.executemany("insert into noted values (?)", rows)
    assert scratch.execute(f"select count(*) from noted where {where}").fetchall() == [(1,)]


def test_tags_in_columns_of_their_own(scratch: duckdb.DuckDBPyConnection) -> None:
    sql = join_columns([("Team", "a"), ("team", "b"), ('odd "key"', "c")])
    rows = scratch.execute(
        f"select {sql} from (values ('', 'search', null), ('ads', '', 'it''s'), ('', null, ''), ('None', 'x', '')) "
        "as t(a, b, c)"
    ).fetchall()
    read = [None if landed is None else json.loads(landed) for (landed,) in rows]
    assert read == [{"team": "search"}, {"Team": "ads", 'odd "key"': "it's"}, None, {"team": "x"}]


def test_every_format_says_which_tags_it_could_not_read() -> None:
    for fmt in FORMATS:
        noted = {note.name for note in fmt.notes}
        wanted = {c.name for c in fmt.columns if c.kind == "json" and ("tags" in c.name or "labels" in c.name)}
        assert wanted and {f"unreadable_{name}" for name in wanted} <= noted, fmt.name
