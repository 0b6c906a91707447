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

from alerts.channels import CHANNELS
from alerts.channels.base import ChannelOptions
from cloudcost.config.allocation import TagRule
from cloudcost.config.document import CloudcostConfig
from cloudcost.config.scopes import SCOPED_THINGS
from core.scope import Condition, Scope

FILE = Path(__file__).resolve().parents[1] / "docs" / "CONFIGURATION.md"

INTRODUCTION = """\
# Configuration

Written by `python -m scripts.configuration_doc` from the models in `cloudcost/config/document.py`,
the modules that it imports, and `alerts/channels/`; change those, not this file.

The file is chosen by `--config`, else `CLOUDCOST_CONFIG`, else `./cloudcost.yaml`. State lives in the folder
`CLOUDCOST_HOME` names, else `./.cloudcost`. Relative locations are relative to the configuration file. An unknown key
is an error that names the line and, where one is close, the key that was meant. The file is plain YAML in UTF-8 of at
most 1 MB: no tags, no key twice, numbers that are finite, dates from 1970 to 2199. `cloudcost init` writes a commented
example, `cloudcost check` tries every source.

The tables write a key as `section.key`, a key of a list's entries as `list[].key`, and one of a mapping's entries as
`mapping.<id>.key`, where the id is a name or number of yours. In the file:

```yaml
sources:                                   # a list: every entry begins with a dash
  - name: aws_prod
    provider: aws
    location: "s3://my-bucket/exports"
  - {name: other, location: "./exports"}   # the same in one line
budgets:
  - {name: web, amount: 12000, thresholds: [80, 100], scope: {team: [web], environment: [prod]}}
allocation:                                # a section: keys without dashes
  team:
    tag_keys: [squad, team]                # a list of texts
    rules:
      - {name: network, value: platform, when: {service: {contains: gateway}}}
  splits:
    - {name: platform, scope: {team: platform}}
actions:
  accounts:                                # a mapping: the id, here of an account, is the key
    "111122223333": {role_arn: "arn:aws:iam::111122223333:role/cloudcost"}
dashboards:
  people:
    - {email: pia@example.com, role: team, scopes: [web]}
  scopes:
    - {name: web, teams: [web]}
```

No secret belongs in the file: a key that ends in `_env` names an environment variable, and clouds' credentials come
from each cloud's own chain (`aws configure` or a role, `az login` or a managed identity, application default
credentials).
"""

SCOPES = """\
## Scopes: which charges something is about

One language everywhere. All that a scope names must hold; upper and lower case are the same:

```yaml
scope:
  team: web                                # the whole value
  region: "eu-*"                           # `*` is any text, also none
  service: [AmazonEC2, "AmazonRDS*"]       # one of several
  account: {prefix: "12"}                  # equals, in, prefix, contains: here `*` is itself
  any:                                     # one of these scopes; `all` is every one of them
    - {environment: prod}
    - {category: {equals: "a*b"}}          # a value that has a `*`
  not: {team: sandbox, environment: dev}   # not both; a charge without a team is not of team sandbox
```
"""

#: What several keys hold is documented once, and a channel's options by their type.
_SECTIONS_AT_THE_END = (TagRule, Scope, Condition, ChannelOptions)


def write_documentation() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_section("", CloudcostConfig, "Top level"), *_sections_below("", CloudcostConfig)]
    parts += _section("rules[].", TagRule, "`allocation.<dimension>.rules`: one entry per virtual tag")
    parts += [SCOPES, *_list_scoped_things(), ""]
    parts += _section("<scope>.", Scope, "What a scope can ask")
    parts += _section("<scope>.<field>.", Condition, "Conditions of a scope")
    for kind, channel in sorted(CHANNELS.items()):
        parts += _section("alerts.channels[].", channel.options_model, f"`alerts.channels` of type `{kind}`")
    return "\n".join(parts)


def _list_scoped_things() -> list[str]:
    rows = [f"| {one.what} | {one.keys} | {', '.join(one.fields)} | {one.how} |" for one in SCOPED_THINGS]
    return ["| what is scoped | where it is set | fields | how |", "|---|---|---|---|", *rows]


def _sections_below(prefix: str, parent: type[BaseModel]) -> list[str]:
    """The sections of a model's keys, each followed by those inside it."""
    parts: list[str] = []
    for name, field in parent.model_fields.items():
        entries, repeats = _entries(field.annotation)
        for model in _models_in(field.annotation):
            if model not in _SECTIONS_AT_THE_END:
                key = f"{prefix}{field.alias or name}"
                parts += _section(f"{key}{entries}.", model, f"`{key}`{_kind(model)}{repeats}")
                parts += _sections_below(f"{key}{entries}.", model)
    return parts


def _kind(model: type[BaseModel]) -> str:
    """Which of several sections this one is, where a key may hold one or another."""
    kind = model.model_fields.get("type")
    return f" of type {_describe(kind.annotation)}" if kind else ""


def _entries(annotation: Any) -> tuple[str, str]:
    """How the entries of a value are written in a key, and what the title states of them."""
    origins = {typing.get_origin(a) for a in (annotation, *typing.get_args(annotation))}
    if origins & {list, tuple}:
        return "[]", ": a list, one entry each"
    return (".<id>", ": a mapping, one entry per id") if dict in origins else ("", "")


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
        return " or ".join(dict.fromkeys(_describe(a) for a in arguments if a is not type(None)))
    if origin in (list, tuple):
        return f"list of {_describe(arguments[0])}"
    if origin is dict:
        return f"mapping to {_describe(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " / ".join(f"`{member.value}`" for member in annotation)
    numbers = {"int": "whole number", "float": "number", "Decimal": "number"}
    names = {
        **numbers,
        "HttpUrl": "address",
        "IPvAnyNetwork": "network",
        "Path": "file",
        "str": "text",
        "bool": "`true` / `false`",
    }
    return names.get(annotation.__name__, annotation.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}, [], Scope()):
        return "none"
    if isinstance(value, BaseModel):
        return "its own defaults"
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
