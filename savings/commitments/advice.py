"""What one commitment would do for a pool of usage: the level to buy, what it saves, how much of it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from savings.commitments.risk import Risk, leave_one_week_out
from savings.commitments.single import best_level
from savings.commitments.usage import Matrix, Usage, cover, saving_function

#: Commitments are bought in thousandths of the currency an hour.
STEP = Decimal("0.001")
NOTHING, MONEY = Decimal(0), Decimal("1e-12")


@dataclass(frozen=True)
class Advice:
    """A purchase of `level` an hour, and what it would have done in the `days` looked at, in money of the pool.

    `on_demand` was paid without it; it `covered` that much of that for `committed`, of which `used` was used.
    """

    level: Decimal
    days: int
    on_demand: Decimal
    covered: Decimal
    committed: Decimal
    used: Decimal
    risk: Risk

    @property
    def saved(self) -> Decimal:
        """On-demand cost no longer paid, less the whole commitment."""
        return self.covered - self.committed

    @property
    def coverage(self) -> Decimal:
        """The share of the on-demand cost that it covered."""
        return self.covered / self.on_demand if self.on_demand else NOTHING

    @property
    def utilisation(self) -> Decimal:
        """The share of the commitment that was used."""
        return self.used / self.committed if self.committed else NOTHING

    @property
    def break_even(self) -> Decimal:
        """The share of the commitment, and so of the hours of a steady load, that must be used for it to pay."""
        return self.used / self.covered if self.covered else NOTHING

    def break_even_months(self, term_months: int) -> Decimal:
        """After so many months of use as now the whole term is earned, even if nothing is used any more."""
        return term_months * self.committed / self.covered if self.covered else Decimal(term_months)


def add_up(parts: Sequence[Advice]) -> Advice:
    """Purchases for different usage as one; its risk is that of the part for which most weeks lose."""
    worst = max(parts, key=lambda one: one.risk.losing).risk
    return Advice(
        level=sum((one.level for one in parts), NOTHING),
        days=parts[0].days,
        on_demand=sum((one.on_demand for one in parts), NOTHING),
        covered=sum((one.covered for one in parts), NOTHING),
        committed=sum((one.committed for one in parts), NOTHING),
        used=sum((one.used for one in parts), NOTHING),
        risk=Risk(worst.weeks, worst.losing, min(one.risk.share for one in parts)),
    )


def advise(
    usage: Usage, ratios: Sequence[Decimal], most_losing: Decimal = Decimal("0.05"), step: Decimal = STEP
) -> Advice:
    """The level of one commitment that saves most in `usage`, made safer by `leave_one_week_out`.

    `ratios`: the committed price by the on-demand price of each family, see `savings.commitments.usage`. The level is
    rounded down to whole steps, of which a reservation's is the price of a unit. `usage` is without what existing
    commitments cover, and net of what other savings take away (`Usage.net_of`).
    """
    searched = [float(ratio) for ratio in ratios]
    level, risk = leave_one_week_out(
        usage,
        lambda rows: best_level(rows, searched),
        lambda rows: saving_function(rows, searched),
        float(most_losing),
    )
    per_hour = Decimal(repr(level / usage.hours))
    # a level that is a whole number of steps but for the last digits of a float is that number
    steps = (per_hour / step + Decimal("1e-6")).to_integral_value(ROUND_DOWN)
    return measure(usage, steps * step, ratios, risk)


def measure(usage: Usage, level: Decimal, ratios: Sequence[Decimal], risk: Risk) -> Advice:
    """What a commitment of `level` an hour does in `usage`, counted in Decimals."""
    a_row = level * usage.hours
    done = cover(usage.amounts, a_row, ratios)
    return Advice(
        level=level,
        days=usage.days,
        on_demand=_sum(usage.amounts),
        covered=_sum(done.covered),
        committed=(a_row * len(usage.amounts)).quantize(MONEY),
        used=_sum(done.used),
        risk=risk,
    )


@dataclass(frozen=True)
class Later:
    """What is to be added on the day that existing commitments end and what they cover is paid on demand again."""

    day: date
    level: Decimal


def advise_later(
    usage: Usage, returning: Mapping[date, Matrix], ratios: Sequence[Decimal], bought: Decimal, most_losing: Decimal
) -> list[Later]:
    """Purchases on the days that existing commitments end, after `bought` an hour now.

    `returning`: for each end date what would be paid on demand for the usage that is covered until then, shaped as the
    usage. Bought earlier, a commitment would lie idle until that day, so each waits for its day.
    """
    found = []
    for day in sorted(returning):
        usage = usage.plus(returning[day])
        level = advise(usage, ratios, most_losing).level
        if level > bought:
            found.append(Later(day, level - bought))
            bought = level
    return found


def _sum(amounts: Matrix) -> Decimal:
    return Decimal(amounts.sum()).quantize(MONEY) if amounts.size else NOTHING
