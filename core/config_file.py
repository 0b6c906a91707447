"""Reads a YAML file into plain values, whatever the file holds: bounded in time and memory, errors with line and key.

YAML can do more than a configuration needs, and each of these is refused: values that refer to themselves or that
unfold to millions of others, tags that make objects, the same key twice (the last would silently count), numbers and
dates that are none, and characters that nobody sees.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.errors import USAGE, CloudcostError
from core.text_files import TextFileError, read_text

MOST_BYTES = 1 << 20
MOST_LEVELS = 50
#: Keys and values, those counted again that an alias repeats.
MOST_VALUES = 100_000
#: Digits of the largest whole number: more than any amount has.
MOST_DIGITS = 40

_TAGS = {f"tag:yaml.org,2002:{n}" for n in ("str int float bool null timestamp seq map merge").split()}
_KINDS = {"int": "whole number", "float": "number", "bool": "truth value", "timestamp": "date", "null": "null"}
_UNSEEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: The names and numbers that lead to a value, from the top.
Location = tuple[Any, ...]


class ConfigError(CloudcostError):
    """The configuration cannot be used; the message names the file, line and key.

    ``faults``: where in it what is wrong, without file and line, for whoever sees neither.
    """

    exit_code = USAGE

    def __init__(self, message: str = "", faults: "Sequence[tuple[Location, str]]" = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Document:
    """A file that was read: its values, and where each of them stands."""

    path: Path
    root: yaml.Node
    values: Any

    def error(self, location: Sequence[Any], message: str) -> str:
        """``file:line: key: what is wrong``."""
        return f"{self.path}:{self.find_line(location)}: {name_key(location)}: {message}"

    def find_line(self, location: Sequence[Any]) -> int:
        """The line (from 1) of the deepest part of ``location`` that the document has."""
        node, line = self.root, self.root.start_mark.line + 1
        for part in location:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                break
        return line


def read_document(path: Path) -> Document | None:
    """The one document of a file, None where it is empty; `ConfigError` states what is wrong with it, and where."""
    text = _read_printable(path)
    try:
        _check_levels(path, text)
        root = yaml.compose(text, Loader=_LOADER)
        if root is None:
            return None
        _check_size(path, root)
        for node, location, wrong in _list_faults(root):
            raise ConfigError(f"{path}:{node.start_mark.line + 1}: {name_key(location)}: {wrong}")
        return Document(path, root, yaml.constructor.SafeConstructor().construct_document(root))
    except yaml.YAMLError as error:
        raise ConfigError(_describe_yaml(path, text, error)) from error


def name_key(location: Sequence[Any]) -> str:
    """``sources[1].name``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{shorten(str(part))}" for part in location]
    return "".join(parts).lstrip(".") or "(top level)"


def shorten(text: str, most: int = 100) -> str:
    """A text that fits a message."""
    return text if len(text) <= most else f"{text[:most]}..."


def _read_printable(path: Path) -> str:
    try:
        text = read_text(path, MOST_BYTES)
    except TextFileError as error:
        hint = "" if path.exists() else ". `cloudcost init` writes a commented one"
        raise ConfigError(f"{error}{hint}") from error
    unseen = _UNSEEN.search(text)
    if unseen:
        line = text.count("\n", 0, unseen.start()) + 1
        raise ConfigError(f"{path}:{line}: the character U+{ord(unseen[0]):04X} cannot stand in a configuration")
    return text


def _check_levels(path: Path, text: str) -> None:
    """Before anything recurses: how deep it is nested."""
    level = 0
    for event in yaml.parse(text, Loader=_LOADER):
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if level > MOST_LEVELS:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigError(f"{path}:{line}: more than {MOST_LEVELS} levels are nested here")


def _check_size(path: Path, root: yaml.Node) -> None:
    """How many values it unfolds to, and how deep; every node is visited once, however often it is referred to."""
    measured: dict[int, tuple[int, int] | None] = {}

    # not deeper than the document is nested: what an alias refers to stands before it
    def measure(node: yaml.Node) -> tuple[int, int]:
        known = measured.get(id(node), (0, 0))
        if known is None:
            raise ConfigError(f"{path}:{node.start_mark.line + 1}: this value refers to itself")
        if known[0]:
            return known
        measured[id(node)] = None
        below = [measure(child) for child in _list_children(node)]
        size, levels = 1 + sum(part for part, _ in below), 1 + max((part for _, part in below), default=0)
        if size > MOST_VALUES or levels > MOST_LEVELS:
            what = f"{MOST_VALUES:,} values" if size > MOST_VALUES else f"{MOST_LEVELS} levels"
            raise ConfigError(f"{path}:{node.start_mark.line + 1}: this unfolds to more than {what}")
        measured[id(node)] = size, levels
        return size, levels

    measure(root)


def _list_children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _list_faults(root: yaml.Node) -> Iterator[tuple[yaml.Node, Location, str]]:
    """What is wrong with single nodes, in the order of the document, and where."""
    waiting: list[tuple[yaml.Node, Location]] = [(root, ())]
    constructor = yaml.constructor.SafeConstructor()
    while waiting:
        node, location = waiting.pop()
        if node.tag not in _TAGS:
            yield node, location, f"the tag {shorten(node.tag.replace('tag:yaml.org,2002:', '!!'))} is not allowed"
        below: list[tuple[yaml.Node, Location]] = []
        if isinstance(node, yaml.MappingNode):
            names: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    yield key, location, "a key that is no plain text is not allowed"
                    continue
                inside = (*location, key.value)
                kind = key.tag.rpartition(":")[2]
                if kind in _KINDS:
                    yield key, inside, f"the key is read as a {_KINDS[kind]}; put it into quotes"
                if key.value in names:
                    yield key, inside, "this key is there already, further up in the same section"
                names.add(key.value)
                below += [(key, inside), (value, inside)]
        elif isinstance(node, yaml.SequenceNode):
            below = [(item, (*location, number)) for number, item in enumerate(node.value)]
        else:
            wrong = _find_wrong_scalar(constructor, node)
            if wrong is not None:
                yield node, location, wrong
        waiting += reversed(below)


def _find_wrong_scalar(constructor: yaml.constructor.SafeConstructor, node: yaml.Node) -> str | None:
    text, kind = str(node.value), node.tag.rpartition(":")[2]
    unseen = _UNSEEN.search(text)
    if unseen:
        return f"the value holds the character U+{ord(unseen[0]):04X}"
    if kind in ("str", "null", "merge"):
        return None
    if len(text) > 10 * MOST_DIGITS:
        return f"{shorten(text)} is no {_KINDS[kind]}"
    try:
        value = constructor.construct_object(node)
    except (ValueError, OverflowError, yaml.YAMLError):
        return f"{shorten(text)} is no {_KINDS[kind]}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{text} is no finite number"
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"{shorten(text)} has more than {MOST_DIGITS} digits"
    return None


def _describe_yaml(path: Path, text: str, error: yaml.YAMLError) -> str:
    """Where the parser stopped, and why."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark is None:
        return f"{path}: not valid YAML: {problem}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    hint = "; YAML is indented with blanks, not with tabs" if "\t" in line[: len(line) - len(line.lstrip())] else ""
    return f"{path}:{mark.line + 1}: not valid YAML: {problem}{hint}"
