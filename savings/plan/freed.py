"""What becomes free of commitments, and what of that other usage of their pools can use.

Of a pool the findings save X of what it costs on demand (D) and free K, which is worth min(K, max(0, D - X)). Together
that is the larger of X and min(X + K, D). So the best choice is one of two: of each resource what saves most, or of
each what saves and frees most, where the pool can use more of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from savings.plan.candidates import Candidate

NOTHING = Fraction(0)


@dataclass(frozen=True)
class Followed:
    """The findings that are followed, with what each saves and what it frees.

    `removed`: what is saved on the usage of each pool that commitments could be bought for.
    """

    saved: Mapping[Candidate, Fraction]
    freed: Mapping[Candidate, Fraction]
    removed: Mapping[str, Fraction]

    def use_freed(self, pools: Mapping[str, Fraction]) -> dict[Candidate, Fraction]:
        """What of the freed commitments is used, given out by name. ``pools``: what each costs on demand."""
        room = dict(pools)
        for one, amount in self.saved.items():
            if one.pool in room:
                room[one.pool] = max(room[one.pool] - amount, NOTHING)
        used = {}
        for one in sorted(self.freed, key=lambda one: one.name):
            used[one] = min(max(self.freed[one], NOTHING), room.get(one.pool, NOTHING))
            if one.pool in room:
                room[one.pool] -= used[one]
        return used

    def worth(self, pools: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """What the findings of each pool come to."""
        sums = dict.fromkeys(pools, NOTHING)
        for amounts in (self.saved, self.use_freed(pools)):
            for one, amount in amounts.items():
                if one.pool in sums:
                    sums[one.pool] += amount
        return sums


def find_counted(plain: Followed, generous: Followed, pools: Mapping[str, Fraction]) -> frozenset[str]:
    """The pools in which choosing by what is freed too comes to more. ``plain``: chosen without, ``generous``: with."""
    without, with_freed = plain.worth(pools), generous.worth(pools)
    return frozenset(pool for pool in pools if with_freed[pool] > without[pool])
