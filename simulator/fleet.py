"""The company's resources at one cloud: a `Line` is one resource and meter, billed once a day while it lives."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.catalogue import Item
from simulator.company import Account
from simulator.errors import SimulationError
from simulator.periods import Period, Window
from simulator.rhythm import RHYTHMS, draw_quantities

#: Resources that cost more than this a day live as long as the window, so that their start is not a surprise.
_SHORT_LIVED_BELOW = 6.0
_GROWTH = {"business": 0.18, "steady": 0.14, "batch": 0.20, "always_on": 0.0, "office_hours": 0.0}


@dataclass(frozen=True)
class Line:
    """One resource and meter: where it runs, whose it is, what it costs a day."""

    item: Item
    account: Account
    region: str
    team: str
    tagging: str  # full, partly or none
    token: str  # hexadecimal, names the resource
    quantity: float
    start: int = 0  # day index of the first day
    stop: int = 1 << 30  # day index after the last day
    label: str = ""  # what a planted line stands for
    kind: str = ""  # overrides the item's kind
    resource_id: str = ""  # a planted resource's own id

    @property
    def payment(self) -> str:
        return self.kind or self.item.kind

    @property
    def daily_cost(self) -> float:
        """Usual cost of a day in units of the currency; a yardstick, never summed as money."""
        return self.quantity * self.item.price / 1e6

    def count_days(self, window: Window) -> int:
        return max(0, min(self.stop, window.days) - max(self.start, 0))


def make_token(*parts: object, length: int = 40) -> str:
    """A hexadecimal name that follows from its parts alone."""
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=32).hexdigest()[:length]


def make_guid(*parts: object) -> str:
    """A GUID that follows from its parts alone."""
    token = make_token(*parts, length=32)
    return f"{token[:8]}-{token[8:12]}-4{token[13:16]}-9{token[17:20]}-{token[20:32]}"


def build_lines(
    items: Sequence[Item],
    accounts: Sequence[Account],
    planted: Sequence[Line],
    window: Window,
    row_budget: int,
    rows_of_line: Callable[[Line], int],
    generator: np.random.Generator,
    namespace: str,
) -> list[Line]:
    """The planted lines and then ordinary ones until their rows over the window use up the budget.

    Every item occurs once before any occurs twice, then by weight. Raises SimulationError when not even the planted
    lines fit.
    """
    remaining = row_budget - sum(rows_of_line(line) for line in planted)
    if remaining < 0:
        cloud = namespace.partition("/")[0]
        raise SimulationError(
            f"too few rows per month: what is always there at {cloud} needs {-remaining} rows more over all months"
        )
    lines = list(planted)
    cycle = [item for item in items for _ in range(item.weight)]
    order = [cycle[i] for i in generator.permutation(len(cycle))]
    while remaining > 0:
        number = len(lines) - len(planted)
        item = items[number] if number < len(items) else order[number % len(order)]
        line = _make_line(item, accounts, window, generator, f"{namespace}/{number}")
        rows = rows_of_line(line)
        if rows > remaining:  # the last line lives only as long as the budget lasts
            per_day = max(1, rows // max(1, line.count_days(window)))
            line = _make_line(item, accounts, window, generator, f"{namespace}/{number}", remaining // per_day)
            if not line.count_days(window):
                break
            lines.append(line)
            break
        lines.append(line)
        remaining -= rows
    return lines


def _make_line(
    item: Item,
    accounts: Sequence[Account],
    window: Window,
    generator: np.random.Generator,
    name: str,
    days: int | None = None,
) -> Line:
    allowed = [
        a for a in accounts if a.weight and (not item.accounts or a.name in item.accounts or a.id in item.accounts)
    ]
    weights = np.cumsum([a.weight for a in allowed])
    account = allowed[int(np.searchsorted(weights, generator.random() * weights[-1], side="right"))]
    team = account.teams[int(generator.random() * len(account.teams))]
    draw = generator.random()
    tagging = "none" if draw < 0.10 else "partly" if draw < 0.18 else "full"
    scale = 0.5 + 1.2 * generator.random()
    quantity = item.quantity if item.rhythm == "always_on" else item.quantity * scale
    start, stop = 0, 1 << 30
    born, dies, when = generator.random(3)
    if quantity * item.price / 1e6 < _SHORT_LIVED_BELOW and item.kind == "on_demand":
        start = int(when * 0.8 * window.days) if born < 0.12 else 0
        stop = start + int((0.2 + 0.8 * when) * window.days) if dies < 0.06 else stop
    if days is not None:
        start, stop = 0, days
    kind = item.kind
    if kind in ("plan", "reserved") and generator.random() < 0.25:
        kind = "on_demand"
    return Line(item, account, account.region, team, tagging, make_token(name), quantity, start, stop, kind=kind)


class Fleet:
    """The lines of one cloud and their quantities month by month; the same seed always draws the same."""

    def __init__(self, lines: Sequence[Line], seed: int, stream: int) -> None:
        self.lines = tuple(lines)
        self._seed = (seed, stream)
        self.start = np.array([line.start for line in lines], dtype=np.int64)
        self.stop = np.array([line.stop for line in lines], dtype=np.int64)
        self.price = np.array([line.item.price for line in lines], dtype=np.int64)

    @cached_property
    def _vectors(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        base = np.array([line.quantity for line in self.lines])
        rhythm = np.array([RHYTHMS.index(line.item.rhythm) for line in self.lines])
        growth = np.array([0.0 if line.label else _GROWTH[line.item.rhythm] for line in self.lines])
        return base, rhythm, growth

    def draw_month(self, period: Period) -> np.ndarray:
        """Quantities (lines x days) in ten-thousandths; 0 on days on which a line does not live."""
        generator = np.random.default_rng([*self._seed, period.index])
        quantities = draw_quantities(period, *self._vectors, generator)
        day = period.first_day + np.arange(period.days)
        alive = (day >= self.start[:, None]) & (day < self.stop[:, None])
        return np.where(alive, quantities, 0)

    def select(self, keep: Callable[[Line], bool]) -> np.ndarray:
        """Which lines fulfil a condition, as a boolean mask."""
        return np.array([keep(line) for line in self.lines], dtype=bool)
