"""A kind of waste that inventory and metrics tell: one declaration, found by name below `estate.kinds`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from core.registry import find_values
from simulator.opportunities.estate.estate import Estate


@dataclass(frozen=True)
class EstateKind:
    """What one check must find on one cloud, and what it must leave alone.

    ``reference`` names the row of the table of checks that it follows: resource and check. ``plant`` and ``mislead``
    add resources to the bill, so that they are for companies with an estate only.
    """

    check: str
    cloud: str
    reference: str
    plant: Callable[[Estate], None]
    mislead: Callable[[Estate], None]

    @property
    def name(self) -> str:
        return f"{self.cloud}.{self.check}"


@cache
def find_estate_kinds() -> dict[str, EstateKind]:
    """All kinds by name."""
    return find_values("simulator.opportunities.estate.kinds", EstateKind)
