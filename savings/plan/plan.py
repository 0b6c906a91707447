"""The plan: of all findings those that are followed together, and what each contributes to the one total.

The model, per currency, of 30 days:

1. On a resource, alternatives exclude one another, levers multiply and deleting excludes the rest
   (`savings.plan.resource`).
2. Commitments and rates that an account is offered count last, on what its resources are left with
   (`savings.plan.offers`).
3. Commitments to buy for a pool of usage count after those, on what everything else leaves of the pool
   (`savings.plan.purchases`).
4. What a followed finding frees of a commitment is worth what other usage of the same pool still pays on demand, and no
   more: of each pool the smaller of both, where the on-demand cost of the pool is that of the bill less what is planned
   to be saved of it. A freed unit counts at what the commitment costs, which is never more than the usage that takes it
   over costs on demand (`savings.plan.freed`).

What each finding contributes is its ``planned_saving``; these sum exactly to the total. Without a finding the total is
never larger, and smaller by at most what the finding saves and frees.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from savings.plan.candidates import Candidate, ResourceKey, add_money, as_money, read_candidate
from savings.plan.freed import Followed, find_counted
from savings.plan.mixed import NOTHING_DONE, find_mixed, measure, solve_mixed
from savings.plan.offers import NOTHING, Weights, fits, gather_clusters
from savings.plan.purchases import Purchases, find_exceeded, find_purchases
from savings.plan.resource import ALL, Choice, choose

IN_PLAN = "in the plan"
BOUGHT_LAST = f"{IN_PLAN}, bought last, on what the plan leaves"
NO_AMOUNT = "not in the plan: the bill does not tell the amount"
ADVICE = "not in the plan: advice, nothing is saved by itself"


@dataclass(frozen=True)
class Planned:
    """A finding's part of the total, `freed` of which is for what it frees of a commitment, and why it is so much."""

    saving: Decimal
    freed: Decimal
    note: str


@dataclass(frozen=True)
class Plan:
    """Every finding's part, by recommendation_id, and the total of each currency."""

    parts: Mapping[str, Planned]
    totals: Mapping[str, Decimal]


