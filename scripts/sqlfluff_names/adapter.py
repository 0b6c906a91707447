"""Stands for dbt's `adapter` while sqlfluff lints: a dispatched macro reads as a call of a function of that name."""

from __future__ import annotations

import re
from collections.abc import Callable


def dispatch(macro: str, namespace: str = "") -> Callable[..., str]:
    """The macro `macro`, whose SQL depends on the warehouse and so is not looked at."""
    return lambda *arguments, **named: f"{macro}({', '.join(map(_show, [*arguments, *named.values()]))})"


def quote(name: str) -> str:
    """A quoted name."""
    return f'"{name}"'


def _show(argument: object) -> str:
    """An argument as SQL; the key of a tag (`aws:eks:namespace`) is text."""
    return repr(argument) if re.fullmatch(r"[a-z]+(:[a-z-]+)+", str(argument)) else str(argument)
