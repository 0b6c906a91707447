"""Somebody's own query: exactly one SELECT that reads the warehouse, and nothing else of the machine.

A read-only connection is not enough: DuckDB would still copy to files, read any file and attach others. So the
connection is locked first, its own parser names the kind of a statement, and table functions have to make rows
out of their arguments: others read files, and `enable_logging` writes them whatever is locked.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from ingestion.expressions.sql import quote_literal, quote_path
from warehouse.contracts import WarehouseError

#: Table functions that read nothing but their arguments and the catalogue.
TABLE_FUNCTIONS = frozenset(
    "range generate_series unnest repeat repeat_row json_each json_tree duckdb_columns duckdb_schemas duckdb_tables "
    "duckdb_views pragma_table_info".split()
)
_EXPECTED = "this read-only connection takes exactly one SELECT"


def lock_connection(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path | str]) -> None:
    """Nothing outside of the database and these folders (or addresses) can be read from now on, no setting changed."""
    # a file is requested by its own name or, in the raw views, by a pattern that only it fits
    listed = ", ".join(spelling(folder) for folder in folders for spelling in (quote_path, _quote_plainly))
    connection.execute("set python_enable_replacements = false")
    connection.execute(f"set allowed_directories = [{listed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def check_select(connection: duckdb.DuckDBPyConnection, sql: str, hidden: str = "") -> None:
    """`WarehouseError` where DuckDB does not take the text for one SELECT; the connection must be a locked one.

    ``hidden``: a catalog that the connection has and the query may not name.
    """
    _refuse_nul(sql)
    statements = connection.extract_statements(sql)
    if not statements:
        raise WarehouseError("the query is empty")
    if len(statements) > 1:
        raise WarehouseError(f"the query has multiple commands; {_EXPECTED}")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise WarehouseError(f"the query is {statements[0].type.name}; {_EXPECTED}")
    ((tree,),) = connection.execute(f"select json_serialize_sql({quote_literal(sql)})").fetchall()
    for part in _list_parts(tree):
        if part.get("type") == "TABLE_FUNCTION" and (name := part["function"]["function_name"]) not in TABLE_FUNCTIONS:
            raise WarehouseError(f"the query calls {name}, which may read more than the warehouse")
        # of two names before a point the first may be a schema or a catalog
        if hidden and hidden in (str(part.get(place, "")).lower() for place in ("catalog_name", "schema_name")):
            raise WarehouseError(f"the query names {hidden}, which is no part of the warehouse")


def _list_parts(tree: str) -> Iterator[dict[str, Any]]:
    """The parts of a SELECT as DuckDB writes it down."""
    try:
        parts = [json.loads(tree)]
    except RecursionError:
        raise WarehouseError("the query is nested too deeply to be checked") from None
    if parts[0]["error"]:
        raise WarehouseError(f"the query is no SELECT; {_EXPECTED}")
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            yield part
            parts += part.values()
        elif isinstance(part, list):
            parts += part


def check_words(sql: str) -> None:
    """The same for an engine whose grammar is not at hand, by the words alone: one command that begins as a SELECT."""
    _refuse_nul(sql)
    text = sql.encode()
    tokens = [text[at:] for at, _ in duckdb.tokenize(sql)]
    commands = [list(part) for is_end, part in groupby(tokens, lambda token: token.startswith(b";")) if not is_end]
    if not commands:
        raise WarehouseError("the query is empty")
    if len(commands) > 1:
        raise WarehouseError(f"the query has multiple commands; {_EXPECTED}")
    words = (re.match(rb"\w*", token) for token in commands[0] if not token.startswith(b"("))
    first = next((word[0].decode().upper() for word in words if word), "")
    if first not in ("SELECT", "WITH"):
        raise WarehouseError(f"the query begins with {first or 'no word'}; {_EXPECTED}")


def _quote_plainly(path: Path | str) -> str:
    return quote_literal(str(path))


def _refuse_nul(sql: str) -> None:
    if "\0" in sql:
        raise WarehouseError("the query holds a NUL character")
