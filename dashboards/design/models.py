"""What dbt knows of a model or of a table that the pipeline writes: its description and columns, from the `.yml`."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
#: Declares the tables of schemas ml and ops, which are no models.
WRITTEN = MODELS / "written.yml"
#: Declared types that Superset calls otherwise.
TYPES = {"TEXT": "VARCHAR", "DOUBLE PRECISION": "DOUBLE"}
#: What a column is by its name, where the model's contract does not say it.
TYPE_OF_ENDING = (("_date", "DATE"), ("_at", "TIMESTAMP"), ("_count", "BIGINT"), ("_cost", "DECIMAL(38,12)"),
                  ("_period", "DATE"), ("_amount", "DECIMAL(38,12)"), ("_quantity", "DECIMAL(38,12)"))  # fmt: skip


@cache
def _models() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(MODELS.rglob("*.yml")):
        body = yaml.safe_load(path.read_text()) or {}
        found |= {model["name"]: model for model in body.get("models", [])}
        if path == WRITTEN:
            found |= {table["name"]: table for source in body["sources"] for table in source["tables"]}
    return found


@cache
def _described() -> dict[str, str]:
    """The `{% docs %}` blocks, which column descriptions refer to."""
    texts = {}
    for path in sorted(MODELS.rglob("*.md")):
        for block in path.read_text().split("{% docs ")[1:]:
            name, _, rest = block.partition("%}")
            texts[name.strip()] = " ".join(rest.partition("{% enddocs %}")[0].split())
    return texts


def description_of(model: str) -> str:
    """The description of a model."""
    return _plain(_models().get(model, {}).get("description", ""))


def names_of(model: str, *, but: Collection[str]) -> tuple[str, ...]:
    """The names of all columns of a model but these; ValueError for one that it does not have."""
    names = tuple(column["name"] for column in _models()[model]["columns"])
    for unknown in set(but) - set(names):
        raise ValueError(f"{model} has no column {unknown}")
    return tuple(name for name in names if name not in but)


def columns_of(model: str, *names: str) -> tuple[tuple[str, str, str], ...]:
    """Name, type and description of every column of a model, or of these."""
    found = {
        c["name"]: (c["name"], _type_of(c["name"], c.get("data_type", "")), _plain(c.get("description", "")))
        for c in _models()[model]["columns"]
    }
    return tuple(found[name] for name in names or found)


def _plain(text: str) -> str:
    stripped = " ".join(text.split())
    if stripped.startswith("{{ doc("):
        return _described().get(stripped.split("'")[1] if "'" in stripped else stripped.split('"')[1], "")
    return stripped


def _type_of(name: str, declared: str) -> str:
    if declared and "{{" not in declared:
        return TYPES.get(declared.upper(), declared.upper())
    return next((kind for ending, kind in TYPE_OF_ENDING if name.endswith(ending)), "VARCHAR")
