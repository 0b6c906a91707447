"""Findings as the plan reckons with them: exact fractions, so that nothing depends on rounding or order."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

#: Levers that change what is paid for use, not the use: they count last, on what is left.
RATE_LEVERS = ("commit", "rate")
#: The order in which levers of one part are given their share of what they save together.
LEVER_ORDER = ("delete", "rightsize", "schedule", "migrate", "setting", *RATE_LEVERS)
#: Decimal places of money.
PLACES = 12

#: Source, provider, account, region, resource and currency; without a resource the check too: what several find of an
#: account are different meters.
ResourceKey = tuple[str, ...]


@dataclass(frozen=True, eq=False)  # there is one of each
class Candidate:
    """A finding that states an amount. ``saving`` of ``cost`` is saved, and of ``covered`` the same share is freed."""

    name: str
    check_name: str
    resource: ResourceKey
    service: str
    lever: str
    component: str
    cost: Fraction
    saving: Fraction
    covered: Fraction
    pool: str
    purchase_pool: str

    @property
    def share(self) -> Fraction:
        """What of the cost is saved, 0 to 1."""
        return self.saving / self.cost

    @property
    def freed(self) -> Fraction:
        """What of a commitment becomes free."""
        return self.covered * self.share

    @property
    def is_offer(self) -> bool:
        """Whether it is about the rates of all usage of an account, and so of what its resources' findings leave."""
        return self.lever in RATE_LEVERS and not self.resource[4] and not self.is_purchase

    @property
    def is_purchase(self) -> bool:
        """Whether it is a commitment to buy for a pool of usage."""
        return self.lever == "commit" and bool(self.purchase_pool)

    @property
    def order(self) -> tuple[int, str]:
        """Its place among the findings of its part."""
        known = self.lever in LEVER_ORDER
        return (LEVER_ORDER.index(self.lever) if known else len(LEVER_ORDER), self.name)


def read_candidate(row: Mapping[str, Any]) -> Candidate | None:
    """A row of ml.recommendations; None where it saves nothing that can be added up."""
    saving = row["monthly_saving"]
    if saving is None or saving <= 0 or row["lever"] == "none":
        return None
    saved = Fraction(saving)
    names = ("source_name", "provider", "account_id", "region", "resource_id", "billing_currency")
    return Candidate(
        name=row["recommendation_id"],
        check_name=row["check_name"],
        resource=(*(row[name] or "" for name in names), "" if row["resource_id"] else row["check_name"]),
        service=row["service_name"] or "",
        lever=row["lever"],
        component=row["component"],
        # nothing saves more than it costs: where the cost is stated too low, the saving is all of it
        cost=max(Fraction(row["monthly_cost"] or 0), saved),
        saving=saved,
        covered=max(Fraction(row["covered_cost"] or 0), Fraction(0)),
        pool=row["commitment_pool"] or "",
        purchase_pool=row["purchase_pool"] or "",
    )


def as_money(amount: Fraction) -> Decimal:
    """Rounded to the places of money, however large it is."""
    whole = round(amount * 10**PLACES)
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -PLACES))


def add_money(amounts: list[Decimal]) -> Decimal:
    """The exact sum, however many digits it has."""
    return as_money(sum((Fraction(one) for one in amounts), Fraction(0)))
