"""What is planted: waste with its saving, and decoys that look like it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from simulator.opportunities.lines import Meter, Resource

if TYPE_CHECKING:
    from simulator.opportunities.bill import Bill

#: A saving per month, worked out when the whole bill is known; None where nothing can be said.
Saving = Callable[["Bill"], Decimal | None]


@dataclass(frozen=True)
class Planted:
    """A resource that a check must find.

    ``component`` is the part of its cost that shrinks. ``lever`` names what is done about it: of two findings with
    the same lever only one can be done. ``alternatives`` are savings that are right as well, each under the name of
    another sensible target. ``is_planned`` is false for what is waste or advice but no saving. ``least`` is the share
    of its cost that must be saved for the change to be worth its work; below it either answer is right, as where what
    ``rival`` saves is less: the least of all targets that the customer is billed for. ``billed`` is what its cost is
    billed under where that is not the resource itself.
    """

    check: str
    resource: Resource
    component: str
    saving: Saving
    detail: str = ""
    lever: str = ""
    alternatives: Mapping[str, Saving] = field(default_factory=dict)
    is_planned: bool = True
    waste: Saving | None = None
    least: Decimal = Decimal(0)
    rival: Saving | None = None
    billed: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Decoy:
    """A resource that a check must not find, and why not."""

    check: str
    resource: Resource
    why: str


def whole(resource: Resource) -> Saving:
    """All that the resource costs."""
    return lambda bill: bill.monthly(resource)


def cost_of(resource: Resource, component: str) -> Saving:
    """All that a component of it costs."""
    return lambda bill: bill.monthly(resource, component)


def share_of(resource: Resource, component: str, share: Decimal) -> Saving:
    """A fixed part of what a component costs."""
    return lambda bill: bill.monthly(resource, component) * share


def least_at_own_price(resource: Resource, successors: Sequence[Meter]) -> Saving:
    """The smallest saving of the successors that the customer is billed for; None where it is billed for none."""

    def saving(bill: "Bill") -> Decimal | None:
        (line,) = bill.lines(resource, lambda line: line.meter.component == "compute")
        owned = [meter for meter in successors if bill.own_price(meter, resource.region) is not None]
        cost = bill.monthly(resource, "compute")
        return min((cost * (1 - bill.price_ratio(line, meter)) for meter in owned), default=None)

    return saving
