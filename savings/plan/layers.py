"""What shares of one cost save together.

Each finding saves a share of its own base. The bases of one part of a resource lie in one another, the smaller in the
larger: what two findings both are about, they are both about fully. Of each layer, what is left is the product of what
each finding that reaches it leaves. So findings with the same base save ``cost x (1 - (1 - f1)(1 - f2) ...)``; another
one never saves less together, and never adds more than its own saving.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

#: A base, and what is saved of it.
Part = tuple[Fraction, Fraction]


def save_together(parts: Iterable[Part]) -> Fraction:
    """What these save of their nested bases."""
    found = sorted((part for part in parts if part[0] > 0), key=lambda part: -part[0])
    saved, left = Fraction(0), Fraction(1)
    for place, (base, saving) in enumerate(found):
        left *= 1 - saving / base
        inner = found[place + 1][0] if place + 1 < len(found) else Fraction(0)
        saved += (base - inner) * (1 - left)
    return saved


def split(parts: Sequence[Part]) -> list[Fraction]:
    """What each adds to those before it; together what they save."""
    sums = [save_together(parts[:count]) for count in range(len(parts) + 1)]
    return [after - before for before, after in pairwise(sums)]


def leave(parts: Iterable[Part]) -> Fraction:
    """What all of them leave of what they are all about, 0 to 1."""
    left = Fraction(1)
    for base, saving in parts:
        left *= 1 - saving / base if base > 0 else 1
    return left
