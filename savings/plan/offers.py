"""Offers on the rates of an account (a commitment, another price) beside what is saved on its resources.

An offer saves a share of what usage costs on demand, and so the same share less of whatever its resources no longer
cost: it counts last, on what is left. Which resources an offer is about is told by source, provider, currency, account,
region, service and component; what one of both leaves empty fits all. Offers that are about the same usage exclude one
another; where usage could belong to several, it is taken from the offer with the largest share. The chosen offers are
those with which the sum of everything is largest; of more than `MOST_TRIED` that touch one another, the best of a
search from the largest and from the narrowest instead.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from savings.plan.candidates import Candidate, ResourceKey
from savings.plan.purchases import Purchases
from savings.plan.resource import ALL, Choice

#: Up to so many offers that touch one another, every way to choose among them is tried: 64.
MOST_TRIED = 6
Weights = Mapping[str, Fraction]
#: What is done to a resource, given what of its savings counts.
Chooser = Callable[[ResourceKey, Weights], Choice]
NOTHING = Fraction(0)


def fits(offer: Candidate, other: Candidate) -> bool:
    """Whether both are about the same usage."""
    ours, theirs = (*offer.resource[:4], offer.service), (*other.resource[:4], other.service)
    same_place = all(a == b or not a or not b for a, b in zip(ours, theirs, strict=True))
    same_part = offer.component == other.component or ALL in (offer.component, other.component)
    return same_place and same_part and offer.resource[5] == other.resource[5]


class Cluster:
    """Offers that touch one another, and the resources that they are about."""

    def __init__(
        self,
        offers: Sequence[Candidate],
        resources: Mapping[ResourceKey, Sequence[Candidate]],
        choose: Chooser,
        purchases: Purchases,
    ) -> None:
        self._offers = sorted(offers, key=lambda one: one.name)
        self._resources = resources
        self._choose = choose
        self._purchases = purchases
        # of each resource's component, the offers it could belong to
        self._fitting = {
            key: {
                component: [o for o in self._offers if any(fits(o, f) for f in found if f.component == component)]
                for component in {f.component for f in found}
            }
            for key, found in resources.items()
        }

    def solve(self) -> tuple[dict[Candidate, Fraction], dict[ResourceKey, Choice]]:
        """The chosen offers with what each saves on what is left, and what is done to the resources."""
        ways = self._list_ways() if len(self._offers) <= MOST_TRIED else self._search()
        for way in sorted(ways, key=lambda way: (-self._worth(way), len(way))):
            choices = {key: self._choose(key, self._weigh(key, way)) for key in self._resources}
            taken = self._share_out(way, choices)
            if min(taken.values(), default=NOTHING) >= 0:
                return taken, choices
        raise AssertionError("to take no offer is a way")

    def take_from(self, key: ResourceKey, component: str, chosen: Collection[Candidate]) -> Candidate | None:
        """The offer that savings of this component are taken from."""
        fitting = [one for one in self._fitting[key].get(component, ()) if one in chosen]
        return max(fitting, key=lambda one: (one.share, one.name), default=None)

    def _list_ways(self) -> list[tuple[Candidate, ...]]:
        ways = (way for count in range(len(self._offers) + 1) for way in combinations(self._offers, count))
        return [way for way in ways if not any(fits(one, two) for one, two in combinations(way, 2))]

    def _search(self) -> list[tuple[Candidate, ...]]:
        """From the largest on and from the narrowest on, whatever fits beside, without what only takes from others."""

        def width(one: Candidate) -> int:
            return sum(not place for place in (*one.resource[:4], one.service)) + (one.component == ALL)

        by_saving = sorted(self._offers, key=lambda one: (-one.saving, one.name))
        by_width = sorted(self._offers, key=lambda one: (width(one), -one.saving, one.name))
        return [(), *(self._drop_losses(_take_fitting(order)) for order in (by_saving, by_width))]

    def _drop_losses(self, way: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        worth = self._worth(way)
        for one in sorted(way, key=lambda one: (one.saving, one.name)):
            without = tuple(other for other in way if other != one)
            if (less := self._worth(without)) > worth:
                way, worth = without, less
        return way

    def _worth(self, way: tuple[Candidate, ...]) -> Fraction:
        chosen = (self._choose(key, self._weigh(key, way)).value for key in self._resources)
        offered = (one.saving * self._purchases.keep(one.purchase_pool) for one in way)
        return sum(offered, NOTHING) + sum(chosen, NOTHING)

    def _weigh(self, key: ResourceKey, way: Collection[Candidate]) -> dict[str, Fraction]:
        """What of a resource's savings counts, by component, where these offers are taken."""
        weights = self._purchases.weigh(self._resources[key])
        for component in self._fitting[key]:
            if (offer := self.take_from(key, component, way)) is not None:
                lost = offer.share * self._purchases.keep(offer.purchase_pool)
                weights[component] = weights.get(component, 1) - lost
        return weights

    def _share_out(
        self, way: Collection[Candidate], choices: Mapping[ResourceKey, Choice]
    ) -> dict[Candidate, Fraction]:
        found = {one: one.saving for one in way}
        for key, choice in choices.items():
            for component, amount in choice.parts.items():
                if (offer := self.take_from(key, component, way)) is not None:
                    found[offer] -= amount * offer.share
        return found


def _take_fitting(order: Iterable[Candidate]) -> tuple[Candidate, ...]:
    taken: list[Candidate] = []
    for one in order:
        if not any(fits(one, other) for other in taken):
            taken.append(one)
    return tuple(taken)


def gather_clusters(
    offers: Sequence[Candidate],
    resources: Mapping[ResourceKey, Sequence[Candidate]],
    choose: Chooser,
    purchases: Purchases,
) -> list[Cluster]:
    """Offers with the resources that they are about, those together that have one or overlap."""
    accounts: defaultdict[str, list[ResourceKey]] = defaultdict(list)
    for key in resources if offers else ():
        accounts[key[2]].append(key)
    groups: list[tuple[list[Candidate], set[ResourceKey]]] = []
    for offer in sorted(offers, key=lambda one: one.name):
        account = offer.resource[2]
        near = [*accounts[account], *accounts[""]] if account else list(resources)
        ours = {key for key in near if any(fits(offer, one) for one in resources[key])}
        touching = [not ours.isdisjoint(keys) or any(fits(offer, one) for one in found) for found, keys in groups]
        merged = ([offer], ours)
        for (found, keys), touches in zip(groups, touching, strict=True):
            if touches:
                merged = ([*merged[0], *found], merged[1] | keys)
        groups = [*(group for group, touches in zip(groups, touching, strict=True) if not touches), merged]
    return [Cluster(found, {key: resources[key] for key in sorted(keys)}, choose, purchases) for found, keys in groups]
