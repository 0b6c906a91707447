"""Cost exports of a believable company in the clouds' own formats, and a file that says what is true of them."""

from simulator.generate import generate
from simulator.truth import Truth

__all__ = ["Truth", "generate"]
