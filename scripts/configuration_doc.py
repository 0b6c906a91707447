"""docs/CONFIGURATION.md, written from the configuration's own model: every key, its default and the reason for it.

Run: `python -m scripts.configuration_doc` after a change of the model; a test holds the file to it.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from actions.channels import CHANNELS
from orchestration.allocation import TagRule
from orchestration.charge_scopes import Condition, Scope
from orchestration.config import CloudcostConfig
from orchestration.source_settings import SourceConfig

FILE = Path(__file__).resolve().parents[1] / "docs" / "CONFIGURATION.md"

INTRODUCTION = """\
# Configuration

Written by `python -m scripts.configuration_doc` from the models in `orchestration/config.py`,
the modules that it imports, and `actions/channels/`; change those, not this file.

The file is chosen by `--config`, else `CLOUDCOST_CONFIG`, else `./cloudcost.yaml`. State lives in the folder
`CLOUDCOST_HOME` names, else `./.cloudcost`. Relative locations are relative to the configuration file. An unknown key
is an error that names the line and, where one is close, the key that was meant. The file is plain YAML in UTF-8 of at
most 1 MB: no tags, no key twice, numbers that are finite, dates from 1970 to 2199. `cloudcost init` writes a commented
example, `cloudcost check` tries every source.

No secret belongs in the file: a key that ends in `_env` names an environment variable, and clouds' credentials come
from each cloud's own chain (`aws configure` or a role, `az login` or a managed identity, application default
credentials).
"""


def write_documentation() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_section("", CloudcostConfig, "Top level")]
    parts += _section("sources[].", SourceConfig, "`sources`: one entry per billing export")
    for name, field in CloudcostConfig.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            parts += _section(f"{name}.", field.annotation, f"`{name}`")
            for key, inner in field.annotation.model_fields.items():
                for model in _models_in(inner.annotation):
                    if model is inner.annotation:
                        parts += _section(f"{name}.{key}.", model, f"`{name}.{key}`")
                    elif typing.get_origin(inner.annotation) is tuple and model.__name__ != "ChannelOptions":
                        parts += _section(f"{name}.{key}[].", model, f"`{name}.{key}`: one entry each")
                    elif model.__name__ != "ChannelOptions":
                        parts += _section(f"{name}.{key}.<id>.", model, f"`{name}.{key}`: one entry per id")
        elif name != "sources":
            for model in _models_in(field.annotation):
                if typing.get_origin(field.annotation) is tuple:
                    parts += _section(f"{name}[].", model, f"`{name}`: one entry each")
    parts += _section("rules[].", TagRule, "`allocation.<dimension>.rules`: one entry per virtual tag")
    parts += _section("when.", Scope, "Scopes: `when` of a rule, `scope` of a split")
    parts += _section("when.<field>.", Condition, "Conditions of a scope")
    for kind, channel in sorted(CHANNELS.items()):
        parts += _section("alerts.channels[].", channel.options_model, f"`alerts.channels` of type `{kind}`")
    return "\n".join(parts)


def _section(prefix: str, model: type[BaseModel], title: str) -> list[str]:
    rows = [
        f"| `{prefix}{field.alias or name}` | {_type(field)} | {_default(field)} | {_text(field)} |"
        for name, field in model.model_fields.items()
    ]
    head = ["| key | value | default | meaning, and why this default |", "|---|---|---|---|"]
    return [f"## {title}", "", _about(model), "", *head, *rows, ""]


def _type(field: FieldInfo) -> str:
    name = _describe(field.annotation)
    bounds = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    limits = [
        f"{sign} {getattr(rule, attribute)}"
        for rule in field.metadata
        for attribute, sign in bounds.items()
        if getattr(rule, attribute, None) is not None
    ]
    return ", ".join([name, *limits])


def _describe(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _describe(arguments[0])
    if origin is typing.Literal:
        return " / ".join(f"`{a}`" for a in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_describe(a) for a in arguments if a is not type(None))
    if origin in (list, tuple):
        return f"list of {_describe(arguments[0])}"
    if origin is dict:
        return f"mapping to {_describe(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " / ".join(f"`{member.value}`" for member in annotation)
    numbers = {"int": "whole number", "float": "number", "Decimal": "number"}
    names = {**numbers, "HttpUrl": "address", "Path": "file", "str": "text", "bool": "`true` / `false`"}
    return names.get(annotation.__name__, annotation.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}) or isinstance(value, BaseModel):
        return "none" if not isinstance(value, BaseModel) else "its own defaults"
    if isinstance(value, tuple | list):
        return ", ".join(f"`{v}`" for v in value)
    return f"`{value}`"


def _text(field: FieldInfo) -> str:
    text = field.description or ""
    if not text and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        text = _about(field.annotation)
    if not text and field.is_required():
        text = "Chooses the kind."
    return text.replace("|", "\\|").replace("<", "&lt;")


def _about(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def main() -> None:
    """Write the file."""
    FILE.write_text(write_documentation(), encoding="utf-8")
    print(f"{FILE.name}: written")


if __name__ == "__main__":
    main()
