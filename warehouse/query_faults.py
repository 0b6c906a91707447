"""What is wrong with somebody's query, in a sentence with the names that it may have meant."""

import difflib
import re
from collections.abc import Collection

import duckdb

#: `a.b` or `b`, as DuckDB names it, and what it states where a schema is missing.
_TABLE = re.compile(r"Table with name \"?([^\s\"]+)\"? does not exist")
_COLUMN = re.compile(r"(?:Referenced column|does not have a column named) \"(.+?)\"")
_CANDIDATES = re.compile(r"Candidate bindings:[ :]*(.+)")
_KIND = re.compile(r"^(?:\w+ )+Error: ")
MOST_NAMES = 3
#: How alike names must be; a turned or a missing letter leaves them far above it.
LIKENESS = 0.6


def explain_query(error: duckdb.Error, tables: Collection[str]) -> str:
    """One sentence; ``tables`` are all that there are, as `schema.table`. Other faults are in DuckDB's own words."""
    text = str(error).strip()
    if table := _TABLE.search(text):
        near = find_near_tables(table[1], tables)
        return f'there is no table {table[1]}; {_suggest(near)}`cloudcost query "show all tables"` lists all'
    if column := _COLUMN.search(text):
        listed = _CANDIDATES.search(text)
        near = re.findall(r'"(.+?)"', listed[1]) if listed else []
        near = difflib.get_close_matches(column[1], near, MOST_NAMES, LIKENESS) or near[:MOST_NAMES]
        absent = f"there is no column {column[1]} in what the query reads"
        return f"{absent}; {_suggest(near)}`describe` lists a table's columns"
    # the first paragraph: after it come the query again and lists of signatures
    first = (text.splitlines() or ["the query failed"])[0]
    return _KIND.sub("", first)


def find_near_tables(name: str, tables: Collection[str]) -> list[str]:
    """The tables that may have been meant: of the same name in another schema, else those that are spelt alike."""
    wanted = name.lower()
    last = wanted.rpartition(".")[2]
    same = sorted(table for table in tables if table.lower().rpartition(".")[2] == last)
    if same:
        return same[:MOST_NAMES]
    by_last = {table.lower().rpartition(".")[2]: table for table in sorted(tables)}
    return [by_last[near] for near in difflib.get_close_matches(last, by_last, MOST_NAMES, LIKENESS)]


def _suggest(names: Collection[str]) -> str:
    return f"did you mean {' or '.join(names)}? " if names else ""
