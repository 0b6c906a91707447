"""The register of kinds of mutation: each is one function that spoils a draft and says what may come of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.inputs.draft import Draft
from benchmarks.inputs.formats import Format

Spoil = Callable[[Draft], None]
ALL = ("csv", "parquet", "json", "avro")
TEXT, TYPED = ("csv",), ("parquet",)


@dataclass(frozen=True)
class Kind:
    """One kind: its name, the group that it is counted in, the contents and layouts that it applies to."""

    name: str
    group: str
    spoil: Spoil
    contents: tuple[str, ...]
    layouts: tuple[str, ...]

    def fits(self, fmt: Format) -> bool:
        """Whether exports of that format can be spoiled so."""
        return fmt.content in self.contents and fmt.layout in self.layouts


KINDS: dict[str, Kind] = {}


def kind(
    group: str, contents: Iterable[str] = ALL, layouts: Iterable[str] = ("aws", "azure", "plain")
) -> Callable[[Spoil], Spoil]:
    """Register a function as a kind of mutation, under its own name."""

    def register(spoil: Spoil) -> Spoil:
        KINDS[spoil.__name__] = Kind(spoil.__name__, group, spoil, tuple(contents), tuple(layouts))
        return spoil

    return register
