"""Commitments to buy for a pool of usage: bought last, on what the rest of the plan leaves of the pool.

A purchase saves a share of what its pool costs on demand. Where other findings save a part of that, as much less is to
be covered: the level to buy and what it saves go down by the same share, as they do where the whole pool is reduced
evenly, hour by hour and family by family. So of all that is saved on the pool's usage, and of what freed commitments
take over of it, the purchase's share is taken from the purchase. Findings of a part that is in a pool are about usage
of the pool, those of all of a resource too, with whatever else is part of it: the purchase is rather too small.

Without purchases everything is as it was, so the total is a maximum still: that of what weighs ``keep`` of what it
saves. A purchase whose pool is said to cost less than what is saved of it, is left out where that comes to more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from savings.plan.candidates import Candidate

NOTHING = Fraction(0)


@dataclass(frozen=True)
class Purchases:
    """The purchases that are made, by pool."""

    made: Mapping[str, Candidate]

    def keep(self, pool: str) -> Fraction:
        """What counts of an amount that is saved on usage of this pool: what it would cost when it is covered."""
        return 1 - self.made[pool].share if pool in self.made else Fraction(1)

    def weigh(self, findings: Sequence[Candidate]) -> dict[str, Fraction]:
        """The same of a resource's findings, by component."""
        return {one.component: self.keep(one.purchase_pool) for one in findings if one.purchase_pool in self.made}

    def weigh_freed(self, findings: Iterable[Candidate]) -> dict[str, Fraction]:
        """The same by the pool of what is freed; where its usage is in several, the least."""
        kept: dict[str, Fraction] = {}
        for one in findings:
            if one.pool:
                kept[one.pool] = min(kept.get(one.pool, Fraction(1)), self.keep(one.purchase_pool))
        return kept

    def take_from(self, removed: Mapping[str, Fraction]) -> dict[Candidate, Fraction]:
        """What each saves where so much of its pool is gone; less than nothing where more is than it costs."""
        return {one: one.saving - removed.get(pool, NOTHING) * one.share for pool, one in self.made.items()}

    def without(self, pool: str) -> "Purchases":
        """All but one."""
        return Purchases({name: one for name, one in self.made.items() if name != pool})


def find_purchases(candidates: Sequence[Candidate]) -> Purchases:
    """Of each pool the purchase that saves most: it is counted once."""
    best: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: (-one.saving, one.name)):
        if one.is_purchase:
            best.setdefault(one.purchase_pool, one)
    return Purchases(best)


def find_exceeded(purchases: Purchases, candidates: Sequence[Candidate]) -> list[str]:
    """The pools of which findings may save and free more than they cost."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in candidates:
        if not one.is_purchase:
            sums[one.purchase_pool] += one.saving + one.freed
    return sorted(pool for pool, one in purchases.made.items() if sums[pool] > one.cost)
