"""What a provider advises, in one form whichever provider it is, and what reading a place of it came to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from savings.check import Component, Effort, Lever
from savings.findings import RiskClass

#: At what price a provider reckoned an amount: the customer's own, its list's, or it does not say.
PriceBasis = Literal["own", "list", "unknown"]
#: Money has 12 decimals.
MONEY = Decimal("1e-12")


@dataclass(frozen=True)
class Kind:
    """What is advised, in the words of `savings.check`: what is done, and to what part of the resource."""

    lever: Lever
    component: Component


#: What is advised is not known here: it is shown, and counts nothing.
UNKNOWN = Kind("none", "all")


@dataclass(frozen=True)
class Period:
    """The time that an amount is of: so many days, and how people call it."""

    days: Decimal
    words: str


#: A month of a provider is a twelfth of a year.
A_MONTH, A_YEAR = Period(Decimal(365) / 12, "a month"), Period(Decimal(365), "a year")


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One row of a provider's advice. Amounts are as the provider states them: in its `currency`, of its `period`.

    `place` is where it stands: the file and row, or the subscription. `resource_id` is as the provider writes it; empty
    where it is about usage of an account. `native_action` and `native_type` are the provider's names of what is done
    and to what, `words` the same for people, `target` what is advised instead. `saving` and `cost` are after discounts
    where the provider states them so, with the same before; `basis` is at what price they are reckoned. `saves_all`:
    what is done ends all of the part's cost. `pools`: of a commitment, the kinds of usage that it is for, as
    `savings/seeds/commitment_eligibility.csv` names them.
    """

    place: str
    provider: str
    account_id: str
    region: str
    resource_id: str
    native_id: str
    native_action: str
    native_type: str
    words: str
    summary: str
    target: str
    kind: Kind
    effort: Effort
    risk_class: RiskClass
    currency: str
    period: Period
    saving: Decimal | None
    basis: PriceBasis
    saves_all: bool = False
    cost: Decimal | None = None
    saving_before_discounts: Decimal | None = None
    cost_before_discounts: Decimal | None = None
    needs_restart: bool | None = None
    look_back_days: int | None = None
    refreshed_at: dt.datetime | None = None
    other_resources: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """What of the cost is saved, more than 0 and at most 1; None where the provider does not tell.

        Of the amounts after discounts, else of those before: a discount on all of the usage changes both alike.
        """
        for saving, cost in ((self.saving, self.cost), (self.saving_before_discounts, self.cost_before_discounts)):
            if saving is not None and cost is not None and 0 < saving <= cost:
                return saving / cost
        return None

    @property
    def saving_in_30_days(self) -> Decimal | None:
        """What the provider says is saved, of 30 days."""
        return None if self.saving is None else self.saving * 30 / self.period.days

    def describe(self) -> dict[str, Any]:
        """What the provider says, for people to see beside what we say."""
        told: dict[str, Any] = {
            "native_id": self.native_id,
            "native_action": self.native_action,
            "native_type": self.native_type,
            "native_summary": self.summary,
            "native_resource": self.resource_id,
            "native_other_resources": list(self.other_resources) or None,
            "native_target": self.target,
            "native_currency": self.currency,
            "native_period": self.period.words,
            "native_saving": self.saving,
            "native_cost": self.cost,
            "native_saving_before_discounts": self.saving_before_discounts,
            "native_cost_before_discounts": self.cost_before_discounts,
            "native_price_basis": self.basis,
            "needs_restart": self.needs_restart,
            "look_back_days": self.look_back_days,
            "refreshed_at": None if self.refreshed_at is None else self.refreshed_at.isoformat(),
            "read_from": self.place,
        }
        return {name: value for name, value in told.items() if value not in (None, "")}


@dataclass(frozen=True)
class Left:
    """Advice that is not taken, and why; what is empty is not known of it."""

    reason: str
    account_id: str = ""
    region: str = ""
    resource_id: str = ""
    #: nothing of this account, or where that is empty of this place, could be read
    is_all: bool = False


@dataclass(frozen=True)
class Reading:
    """What is advised at a place, and what of it is not taken, with the reason."""

    advice: Sequence[Advice] = field(default_factory=tuple)
    left: Sequence[Left] = field(default_factory=tuple)

    def __add__(self, other: "Reading") -> "Reading":
        """Both together."""
        return Reading([*self.advice, *other.advice], [*self.left, *other.left])