def make_plan(rows: Iterable[Mapping[str, Any]]) -> Plan:
    """The plan of these findings, rows of ml.recommendations, in whatever order."""
    found = sorted(rows, key=lambda row: str(row["recommendation_id"]))
    candidates = [one for one in map(read_candidate, found) if one is not None]
    pools = {
        row["commitment_pool"]: Fraction(row["pool_on_demand_cost"] or 0) for row in found if row["commitment_pool"]
    }
    resources: defaultdict[ResourceKey, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if not one.is_offer and not one.is_purchase:
            resources[one.resource].append(one)
    saved, usable = _follow(candidates, resources, pools)
    parts = {}
    for row in found:
        name = row["recommendation_id"]
        parts[name] = Planned(as_money(NOTHING), as_money(NOTHING), _explain_unplanned(row))
    offers = [one for one in saved if one.is_offer or one.is_purchase]
    for one in candidates:
        worth = usable.get(one, NOTHING)
        note = _explain(one, saved, _list_rivals(one, offers, [s for s in resources[one.resource] if s in saved]))
        parts[one.name] = Planned(as_money(saved.get(one, NOTHING) + worth), as_money(worth), note)
    sums: defaultdict[str, list[Decimal]] = defaultdict(list)
    for row in found:
        sums[row["billing_currency"]].append(parts[row["recommendation_id"]].saving)
    return Plan(parts, {currency: add_money(amounts) for currency, amounts in sorted(sums.items())})


def _follow(
    candidates: Sequence[Candidate],
    resources: Mapping[ResourceKey, Sequence[Candidate]],
    pools: Mapping[str, Fraction],
) -> tuple[dict[Candidate, Fraction], dict[Candidate, Fraction]]:
    """What the followed findings save, and what of that which they free is used, with the purchases that pay."""
    offers, purchases = [one for one in candidates if one.is_offer], find_purchases(candidates)
    best = _buy(purchases, _choose_best(offers, resources, pools, purchases), pools)
    for pool in find_exceeded(purchases, candidates):
        fewer = purchases.without(pool)
        other = _buy(fewer, _choose_best(offers, resources, pools, fewer), pools)
        if best[0][purchases.made[pool]] < 0 or _sum(other) > _sum(best):
            purchases, best = fewer, other
    return best


def _buy(
    purchases: Purchases, followed: Followed, pools: Mapping[str, Fraction]
) -> tuple[dict[Candidate, Fraction], dict[Candidate, Fraction]]:
    usable = followed.use_freed(pools)
    removed = defaultdict(Fraction, followed.removed)
    for one, amount in usable.items():
        removed[one.purchase_pool] += amount
    return {**followed.saved, **purchases.take_from(removed)}, usable


def _sum(found: tuple[Mapping[Candidate, Fraction], Mapping[Candidate, Fraction]]) -> Fraction:
    return sum((amount for amounts in found for amount in amounts.values()), NOTHING)


@dataclass(frozen=True)
class _Chosen:
    """The offers that are taken, with what each saves, and what is done to each resource; ``offered`` ones among them
    are those that an offer is about."""

    taken: Mapping[Candidate, Fraction]
    choices: Mapping[ResourceKey, Choice]
    offered: frozenset[ResourceKey]

    def follow(self, resources: Mapping[ResourceKey, Sequence[Candidate]]) -> Followed:
        """What comes of it."""
        removed: defaultdict[str, Fraction] = defaultdict(Fraction)
        for one, amount in self.taken.items():
            removed[one.purchase_pool] += amount
        for key, choice in self.choices.items():
            places = {one.component: one.purchase_pool for one in resources[key] if one.purchase_pool}
            for component, amount in choice.parts.items():
                removed[places.get(component, "")] += amount
        saved, freed = dict(self.taken), dict[Candidate, Fraction]()
        for key in sorted(self.choices):
            saved |= self.choices[key].saved
            freed |= self.choices[key].freed
        return Followed(saved, freed, removed)


def _choose_best(
    offers: Sequence[Candidate],
    resources: Mapping[ResourceKey, Sequence[Candidate]],
    pools: Mapping[str, Fraction],
    purchases: Purchases,
) -> Followed:
    """What is followed: by what is saved, and in pools where that comes to more, by what is freed too."""
    plain = _choose_all(offers, resources, {}, purchases)
    if not any(pools.get(one.pool) and one.covered for found in resources.values() for one in found):
        return plain.follow(resources)
    kept = dict.fromkeys(pools, Fraction(1)) | purchases.weigh_freed(one for f in resources.values() for one in f)
    generous = _choose_all(offers, resources, kept, purchases)
    counted = find_counted(plain.follow(resources), generous.follow(resources), pools)
    mixed, solved = find_mixed(resources, plain.offered, pools), dict[ResourceKey, Choice]()
    for pool, keys in mixed.items():
        weighed = {
            key: purchases.weigh(found) for key, found in resources.items() if any(o.pool == pool for o in found)
        }
        others = [
            sum((measure(way.choices[key], pool, w) for key, w in weighed.items() if key not in keys), NOTHING_DONE)
            for way in (plain, generous)
        ]
        found = [(resources[key], weighed[key]) for key in keys]
        choices, way_of_others = solve_mixed(found, others, pool, pools[pool], kept[pool])
        solved |= dict(zip(keys, choices, strict=True))
        counted = counted | {pool} if way_of_others else counted - {pool}
    best = plain if not counted else generous
    if counted and counted != pools.keys():
        best = _choose_all(offers, resources, {pool: kept[pool] for pool in counted}, purchases)
    return replace(best, choices={**best.choices, **solved}).follow(resources)


def _choose_all(
    offers: Sequence[Candidate],
    resources: Mapping[ResourceKey, Sequence[Candidate]],
    counted: Mapping[str, Fraction],
    purchases: Purchases,
) -> _Chosen:
    """What is followed where the commitments that these pools free count as much as that."""
    known: dict[tuple[Any, ...], Choice] = {}

    def choose_once(key: ResourceKey, weights: Weights) -> Choice:
        asked = (key, tuple(sorted(weights.items())))
        if asked not in known:
            known[asked] = choose(resources[key], weights, counted)
        return known[asked]

    taken: dict[Candidate, Fraction] = {}
    choices: dict[ResourceKey, Choice] = {}
    for cluster in gather_clusters(offers, resources, choose_once, purchases):
        saved, done = cluster.solve()
        taken |= saved
        choices |= done
    offered = frozenset(choices)
    for key in resources:
        if key not in choices:
            choices[key] = choose_once(key, purchases.weigh(resources[key]))
    return _Chosen(taken, choices, offered)


def _list_rivals(one: Candidate, offers: Sequence[Candidate], beside: Sequence[Candidate]) -> list[Candidate]:
    """The followed findings that take something from this one: on its resource, or the offers that exclude it."""
    if one.is_purchase:
        return [o for o in offers if o is not one and o.is_purchase and o.purchase_pool == one.purchase_pool]
    if one.is_offer:
        return [other for other in offers if other is not one and other.is_offer and fits(one, other)]
    parts = (ALL, one.component)
    return [o for o in beside if o is not one and (o.component in parts or one.component == ALL)]


def _explain(one: Candidate, saved: Mapping[Candidate, Fraction], rivals: Sequence[Candidate]) -> str:
    names = ", ".join(sorted({other.check_name for other in rivals})) or "what is done to its resources"
    if one.is_purchase and one in saved:
        return BOUGHT_LAST
    if one not in saved:
        return f"left out in favour of {names}"
    return IN_PLAN if saved[one] == one.saving else f"{IN_PLAN}, on what is left by {names}"


def _explain_unplanned(row: Mapping[str, Any]) -> str:
    if row["lever"] == "none":
        return ADVICE
    return NO_AMOUNT if row["monthly_saving"] is None else "not in the plan: it saves nothing"
