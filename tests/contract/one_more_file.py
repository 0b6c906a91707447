"""One more entry of a registry, as a file beside those of its package, for the length of a test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path


@contextmanager
def one_more_file(package: str, name: str, text: str, folder: Path) -> Iterator[None]:
    """The package has the module `name` with this text; ``folder`` is an empty one that keeps it."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    places = import_module(package).__path__
    places.append(str(folder))
    try:
        yield
    finally:
        places.remove(str(folder))
        if sys.modules.pop(f"{package}.{name}", None) is not None:
            delattr(sys.modules[package], name)
