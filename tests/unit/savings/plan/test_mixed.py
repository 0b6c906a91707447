"""Resources of which some findings are in a pool of commitments and others are not."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from savings.plan import make_plan, mixed
from tests.savings_plan import finding
from tests.unit.savings.plan.test_purchases import ROUNDING, purchase, total

#: Each resource's pool of freed commitments, and what could be bought for it.
POOLS, PURCHASES = {"r-1": "p", "r-2": "p", "r-3": "q", "r-4": "s"}, {"r-1": "c", "r-2": "c", "r-3": "d", "r-4": ""}


def draw(random: Random, buys: bool) -> list[dict[str, Any]]:
    left = {pool: Decimal(random.choice([0, 5, 20, 40, 80, 9000])) for pool in "pqs"}
    rows = []
    for number in range(random.randint(1, 8)):
        cost, resource = Decimal(random.choice([10, 60, 100])), random.choice([*POOLS])
        fields: dict[str, Any] = {
            "monthly_cost": cost,
            "lever": random.choice(["delete", "schedule", "rightsize", "migrate", "rate"]),
            "component": random.choice(["all", "compute", "storage"]),
            "resource_id": resource,
            "purchase_pool": PURCHASES[resource] if buys else "",
        }
        if random.random() < 0.5:
            covered = Decimal(random.choice([0, 35, 90]))
            fields |= {"commitment_pool": POOLS[resource], "covered_cost": covered,
                       "pool_on_demand_cost": left[POOLS[resource]]}  # fmt: skip
        rows.append(finding(f"f{number}", str(cost * random.randint(1, 10) / 10), **fields))
    for pool in ("c", "d") if buys else ():
        if random.random() < 0.8:
            cost = Decimal(random.choice([50, 150, 9000]))
            rows.append(purchase(f"c-{pool}", str(cost * random.randint(1, 7) / 10), str(cost), pool))
    return rows


# the last are those that were found wrong
@pytest.mark.parametrize("buys", [False, True])
@pytest.mark.parametrize("seeds", [range(150), (45, 165, 553, 3335)], ids=["many", "known"])
def test_removing_a_finding_never_raises_the_total_and_costs_at_most_its_own_saving(seeds: Any, buys: bool) -> None:
    for seed in seeds:
        rows = draw(Random(seed), buys)
        plan = make_plan(rows)
        before = plan.totals["USD"]
        assert sum((one.saving for one in plan.parts.values()), Decimal(0)) == before
        assert all(one.saving >= 0 for one in plan.parts.values())
        for place, row in enumerate(rows):
            lost = before - total(rows[:place] + rows[place + 1 :])
            freed = row["covered_cost"] * row["monthly_saving"] / row["monthly_cost"]
            assert -ROUNDING <= lost <= row["monthly_saving"] + freed + ROUNDING, (seed, row["recommendation_id"])


def test_what_is_saved_beside_the_pool_is_not_given_up_for_what_nothing_uses() -> None:
    """Of two ways to migrate, the one that frees 54 saves less; of the pool nobody pays anything on demand."""
    pool: dict[str, Any] = {"commitment_pool": "p", "covered_cost": Decimal(90), "lever": "migrate", "component": "all"}
    rows = [finding("a", "80", monthly_cost=Decimal(100), lever="migrate", component="all"),
            finding("b", "54", monthly_cost=Decimal(60), **pool)]  # fmt: skip
    assert total([row | {"pool_on_demand_cost": Decimal(0)} for row in rows]) == 80
    assert total([row | {"pool_on_demand_cost": Decimal(500)} for row in rows]) == 54 + 81


def test_beyond_so_many_ways_it_comes_to_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = [total(draw(Random(seed), False)) for seed in range(60)]
    monkeypatch.setattr(mixed, "MOST_WAYS", 0)
    climbed = [total(draw(Random(seed), False)) for seed in range(60)]
    assert all(one <= two for one, two in zip(climbed, tried, strict=True))
    assert sum(climbed) >= sum(tried) * Decimal("0.99")
