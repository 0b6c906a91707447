"""Resources of which some findings are in a pool and others are not: what is done to them, and what can use of it.

Of a pool whose resources have all their findings in it, the best is one of two ways (`savings.plan.freed`). Where a
resource has others too (a disk beside a machine's hours), what is saved of those takes nothing from the pool, so that a
way between may be best. Of these resources every way that is not worse in all that counts is tried together, as long as
there are no more than `MOST_WAYS`; beyond, one resource after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from savings.plan.candidates import Candidate, ResourceKey
from savings.plan.resource import Choice, list_choices

NOTHING = Fraction(0)
#: Up to so many ways to choose for all mixed resources of a pool together are tried.
MOST_WAYS = 2000


@dataclass(frozen=True)
class Option:
    """Something to do: what it is worth without what is freed, what it takes of the pool, and what it frees of it."""

    value: Fraction
    taken: Fraction
    freed: Fraction

    def __add__(self, other: "Option") -> "Option":
        """Both."""
        return Option(self.value + other.value, self.taken + other.taken, self.freed + other.freed)

    def worth(self, on_demand: Fraction, kept: Fraction) -> Fraction:
        """With as much of what is freed as the pool can use; ``kept``: what of that counts."""
        return self.value + kept * min(max(self.freed, NOTHING), max(on_demand - self.taken, NOTHING))

    def is_beaten(self, other: "Option") -> bool:
        """Whether the other is as good in all that counts."""
        return other.value >= self.value and other.freed >= self.freed and other.taken <= self.taken


NOTHING_DONE = Option(NOTHING, NOTHING, NOTHING)


def find_mixed(
    resources: Mapping[ResourceKey, Sequence[Candidate]], left_out: Iterable[ResourceKey], pools: Mapping[str, Fraction]
) -> dict[str, list[ResourceKey]]:
    """The mixed resources of each pool, without those that are left out."""
    mixed: dict[str, list[ResourceKey]] = {}
    others = set(left_out)
    for key in sorted(resources.keys() - others):
        names = {one.pool for one in resources[key]}
        named = sorted(name for name in names if name in pools)
        if len(names) > 1 and named:
            mixed.setdefault(named[0], []).append(key)
    return mixed


def measure(choice: Choice, pool: str, weights: Mapping[str, Fraction]) -> Option:
    """What a choice comes to for a pool."""
    value = sum((amount * weights.get(part, 1) for part, amount in choice.parts.items()), NOTHING)
    taken = sum((amount for one, amount in choice.saved.items() if one.pool == pool), NOTHING)
    freed = sum((max(amount, NOTHING) for one, amount in choice.freed.items() if one.pool == pool), NOTHING)
    return Option(value, taken, freed)


def solve_mixed(
    found: Sequence[tuple[Sequence[Candidate], Mapping[str, Fraction]]],
    others: Sequence[Option],
    pool: str,
    on_demand: Fraction,
    kept: Fraction,
) -> tuple[list[Choice], int]:
    """What is done to the mixed resources (their findings, with what of their savings counts), and which of the ways
    for the ``others`` of the pool goes best with it."""
    choices = [_list_unbeaten(findings, weights, pool) for findings, weights in found]

    def worth(way: Sequence[tuple[Choice, Option]], other: Option) -> Fraction:
        return sum((option for _, option in way), other).worth(on_demand, kept)

    if prod(map(len, choices)) * len(others) <= MOST_WAYS:
        ways = [(way, place) for way in product(*choices) for place in range(len(others))]
    else:
        ways = [(_climb(choices, other, on_demand, kept), place) for place, other in enumerate(others)]
    best, place = max(ways, key=lambda one: worth(one[0], others[one[1]]))
    return [choice for choice, _ in best], place


def _climb(
    choices: Sequence[Sequence[tuple[Choice, Option]]], other: Option, on_demand: Fraction, kept: Fraction
) -> tuple[tuple[Choice, Option], ...]:
    """From the most valuable of each on, one resource after the other, as long as the whole gets better."""
    way = [max(options, key=lambda one: one[1].value) for options in choices]
    together = sum((option for _, option in way), other)
    is_better = True
    while is_better:
        is_better = False
        for place, options in enumerate(choices):
            now = way[place][1]
            rest = together + Option(-now.value, -now.taken, -now.freed)
            best = max(options, key=lambda one: (rest + one[1]).worth(on_demand, kept))
            if (rest + best[1]).worth(on_demand, kept) > together.worth(on_demand, kept):
                way[place], together, is_better = best, rest + best[1], True
    return tuple(way)


def _list_unbeaten(
    findings: Sequence[Candidate], weights: Mapping[str, Fraction], pool: str
) -> list[tuple[Choice, Option]]:
    options = [(choice, measure(choice, pool, weights)) for choice in list_choices(findings, weights)]
    kept: list[tuple[Choice, Option]] = []
    for choice, option in sorted(options, key=lambda one: (-one[1].value, one[1].taken, -one[1].freed)):
        if not any(option.is_beaten(other) for _, other in kept):
            kept.append((choice, option))
    return kept
