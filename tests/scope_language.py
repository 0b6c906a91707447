"""What a scope means, read from its written form alone: what the compiled tests and the SQL are compared with."""

import random
from fnmatch import fnmatchcase
from typing import Any

#: Values that patterns, quotes and escapes may trip over, and none at all.
VALUES = (None, "", "web", "Web-1", "a*b", "axb", "100%", "100x", "a_b", "!", "o'neill", "two\nlines", "é")
FIELDS = ("provider", "service", "region", "team")


def is_inside(scope: dict[str, Any], row: dict[str, str | None]) -> bool:
    """Whether a charge with these values, by field, lies within a scope as it is written in a configuration."""
    parts = [passes(asked, row[field]) for field, asked in scope.items() if field not in ("all", "any", "not")]
    parts += [is_inside(part, row) for part in scope.get("all", [])]
    parts += [any(is_inside(part, row) for part in scope["any"])] if "any" in scope else []
    parts += [not is_inside(scope["not"], row)] if "not" in scope else []
    return all(parts)


def passes(asked: Any, value: str | None) -> bool:
    """Whether a value is what is asked of it; no value is nothing of the kind."""
    if value is None:
        return False
    value = value.lower()
    if isinstance(asked, list):
        return any(passes(one, value) for one in asked)
    if isinstance(asked, str):
        return fnmatchcase(value, asked.lower().replace("[", "[[]").replace("?", "[?]"))
    ((operator, wanted),) = asked.items()
    if operator == "in":
        return value in [text.lower() for text in wanted]
    text = str(wanted).lower()
    return {"equals": value == text, "prefix": value.startswith(text), "contains": text in value}[operator]


def draw_scope(chance: random.Random, depth: int = 2) -> dict[str, Any]:
    """A random scope."""
    texts = [value for value in VALUES if value and "\n" not in value]
    scope: dict[str, Any] = {}
    for field in chance.sample(FIELDS, chance.randrange(1, 3)):
        scope[field] = chance.choice([
            chance.choice(texts), chance.choice(["*", "web*", "*1", "a*b", "1*%", "*_*", "*O'N*"]),
            chance.sample([*texts, "W*"], 2), {"equals": chance.choice(texts)}, {"in": chance.sample(texts, 3)},
            {"prefix": chance.choice(["we", "1", "a*", "!"])}, {"contains": chance.choice(["*", "'", "%", "_", "e"])},
        ])  # fmt: skip
    if depth:
        for word in chance.sample(["all", "any", "not"], chance.randrange(3)):
            parts = [draw_scope(chance, depth - 1) for _ in range(chance.randrange(1, 3))]
            scope[word] = parts[0] if word == "not" else parts
    return scope


def draw_row(chance: random.Random) -> dict[str, str | None]:
    """A random charge, by field."""
    return {field: chance.choice(VALUES) for field in FIELDS}
