"""Which costs something is about: a scope is any of a few patterns per dimension, and all dimensions together."""

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field

ScopeDimension = Literal[
    "source", "provider", "billing_account", "account", "service", "category", "region", "team", "environment"
]
SCOPE_DIMENSIONS: tuple[ScopeDimension, ...] = get_args(ScopeDimension)

#: dimension -> patterns, of which one must match; `*` stands for any text, case does not matter.
Scope = dict[ScopeDimension, tuple[str, ...]]


def scope_field(of_what: str) -> Scope:
    """The configuration field of a scope."""
    field: Scope = Field(
        default_factory=dict,
        description=f"Which costs {of_what}: per dimension ({', '.join(SCOPE_DIMENSIONS)}) a list of values, of which "
        "one must match, in any case, `*` for any text; accounts by id or name. Default: all costs.",
    )
    return field


def check_scope(scope: Scope) -> Scope:
    """The scope; ValueError where a dimension names nothing."""
    for dimension, patterns in scope.items():
        if not patterns or any(not pattern.strip() for pattern in patterns):
            raise ValueError(f"{dimension} names nothing")
    return scope


def list_patterns(scope: Scope) -> Iterator[tuple[ScopeDimension, str]]:
    """(dimension, SQL pattern) of a scope, each once."""
    for dimension, patterns in scope.items():
        for pattern in dict.fromkeys(like_pattern(pattern) for pattern in patterns):
            yield dimension, pattern


def like_pattern(pattern: str) -> str:
    """The pattern as SQL ``like`` without wildcards of its own: lower case, ``!`` before what stands for itself."""
    escaped = "".join(f"!{c}" if c in "!%_" else c for c in pattern.strip().lower())
    return escaped.replace("*", "%")
