"""What clouds sell: commitments by pool, term and payment, and at what price for which family."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from savings.commitments.pools import OwnRate, Pool

#: The columns that make an offer.
_KEY = (
    "cloud", "pool", "kind", "title", "flexible", "commitment_type", "plan_marker", "term_months", "payment",
    "smallest_unit",
)  # fmt: skip
#: A committed price of this share of on demand saves nothing.
SAVES_NOTHING = Decimal(1)


@dataclass(frozen=True)
class Offer:
    """A commitment that can be bought: `flexible` over the whole pool, else for one family in one region.

    `ratios`: committed by on-demand list price of each group of families. `commitment_type` and `plan_marker` are how
    usage that such a commitment covers, and its fee, are marked in a bill. `smallest_unit`: of a reservation, the least
    that can be bought in normalised units (a nano is a quarter, a node one); 0 where money is committed.
    """

    cloud: str
    pool: str
    kind: str
    title: str
    flexible: bool
    commitment_type: str
    plan_marker: str
    term_months: int
    payment: str
    smallest_unit: Decimal
    ratios: Mapping[str, Decimal]

    @property
    def needs_cash(self) -> bool:
        """Whether part of it is paid when it is bought."""
        return "upfront" in self.payment and not self.payment.startswith("no ")


@dataclass(frozen=True)
class Rates:
    """The ratios of an offer for a pool's families, and whether they are the customer's own or listed ones."""

    ratios: tuple[Decimal, ...]
    source: Literal["own rates", "own and listed rates", "listed rates"]


def read_offers(rows: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """The offers of seed commitment_offers: a row of it is one offer's price for one group of families."""
    ratios: dict[tuple[str, ...], dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        key = tuple(str(row[name] if row[name] is not None else "") for name in _KEY)
        ratios[key][str(row["family_group"])] = Decimal(str(row["price_ratio"]))
    return [
        Offer(cloud, pool, kind, title, flexible == "1", type_, marker, int(term), payment, Decimal(unit), found)
        for (cloud, pool, kind, title, flexible, type_, marker, term, payment, unit), found in ratios.items()
    ]


def find_rates(offer: Offer, pool: Pool) -> Rates:
    """What the offer costs each family of the pool, by what it costs on demand today.

    What the customer pays under such a commitment already goes before the list: its covered usage at its effective
    and at its contracted cost. A listed ratio is one of the price before other discounts.
    """
    own: dict[str, tuple[Decimal, Decimal]] = {}
    for rate in pool.own_rates:
        if _is_of(rate, offer):
            cost, contracted = own.get(rate.family, (Decimal(0), Decimal(0)))
            own[rate.family] = cost + rate.cost, contracted + rate.contracted_cost
    ratios, owned = [], 0
    for (family, _), group, factor in zip(pool.families, pool.groups, pool.price_factors, strict=True):
        if family in own and group in offer.ratios:
            owned += 1
            ratios.append(own[family][0] / own[family][1] * factor)
        else:
            ratios.append(offer.ratios.get(group, SAVES_NOTHING) * factor)
    sold = sum(group in offer.ratios for group in pool.groups)
    if not owned:
        return Rates(tuple(ratios), "listed rates")
    return Rates(tuple(ratios), "own rates" if owned == sold else "own and listed rates")


def _is_of(rate: OwnRate, offer: Offer) -> bool:
    """Whether covered usage is covered by such a commitment."""
    return (
        rate.commitment_type == offer.commitment_type
        and offer.plan_marker in rate.plan_type
        and rate.term_months == offer.term_months
        and (rate.payment == offer.payment or not rate.payment)
    )
