"""The Azure reservations and savings plans: what a month costs, and how it is spread over the days."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.azure_items import AZURE_ITEMS
from simulator.catalogue import Item
from simulator.company import AZURE_ACCOUNTS, Account, find_account
from simulator.fleet import Line, make_guid, make_token
from simulator.periods import Period
from simulator.rhythm import QUANTITY_SCALE
from simulator.writers import MONEY_SCALE

_LINES_PER_BENEFIT = 40
_CENT = MONEY_SCALE // 100
#: Price per unit against the contract price, in percent.
_RESERVATION_PERCENT, _PLAN_PERCENT = 62, 70
_PLAN_UTILISATION = 92


@dataclass(frozen=True)
class Benefit:
    """A reservation or a savings plan that is paid monthly.

    ``monthly`` is the price of one reserved instance (1e-10 EUR); a savings plan has an hourly ``commitment`` instead
    (millionths).
    """

    kind: str  # Reservation or SavingsPlan
    account: Account
    item: Item
    order: str
    id: str
    name: str
    lines: tuple[int, ...]
    count: int = 0
    monthly: int = 0
    commitment: int = 0

    @property
    def arm_id(self) -> str:
        if self.kind == "Reservation":
            return f"/providers/Microsoft.Capacity/reservationOrders/{self.order}/reservations/{self.id}"
        return f"/providers/Microsoft.BillingBenefits/savingsPlanOrders/{self.order}/savingsPlans/{self.id}"

    @property
    def order_name(self) -> str:
        if self.kind == "Reservation":
            size = f"Standard_{self.item.meter.replace(' ', '_')}"
            return f"Reserved VM Instance, {size}, EU West, 1 Year"
        return "Compute savings plan, 1 Year"

    def purchase(self, period: Period) -> int:
        """What the month costs."""
        if self.kind == "Reservation":
            return self.monthly * self.count
        return self.commitment * 24 * period.days * QUANTITY_SCALE

    def day_shares(self, period: Period) -> list[int]:
        """The purchase spread over the days; the last day has what does not divide."""
        share, rest = divmod(self.purchase(period), period.days)
        return [share] * (period.days - 1) + [share + rest]

    def rate(self, period: Period) -> int:
        """Millionths of a euro per used hour."""
        if self.kind == "Reservation":
            return self.monthly // (24 * period.days * QUANTITY_SCALE)
        return self.item.price * _PLAN_PERCENT // 100


def planted_lines() -> list[Line]:
    """A few lines under each kind of benefit, so that both exist in the smallest company."""
    account = find_account(AZURE_ACCOUNTS, "crm-prod")
    return [
        Line(
            item,
            account,
            account.region,
            account.teams[0],
            "full",
            make_token("benefit", item.meter, number),
            item.quantity,
            label="commitment",
        )
        for item in AZURE_ITEMS
        if item.kind in ("plan", "reserved")
        for number in range(3)
    ]


def buy_benefits(lines: Sequence[Line]) -> list[Benefit]:
    """Benefits for all lines of kind ``reserved`` and ``plan``, each somewhat larger than what it covers."""
    benefits = []
    for item in AZURE_ITEMS:
        members = [n for n, line in enumerate(lines) if line.item == item and line.payment == item.kind]
        if item.kind not in ("reserved", "plan"):
            continue
        for number, at in enumerate(range(0, len(members), _LINES_PER_BENEFIT)):
            chunk = tuple(members[at : at + _LINES_PER_BENEFIT])
            account = lines[chunk[0]].account
            order, identity = make_guid("order", item.meter, number), make_guid("benefit", item.meter, number)
            if item.kind == "reserved":
                count = len(chunk) + max(1, len(chunk) // 10)
                monthly = round(item.price * _RESERVATION_PERCENT // 100 * 730 * QUANTITY_SCALE / _CENT) * _CENT
                name = f"VM_RI_{item.meter.replace(' ', '')}_{number + 1}"
                benefits.append(Benefit("Reservation", account, item, order, identity, name, chunk, count, monthly))
            else:
                used = sum(round(lines[n].quantity) * (item.price * _PLAN_PERCENT // 100) for n in chunk)
                commitment = -(-used * 100 // (24 * _PLAN_UTILISATION * 1000)) * 1000
                name = f"Compute_SavingsPlan_{number + 1}"
                benefits.append(
                    Benefit("SavingsPlan", account, item, order, identity, name, chunk, commitment=commitment)
                )
    return benefits
