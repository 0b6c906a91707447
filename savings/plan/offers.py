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
from savings.plan.near import Near
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
        near = Near((one, one) for one in self._offers)
        # of each resource's component, the offers it could belong to
        self._fitting: dict[ResourceKey, dict[str, list[Candidate]]] = {}
        # of each offer, the resources that could belong to it
        self._reached: defaultdict[Candidate, list[ResourceKey]] = defaultdict(list)
        for key, found in resources.items():
            fitting: dict[str, dict[Candidate, None]] = {one.component: {} for one in found}
            for one in found:
                fitting[one.component].update((offer, None) for offer in near.find(one) if fits(offer, one))
            self._fitting[key] = {part: sorted(some, key=lambda one: one.name) for part, some in fitting.items()}
            for offer in {offer for some in fitting.values() for offer in some}:
                self._reached[offer].append(key)

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
        taken = dict.fromkeys(way)
        for one in sorted(way, key=lambda one: (one.saving, one.name)):
            # only what the offer is about is worth something else without it
            before = self._value(self._reached[one], taken) + one.saving * self._purchases.keep(one.purchase_pool)
            del taken[one]
            if self._value(self._reached[one], taken) <= before:
                taken[one] = None
        return tuple(taken)

    def _worth(self, way: tuple[Candidate, ...]) -> Fraction:
        offered = (one.saving * self._purchases.keep(one.purchase_pool) for one in way)
        return sum(offered, NOTHING) + self._value(self._resources, set(way))

    def _value(self, keys: Iterable[ResourceKey], way: Collection[Candidate]) -> Fraction:
        return sum((self._choose(key, self._weigh(key, way)).value for key in keys), NOTHING)

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
    found = list(order)
    near, taken = Near((one, one) for one in found), dict[Candidate, None]()
    for one in found:
        if not any(other in taken and fits(one, other) for other in near.find(one)):
            taken[one] = None
    return tuple(taken)


def gather_clusters(
    offers: Sequence[Candidate],
    resources: Mapping[ResourceKey, Sequence[Candidate]],
    choose: Chooser,
    purchases: Purchases,
) -> list[Cluster]:
    """Offers with the resources that they are about, those together that have one or overlap."""
    ordered = sorted(offers, key=lambda one: one.name)
    near_resources = Near((one, key) for key in (sorted(resources) if offers else ()) for one in resources[key])
    near_offers = Near((one, one) for one in ordered)
    reached = {
        offer: [key for key in near_resources.find(offer) if any(fits(offer, one) for one in resources[key])]
        for offer in ordered
    }
    of_resource: defaultdict[ResourceKey, list[Candidate]] = defaultdict(list)
    for offer, keys in reached.items():
        for key in keys:
            of_resource[key].append(offer)
    groups: list[list[Candidate]] = []
    seen: set[Candidate] = set()
    seen_keys: set[ResourceKey] = set()
    for first in ordered:
        if first in seen:
            continue
        group, waiting = [], [first]
        seen.add(first)
        while waiting:
            group.append(offer := waiting.pop())
            keys = [key for key in reached[offer] if key not in seen_keys]
            seen_keys.update(keys)
            touched = [one for key in keys for one in of_resource[key]]
            touched += [one for one in near_offers.find(offer) if one not in seen and fits(offer, one)]
            new = dict.fromkeys(one for one in touched if one not in seen)
            seen.update(new)
            waiting += new
        groups.append(group)
    return [
        Cluster(group, {k: resources[k] for k in sorted({k for o in group for k in reached[o]})}, choose, purchases)
        for group in groups
    ]
