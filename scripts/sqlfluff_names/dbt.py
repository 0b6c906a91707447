"""Stands for dbt's own cross-database macros while sqlfluff lints: each reads as a call of a function of that name."""

from __future__ import annotations

from collections.abc import Callable

from adapter import dispatch


def listagg(column: str, delimiter: str, order: str = "") -> str:
    """An aggregate; its own `order by` is no argument of a function."""
    return f"listagg({column}, {delimiter})"


def __getattr__(name: str) -> Callable[..., str]:
    if name.startswith("__"):
        raise AttributeError(name)
    return dispatch(name)
