"""Two engines side by side: everything that dbt built, row for row, as text that is equal only where the values are."""

import datetime as dt
import json
from collections import Counter
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

#: When something was promoted or built differs between two installations; that it was does not.
MOMENTS = {"promoted_at", "changed_at", "loaded_at", "valid_from", "valid_to", "kept_at"}
#: Python's own context would round to 28 digits.
EXACT = Context(prec=100)
#: PostgreSQL, which stands in for Redshift, cuts names off here; Redshift itself takes 127.
LONGEST_NAME = 63
Relation = tuple[str, str]
Content = dict[Relation, Counter[tuple[str | None, ...]]]


def as_text(column: str, value: Any) -> str | None:
    """A value as text that is equal exactly where the values are; money with every digit."""
    if value is None:
        return None
    if column in MOMENTS:
        return "some moment"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | Decimal):
        return f"{EXACT.normalize(Decimal(value)):f}"
    assert isinstance(value, str | dt.date | dt.datetime), (column, value)  # a float has no place in a model
    return str(value)


def list_relations(manifest_path: Path) -> list[Relation]:
    """Every model and seed of the project, from the manifest: a new one is compared without being named anywhere."""
    manifest = json.loads(manifest_path.read_text())
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")]
    kept = [n for n in nodes if n["config"]["materialized"] != "ephemeral"]
    return sorted((n["schema"], n.get("alias") or n["name"]) for n in kept)


def read_content(connection: Any, relations: list[Relation]) -> Content:
    """What these relations hold, by a DB-API connection."""
    return {relation: count_rows(connection.cursor(), relation) for relation in relations}


def count_rows(cursor: Any, relation: Relation) -> Counter[tuple[str | None, ...]]:
    """The rows of a relation with how often each is there, after the names of its columns."""
    cursor.execute('select * from "{}"."{}"'.format(*relation))
    names = [d[0][:LONGEST_NAME] for d in cursor.description]
    rows = (tuple(as_text(n, v) for n, v in zip(names, row, strict=True)) for row in cursor.fetchall())
    return Counter([tuple(names), *rows])


def assert_same(one: Content, other: Content) -> None:
    assert one.keys() == other.keys()
    for relation, rows in one.items():
        only_one, only_other = rows - other[relation], other[relation] - rows
        assert not only_one and not only_other, (
            relation, sum(only_one.values()), sum(only_other.values()),
            list(only_one)[:2], list(only_other)[:2],
        )  # fmt: skip
