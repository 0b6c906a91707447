"""Hard separation: beside the published copy, one for each combination of scopes that holds the rows of these alone.

Whatever statement a member of a team might get past every check, the database that it runs in has no other row.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from cloudcost.config.dashboards import DashboardSettings
from dashboards.people import Reader
from dashboards.scopes import COPIES, combinations_of, folder_of, scope_clause

#: In the folder of the copies: which configuration they were made for.
MADE_FOR = ".made-for"
#: Tables that say of no row whose it is, but of which row of another table it is: that one's schema and name, and the
#: column of both. Queries of datasets join them.
BELONGING = dict.fromkeys(("anomaly_causes", "anomaly_feedback"), ("ml", "cost_anomalies", "anomaly_id"))


def make_scoped_copies(copy: Path, settings: DashboardSettings, people: Sequence[Reader]) -> list[Path]:
    """Write ``scopes/<names of scopes>/<file>`` beside the copy, where the configuration asks for it; the files.

    Each has the tables behind the datasets that members of teams may read, under their names, with the rows of the
    scopes; a table without a column for them is there and empty.
    """
    if settings.separation != "copies":
        return []
    # the design reads all that dbt knows of its models, and every process of Dagster loads this module
    from dashboards.build import describe_access

    access = describe_access()
    scopes = {scope.name: scope.model_dump() for scope in settings.scopes}
    made = []
    for names in combinations_of(people):
        folder = copy.parent / COPIES / folder_of(names)
        for new in (folder.parent, folder):
            new.mkdir(exist_ok=True, mode=0o700)
        target = folder / copy.name
        _write(copy, target, access, [scopes[name] for name in names])
        target.chmod(0o400)
        made.append(target)
    (copy.parent / COPIES / MADE_FOR).write_text(_digest(settings, people))
    return made


def are_copies_missing(published: Path, settings: DashboardSettings, people: Sequence[Reader]) -> bool:
    """Whether the published copy has none for these scopes and people."""
    if settings.separation != "copies":
        return False
    made_for = published.parent / COPIES / MADE_FOR
    return not made_for.exists() or made_for.read_text() != _digest(settings, people)


def _digest(settings: DashboardSettings, people: Sequence[Reader]) -> str:
    described = [combinations_of(people), sorted((scope.model_dump() for scope in settings.scopes), key=str)]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _write(copy: Path, target: Path, access: dict[str, Any], scopes: list[dict[str, Any]]) -> None:
    with duckdb.connect(str(copy), read_only=True) as connection:
        # an own name: the copies are all called alike
        connection.execute(f"attach '{str(target).replace(chr(39), chr(39) * 2)}' as scoped (read_write)")
        for name in dict.fromkeys([*access["datasets"]["team"], *BELONGING]):
            condition = _write_condition(connection, name, access["scope_columns"], scopes)
            for schema in _find_schemas(connection, name):
                relation = f'"{schema}"."{name}"'
                connection.execute(f'create schema if not exists scoped."{schema}"')
                # names are the design's own, values are quoted
                made = f"create table scoped.{relation} as select * from {relation} where {condition}"  # noqa: S608
                connection.execute(made)
        connection.execute("detach scoped")


def _write_condition(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Any], scopes: Sequence[Mapping[str, Any]]
) -> str:
    """Which rows of a table the scopes let through."""
    if name not in BELONGING:
        # of a home of an earlier release, whose table lacks one: it lets nobody through
        there = {kind: one for kind, one in columns.get(name, {}).items() if one in _find_columns(connection, name)}
        return " or ".join(scope_clause(scope, there) for scope in scopes) or "1 = 0"
    schema, owner, key = BELONGING[name]
    if schema not in _find_schemas(connection, owner):
        return "1 = 0"
    of_owner = _write_condition(connection, owner, columns, scopes)
    return f"{key} in (select {key} from {schema}.{owner} where {of_owner})"  # noqa: S608 - names of ours


def _find_schemas(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    found = connection.execute(
        "select table_schema from information_schema.tables where table_catalog = current_catalog() and table_name = ?",
        [name],
    ).fetchall()
    return [schema for (schema,) in found]


def _find_columns(connection: duckdb.DuckDBPyConnection, name: str) -> set[str]:
    found = connection.execute(
        "select column_name from information_schema.columns where table_catalog = current_catalog() and table_name = ?",
        [name],
    ).fetchall()
    return {column for (column,) in found}
