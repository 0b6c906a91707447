"""The finished statement, looked at once more before it reaches the warehouse.

Whatever made it: a reader's statement asks the one relation of its dataset, and wherever it does, the reader's row
rules stand beside it as conditions. Two parsers have to agree on that, sqlglot and the warehouse's own (DuckDB's). Pure
functions; no Superset.
"""

import functools
import json
import threading
from collections.abc import Iterator
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

#: What a SELECT of a chart is made of.
_CLAUSES = {"expressions", "from_", "from", "joins", "where", "group", "having", "order", "limit", "offset", "distinct"}
#: What DuckDB's parser calls where rows come from.
_SOURCES = {"BASE_TABLE", "TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT", "SHOW_REF", "COLUMN_DATA", "DELIM_GET"}


class RefusedStatementError(ValueError):
    """A statement that asks for more than its reader may see."""


@functools.lru_cache(1000)
def judge_statement(sql: str, permitted: str, dialect: str) -> None:
    """Let the statement pass, or raise `RefusedStatementError`.

    ``permitted`` is a statement ``select * from X where A and B``: X is all that may be read, once in a SELECT and by
    this name, and each of A and B has to stand, joined by AND, in the WHERE of every SELECT that reads X.
    """
    whole = _parse(permitted, dialect)
    _judge_select(_parse(sql, dialect), _source_of(whole), set(_conjuncts_of(whole)))
    if dialect == "duckdb":
        _judge_by_duckdb(sql, permitted)


def conjuncts_of_text(condition: str, dialect: str) -> frozenset[str]:
    """The conditions that AND joins in this one, each in one spelling."""
    select = _parse(f"select 1 where {condition}", dialect)
    if extra := {name for name, value in select.args.items() if value} - {"expressions", "where"}:
        raise RefusedStatementError(f"the condition has {', '.join(sorted(extra))}")
    return frozenset(_conjuncts_of(select))


def _parse(sql: str, dialect: str) -> exp.Select:
    try:
        found = sqlglot.parse(sql, dialect=dialect)
    except (SqlglotError, RecursionError) as error:
        raise RefusedStatementError("the statement cannot be understood") from error
    if len(found) != 1 or not isinstance(found[0], exp.Select):
        raise RefusedStatementError("the statement is not one SELECT")
    return found[0]


def _source_of(select: exp.Select) -> exp.Expression:
    """What stands behind FROM."""
    source = select.args.get("from_") or select.args.get("from")
    if source is None:
        raise RefusedStatementError("the statement reads nothing")
    found: exp.Expression = source.this
    return found


def _judge_select(select: exp.Select, relation: exp.Expression, conditions: set[str]) -> None:
    """The SELECT, and those that it reads in place of the relation."""
    if extra := {name for name, value in select.args.items() if value} - _CLAUSES:
        raise RefusedStatementError(f"the statement has {', '.join(sorted(extra))}")
    sources = [_source_of(select), *(join.this for join in select.args.get("joins") or [])]
    if sum(source == relation for source in sources) > 1:
        raise RefusedStatementError("the statement reads the relation twice")
    for source in sources:
        if source == relation:
            if missing := conditions - set(_conjuncts_of(select)):
                raise RefusedStatementError(f"the statement reads rows without the rule {sorted(missing)[0]}")
        elif isinstance(source, exp.Subquery) and isinstance(source.this, exp.Select):
            if {name for name, value in source.args.items() if value} - {"this", "alias"}:
                raise RefusedStatementError("the statement does more with a subquery than read it")
            _judge_select(source.this, relation, conditions)
        else:
            raise RefusedStatementError(f"the statement reads {source.sql()[:100]}")
    kept = {id(source) for source in sources}
    for part in select.walk(prune=lambda node: id(node) in kept):
        is_itself = part is select or id(part) in kept
        if not is_itself and isinstance(part, (exp.Query, exp.Table, exp.With, exp.Command, exp.Lateral)):
            raise RefusedStatementError(f"the statement reads {part.sql()[:100]}")


def _conjuncts_of(select: exp.Select) -> Iterator[str]:
    """The conditions that AND joins in the WHERE."""
    where = select.args.get("where")
    waiting = [where.this] if where else []
    while waiting:
        condition = waiting.pop().unnest()
        if isinstance(condition, exp.And):
            waiting += [condition.left, condition.right]
        else:
            yield _normalise(condition)


def _normalise(condition: exp.Expression) -> str:
    text: str = condition.unnest().sql(dialect="duckdb", comments=False)
    return text


_LOCK = threading.Lock()
_PARSER: list[duckdb.DuckDBPyConnection] = []


def _judge_by_duckdb(sql: str, permitted: str) -> None:
    """What DuckDB itself understands: no more than the relation is read, and no more SELECTs combined."""
    wanted, found = _parts_of(permitted), _parts_of(sql)
    if beyond := found["read"] - wanted["read"]:
        raise RefusedStatementError(f"the statement reads {sorted(beyond)[0][:100]}")
    for kind in ("set operations", "subqueries", "common tables"):
        if found[kind] and not wanted[kind]:
            raise RefusedStatementError(f"the statement has {kind}")


def _parts_of(sql: str) -> dict[str, set[str]]:
    with _LOCK:
        if not _PARSER:
            _PARSER.append(duckdb.connect(":memory:"))
        (text,) = _PARSER[0].execute("select json_serialize_sql(?::varchar)", [sql]).fetchone() or ("{}",)
    tree = json.loads(text)
    if tree.get("error", True) or len(tree["statements"]) != 1:
        raise RefusedStatementError("DuckDB does not understand the statement as one SELECT")
    parts: dict[str, set[str]] = {"read": set(), "set operations": set(), "subqueries": set(), "common tables": set()}
    waiting: list[Any] = [tree["statements"][0]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            kind = node["type"] if isinstance(node.get("type"), str) else ""  # of a value it is more
            if kind in _SOURCES:
                names = [node.get(name, "") for name in ("catalog_name", "schema_name", "table_name")]
                parts["read"].add(".".join(filter(None, names)) or kind)
            elif kind.endswith("_NODE") and kind != "SELECT_NODE":
                parts["set operations"].add(kind)
            if node.get("class") == "SUBQUERY":
                parts["subqueries"].add("SUBQUERY")
            if (node.get("cte_map") or {}).get("map"):
                parts["common tables"].add("WITH")
    return parts
