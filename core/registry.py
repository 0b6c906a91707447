"""Registries that are found by name: one more entry is one more file in a package's folder."""

from collections.abc import Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")


class RegistryError(Exception):
    """Two modules of a registry give the same name to what they hold."""


def find_classes(package: str, kind: type[T]) -> dict[str, type[T]]:
    """By their `name`, the classes below ``package`` that are of a kind and can be made; `RegistryError`."""
    return _register(
        package,
        (
            (module, found)
            for module in _load_modules(package)
            for found in vars(module).values()
            if isinstance(found, type)
            and issubclass(found, kind)
            and found.__module__ == module.__name__
            and not isabstract(found)
        ),
    )


def find_values(package: str, kind: type[T]) -> dict[str, T]:
    """By their `name`, the values of a kind that modules below ``package`` hold publicly; `RegistryError`."""
    return _register(
        package,
        (
            (module, found)
            for module in _load_modules(package)
            for word, found in vars(module).items()
            if isinstance(found, kind) and not word.startswith("_")
        ),
    )


def _load_modules(package: str) -> Iterator[ModuleType]:
    """Every module below a package, those of its folders too. One that cannot be imported raises: it must be seen."""
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        yield import_module(found.name)


def _register(package: str, entries: Iterator[tuple[ModuleType, Any]]) -> dict[str, Any]:
    by_name: dict[str, tuple[ModuleType, Any]] = {}
    for module, entry in entries:
        holder, known = by_name.setdefault(entry.name, (module, entry))
        if known is not entry:
            raise RegistryError(f"{package}: {entry.name!r} is in {holder.__name__} and in {module.__name__}")
    return {name: by_name[name][1] for name in sorted(by_name)}
