"""How often the interval of realised savings holds the truth, and what did nothing is called a saving.

    python -m benchmarks.realised --series 2000 --seed 7

Each series is one resource of simulated days: 28 before a change, its day, and 7, 14 or 28 after it, around a level
that the change lowers by a known share. Printed per kind of days, over all lengths: how many intervals hold the true
saving (95 % is claimed), how many resources that nothing was done to are called saved, and how many true savings are
told. A random walk is none of them: its level moves by itself, and no days before say where to.
"""

import argparse
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from savings.realised.bills import Bills
from savings.realised.closings import Closing
from savings.realised.run import realise
from savings.realised.series import Series

CHANGED, LEVEL = dt.date(2026, 9, 13), 20.0
LENGTHS, EFFECTS = (7, 14, 28), (0.0, 0.2, 0.4, 1.0)
KEY = ("bills", "1", "r-1")
SCOPE = ("bills", "1", "", "", "USD")
Deviation = Callable[[random.Random], Iterator[float]]


def alike(share: float, size: float) -> Deviation:
    """Days that repeat so much of the deviation of the day before."""

    def draw(rng: random.Random) -> Iterator[float]:
        now = rng.gauss(0, size / (1 - share**2) ** 0.5)
        while True:
            yield now
            now = share * now + rng.gauss(0, size)

    return draw


def spiky(rng: random.Random) -> Iterator[float]:
    """Most days a little below the level, and some far above it."""
    while True:
        yield (rng.expovariate(1) - 1) * 0.1


#: By name: the deviation of a day from its level as a share of it, and what a day at the weekend costs beside others.
KINDS: dict[str, tuple[Deviation, float]] = {
    "days of their own": (alike(0, 0.05), 1),
    "days a little alike (0.3)": (alike(0.3, 0.05), 1),
    "days alike (0.6)": (alike(0.6, 0.05), 1),
    "days much alike (0.8)": (alike(0.8, 0.05), 1),
    "spikes": (spiky, 1),
    "quiet weekends": (alike(0, 0.05), 0.4),
    "quiet weekends, days alike (0.6)": (alike(0.6, 0.05), 0.4),
}


def draw_days(rng: random.Random, kind: str, after: int, effect: float) -> dict[dt.date, float]:
    """What a resource costs on each day; from the day after the change less by the effect."""
    (deviation, weekend), costs = KINDS[kind], {}
    drawn = deviation(rng)
    for offset in range(-28, after + 1):
        on = CHANGED + dt.timedelta(days=offset)
        level = LEVEL * (1 - effect if offset > 0 else 1) * (weekend if on.weekday() >= 5 else 1)
        costs[on] = max(level * (1 + next(drawn)), 0.0)
    return costs


def find_truth(kind: str, after: int, effect: float) -> float:
    """What the change saves in 30 days of those that are billed after it."""
    days = [CHANGED + dt.timedelta(days=offset) for offset in range(1, after + 1)]
    weekend = KINDS[kind][1]
    return 30 * LEVEL * effect * sum(weekend if on.weekday() >= 5 else 1 for on in days) / len(days)


def judge(costs: dict[dt.date, float], rest: dict[dt.date, float], effect: float) -> dict[str, Any]:
    """The row of a finding that was to save so much. ``rest``: of its scope."""
    lines: list[Mapping[str, Any]] = [_line(on, cost) | {"resource_id": "r-1"} for on, cost in costs.items()]
    scope = Series.of([*lines, *(_line(on, cost) for on, cost in rest.items())]).costs
    names = "check_name title provider region resource_name service_name lever component last_seen".split()
    promised = Decimal(str(round(LEVEL * 30 * (effect or 0.4), 2)))
    finding = dict.fromkeys(names) | {
        "recommendation_id": "a", "source_name": "bills", "account_id": "1", "resource_id": "r-1", "lever": "rightsize",
        "component": "all", "billing_currency": "USD", "status": "done", "monthly_saving": promised,
        "monthly_cost": Decimal(str(LEVEL * 30)),
    }  # fmt: skip
    bills = Bills(known={KEY[:2]: list(costs)}, lines={KEY: lines}, scopes={SCOPE: scope})
    (row,) = realise([Closing(finding, CHANGED)], bills)
    return row


def _line(on: dt.date, cost: float) -> dict[str, Any]:
    amount = Decimal(repr(cost)).quantize(Decimal("1e-12"))
    return {"usage_date": on, "period_days": 1, "cost": amount, "billed_cost": amount, "quantity": amount,
            "currency": "USD"}  # fmt: skip


def measure(kind: str, series: int, seed: int) -> Counter[str]:
    """What came of so many series of a kind: lengths and effects in turn."""
    rng, found = random.Random(f"{seed} {kind}"), Counter[str]()
    for number in range(series):
        after, effect = LENGTHS[number % 3], EFFECTS[number // 3 % 4]
        costs = draw_days(rng, kind, after, effect)
        row = judge(costs, {}, effect)
        found["with effect" if effect else "without effect"] += 1
        if row["realised_low"] is None:
            # its last days look as though its cost came back, and are too few to say so
            continue
        truth = Decimal(str(find_truth(kind, after, effect)))
        found["intervals"] += 1
        found["held"] += row["realised_low"] <= truth <= row["realised_high"]
        found["told" if effect else "false"] += row["verdict"] == "saved"
    return found


def measure_shrinkage(series: int, seed: int) -> Counter[str]:
    """Scopes that shrink by 20 to 60 % while nothing is done to the resource, which moves with them."""
    rng, found = random.Random(seed), Counter[str]()
    for number in range(series):
        load = draw_days(rng, "days alike (0.6)", LENGTHS[number % 3], rng.uniform(0.2, 0.6))
        own = {on: cost * max(1 + rng.gauss(0, 0.05), 0) for on, cost in load.items()}
        row = judge(own, {on: 20 * cost for on, cost in load.items()}, 0.0)
        found["without effect"] += 1
        found["false"] += row["verdict"] == "saved"
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--series", type=int, default=2000, help="series of each kind")
    parser.add_argument("--seed", type=int, default=7, help="what they are drawn by")
    given = parser.parse_args(arguments)
    print("| | interval holds | called saved, nothing was done | true savings told |\n|---|---|---|---|")
    for kind in KINDS:
        got = measure(kind, given.series, given.seed)
        print(f"| {kind} | {got['held'] / got['intervals']:.1%} | {got['false'] / got['without effect']:.1%} | "
              f"{got['told'] / got['with effect']:.1%} |")  # fmt: skip
    shrunk = measure_shrinkage(given.series, given.seed)
    print(f"| the whole scope shrinks | | {shrunk['false'] / shrunk['without effect']:.1%} | |")


if __name__ == "__main__":
    main()
