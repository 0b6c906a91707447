"""How long the best commitments of a year take to find: 8,760 hours of 50 families, one plan and overlapping ones.

    python -m benchmarks.commitments [--hours 8760] [--families 50]

Beside the bar of 10 seconds for each it prints how far from the best the mix may be (its proven bound), and what the
whole judgement of a pool takes with 60 days: every offer, each with its weeks left out, counted in Decimals.
"""

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks._measuring import Stopwatch, print_bar
from savings.checks.any.coverable_on_demand import COVERABLE_ON_DEMAND
from savings.commitments.judge import judge_commitments
from savings.commitments.mix import mix_levels
from savings.commitments.single import best_level
from savings.commitments.usage import saving_function
from savings.evidence import SEEDS

BAR_SECONDS = 10.0
LAST_DAY = dt.date(2026, 10, 31)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=8760, help="hours of usage (default 8760)")
    parser.add_argument("--families", type=int, default=50, help="families (default 50)")
    options = parser.parse_args()
    random = np.random.default_rng(20261130)
    usage, ratios = make_usage(random, options.hours, options.families), random.uniform(0.6, 0.9, options.families)

    watch = Stopwatch()
    level = best_level(usage, list(ratios))
    taken = watch.lap().seconds
    print_bar("one plan", taken, BAR_SECONDS, "s")
    mix = mix_levels(usage, ratios - 0.1, ratios)
    taken = watch.lap().seconds
    print_bar("one plan beside one of each family", taken, BAR_SECONDS, "s")
    alone = saving_function(usage, list(ratios))(level)
    print(
        f"  the mix saves {mix.saved / alone - 1:.1%} more than one plan, the best {mix.bound / mix.saved - 1:.3%} more"
    )

    rows = list(list_rows(make_usage(random, 60 * 24, options.families)))
    values = {one.name: one.value for one in COVERABLE_ON_DEMAND.parameters}
    with (SEEDS / "commitment_offers.csv").open(encoding="utf-8") as file:
        seeds = {"commitment_offers": list(csv.DictReader(file))}
    watch.lap()
    found, _ = judge_commitments(rows, seeds, values)
    print(
        f"  judged 60 days in {watch.lap().seconds:.1f} s: {found[0]['offer']}, {found[0]['hourly_commitment']} an hour"
    )
    return 0


def make_usage(random: np.random.Generator, hours: int, families: int) -> npt.NDArray[np.float64]:
    """Families of all sizes, each with its day and its weekend, and noise."""
    at = np.arange(hours)[:, None]
    day = 1 + 0.4 * np.sin(at * 2 * np.pi / 24) * random.random(families)
    weekend = np.where(at // 24 % 7 > 4, random.uniform(0.3, 1, families), 1)
    return random.lognormal(1, 1, families) * day * weekend * random.lognormal(0, 0.2, (hours, families))


def list_rows(usage: npt.NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    """Usage as rows of usage_hourly."""
    first = LAST_DAY - dt.timedelta(days=len(usage) // 24 - 1)
    start = dt.datetime.combine(first, dt.time())
    for (hour, family), amount in np.ndenumerate(usage):
        cost = Decimal(f"{amount:.12f}")
        yield {
            "source_name": "aws", "cloud": "aws", "billing_account_id": "payer", "currency": "USD", "pool": "compute",
            "family_group": "ec2", "family": f"m{family}", "region": "eu-west-1", "pricing_category": "Standard",
            "commitment_type": None, "plan_type": None, "term": None, "payment": None, "commitment_end_date": None,
            "started_at": start + dt.timedelta(hours=hour), "period_hours": 1, "billing_period": first,
            "cost": cost, "contracted_cost": cost, "units": Decimal(4), "first_day": first, "last_day": LAST_DAY,
        }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
