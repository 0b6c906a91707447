"""Which rows a scope lets through, and which scopes people have."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.scope import Clause, Scope, compile_scope
from dashboards.people import Reader

#: The folder, beside a published copy, with a copy for each combination of scopes.
COPIES = "scopes"


def write_row_rules(scopes: Iterable[Mapping[str, Any]], access: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """By scope and dataset, the SQL condition on the rows that it lets through; ``access`` is of `describe_access`."""
    datasets = sorted(set[str]().union(*access["datasets"].values()))
    columns = access["scope_columns"]
    return {scope["name"]: {name: scope_clause(scope, columns.get(name, {})) for name in datasets} for scope in scopes}


def scope_clause(scope: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """The SQL condition of a scope on a dataset with these columns for team and account; without any, no row."""
    kinds = [{kind: {"in": scope[f"{kind}s"]}} for kind in ("team", "account") if scope[f"{kind}s"]]
    clauses = compile_scope(Scope.model_validate({"any": kinds})) if kinds else ((),)
    return " and ".join(_write_clause(clause, columns) for clause in clauses)


def _write_clause(clause: Clause, columns: Mapping[str, str]) -> str:
    """The condition of tests of which one must hold; values are compared as they are written, case and all."""
    values: dict[str, list[str]] = {}
    for test in clause:
        if test.literal is None or test.is_negated:
            raise ValueError(f"{test.pattern!r} is no single value: who may see rows is written out")
        if columns.get(test.field):
            values.setdefault(columns[test.field], []).append(quote(test.literal))
    parts = [f"{column} in ({', '.join(quoted)})" for column, quoted in values.items()]
    return f"({' or '.join(parts)})" if parts else "1 = 0"


def quote(value: str) -> str:
    """A text as a quoted SQL string. Superset reads clauses as templates, so a value that looks like one is refused."""
    if any(mark in value for mark in ("{{", "{%", "{#")):
        raise ValueError(f"{value!r} cannot be a scope's value: it would be read as a template")
    return "'" + value.replace("'", "''") + "'"


def list_copies(people: Iterable[Reader]) -> list[dict[str, Any]]:
    """Each combination of scopes that has a copy of its own, and the folder of it beside the published one."""
    return [{"scopes": names, "folder": f"{COPIES}/{folder_of(names)}"} for names in combinations_of(people)]


def folder_of(scopes: Iterable[str]) -> str:
    """Names the copy for somebody with these scopes; names of scopes hold no plus sign."""
    return "+".join(sorted(scopes)) or "none"


def combinations_of(people: Iterable[Reader]) -> list[tuple[str, ...]]:
    """The scopes that members of teams have together, and none at all."""
    found = {tuple(sorted(person.scopes)) for person in people if person.role == "team"}
    return sorted(found | {()})
