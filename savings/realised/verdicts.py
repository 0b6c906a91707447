"""What is said of a change: saved, not saved, unclear, or too early; and why."""

from dataclasses import dataclass
from fractions import Fraction

from savings.plan import as_money
from savings.realised.baseline import ZERO
from savings.realised.closings import Verdict
from savings.realised.measure import Measured
from savings.realised.offsets import Offset
from savings.realised.parameters import DAYS_AFTER, MONTH, SHORTFALL


@dataclass(frozen=True)
class Net:
    """A change with what came of it elsewhere, per day. ``unused``: of a freed commitment; ``returned``: what a new
    resource in its place costs."""

    measured: Measured
    unused: Offset
    returned: Offset

    @property
    def saving(self) -> Fraction:
        """What is cheaper per day, all in all."""
        return self.measured.saving - self.unused.amount - self.returned.amount

    @property
    def low(self) -> Fraction:
        """The lower end of its interval."""
        return self.measured.low - self.unused.most - self.returned.most

    @property
    def high(self) -> Fraction:
        """The upper end."""
        return self.measured.high - self.unused.least - self.returned.least

    @property
    def saved_to_date(self) -> Fraction:
        """What is cheaper by now, all days after the change together."""
        days = self.measured.windows.all_after
        came = [day for day in days if self.returned.since is not None and day >= self.returned.since]
        return self.measured.saved_to_date - self.unused.amount * len(days) - self.returned.amount * len(came)


def judge(net: Net, promised: Fraction | None) -> tuple[Verdict, str]:
    """The verdict on a change that was to save so much in 30 days (None: nobody knew), and why.

    Saved is what has an interval above zero. Nothing was saved where it is below zero or below half of the promise;
    what is neither is too early, and unclear once all days that are looked at are there.
    """
    days = len(net.measured.windows.after)
    context = _describe(net)
    if net.low > 0:
        return "saved", f"the bill is lower than it would have been on {days} days{context}"
    bound = ZERO if promised is None else promised * SHORTFALL / MONTH
    if net.high <= 0 or net.high < bound:
        return "not_saved", f"the bill of {days} days shows no saving{context}"
    between = f"between {_say(net.low)} and {_say(net.high)} in 30 days"
    if days < DAYS_AFTER:
        return "too_early", f"{days} of {DAYS_AFTER} days are billed: it may be {between}{context}"
    return "unclear", f"not to be told from the usual ups and downs: {between}{context}"


def _describe(net: Net) -> str:
    measured, parts = net.measured, []
    if measured.back_since is not None:
        parts.append(f"its cost was back on {measured.back_since}")
    if net.returned.amount > 0:
        parts.append(f"as dear and new since {net.returned.since}: {net.returned.what}")
    if net.unused.amount > 0:
        parts.append(f"nobody uses {_say(net.unused.amount)} in 30 days of commitment {net.unused.what}")
    if measured.scope_fall > 0:
        parts.append(f"by {float(measured.scope_fall):.0%} it went with the rest of its account, region and service")
    return "".join(f"; {part}" for part in parts)


def _say(amount: Fraction) -> str:
    return f"{as_money(amount * MONTH):,.2f}"
