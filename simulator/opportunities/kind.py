"""A kind of waste: one declaration, found by name below `simulator.opportunities.kinds`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from core.registry import find_values
from simulator.opportunities.company import Company


@dataclass(frozen=True)
class Kind:
    """What one check must find on one cloud, and what it must leave alone.

    ``plant`` adds wasteful resources, ``mislead`` adds decoys; most companies have the one, most the other.
    """

    check: str
    cloud: str
    plant: Callable[[Company], None]
    mislead: Callable[[Company], None]

    @property
    def name(self) -> str:
        return f"{self.cloud}.{self.check}"


@cache
def find_kinds() -> dict[str, Kind]:
    """All kinds by name."""
    return find_values("simulator.opportunities.kinds", Kind)
