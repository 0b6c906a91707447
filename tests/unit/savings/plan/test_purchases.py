"""Commitments to buy for a pool of usage: last, on what the plan leaves of it."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from savings.plan import make_plan
from tests.savings_plan import finding

ROUNDING = Decimal("1e-10")
LAST = "in the plan, bought last, on what the plan leaves"


def purchase(name: str, saving: str, cost: str, pool: str = "compute") -> dict[str, Any]:
    """A commitment for a pool that costs so much on demand, bought in the payer's account."""
    fields = {"account_id": "payer", "region": "", "resource_id": pool, "service_name": None, "lever": "commit"}
    return finding(name, saving, monthly_cost=Decimal(cost), purchase_pool=pool, **fields)


def in_pool(name: str, saving: str, pool: str = "compute", **fields: Any) -> dict[str, Any]:
    return finding(name, saving, purchase_pool=pool, **fields)


def total(rows: list[dict[str, Any]]) -> Decimal:
    return make_plan(rows).totals.get("USD", Decimal(0))


def test_it_is_bought_on_what_deletes_and_sizes_leave() -> None:
    """1,000 on demand, 100 and 200 of them go away: 20 % of 700."""
    rows = [
        purchase("c", "200", "1000"),
        in_pool("a", "100", lever="delete", component="all"),
        in_pool("b", "200", resource_id="r-2", account_id="222222222222"),
    ]
    plan = make_plan(rows)
    assert (plan.parts["c"].saving, plan.parts["c"].note) == (Decimal(140), LAST)
    assert (plan.parts["a"].saving, plan.parts["b"].saving) == (Decimal(100), Decimal(200))
    assert plan.totals == {"USD": Decimal(440)}


def test_what_is_not_in_the_pool_leaves_it_as_it_is() -> None:
    rows = [
        purchase("c", "200", "1000"),
        finding("disk", "100", component="storage"),
        in_pool("db", "100", pool="database", resource_id="db"),
        in_pool("eur", "100", pool="compute in EUR", resource_id="r-3", billing_currency="EUR"),
    ]
    assert make_plan(rows).parts["c"].saving == Decimal(200)


def test_pools_do_not_exclude_one_another_and_one_counts_once() -> None:
    rows = [purchase("c", "200", "1000"), purchase("d", "70", "300", "database"), purchase("e", "150", "1000")]
    plan = make_plan(rows)
    assert plan.totals == {"USD": Decimal(270)}
    assert (plan.parts["e"].saving, plan.parts["e"].note) == (Decimal(0), "left out in favour of check_c")


def test_an_account_s_rates_leave_less_to_cover() -> None:
    """20 % of 1,000 less 100 by the resource and 300 - 30 by the rate, which is 30 % of what the resource leaves."""
    rate = finding("r", "300", resource_id="", lever="rate", monthly_cost=Decimal(1000), purchase_pool="compute")
    plan = make_plan([purchase("c", "200", "1000"), in_pool("a", "100"), rate])
    assert {name: one.saving for name, one in plan.parts.items()} == {
        "a": Decimal(100), "r": Decimal(270), "c": Decimal(126)
    }  # fmt: skip


def test_what_freed_commitments_take_over_is_not_covered_again() -> None:
    """Of 1,000 on demand 50 are taken over: 20 % of 950, and the 50."""
    freed: dict[str, Any] = {"commitment_pool": "p", "pool_on_demand_cost": Decimal(1000), "covered_cost": Decimal(50)}
    row = in_pool("a", "10", monthly_cost=Decimal(10), lever="delete", component="all", **freed)
    plan = make_plan([purchase("c", "200", "1000"), row])
    assert plan.parts["a"].saving == Decimal(60)
    assert plan.parts["c"].saving == Decimal("200") - Decimal("0.2") * 60


def test_of_a_pool_that_is_gone_nothing_is_bought() -> None:
    rows = [purchase("c", "20", "100"), in_pool("a", "90"), in_pool("b", "80", resource_id="r-2")]
    plan = make_plan(rows)
    assert (plan.parts["c"].saving, plan.totals) == (Decimal(0), {"USD": Decimal(170)})


def draw(random: Random, has_freed: bool) -> list[dict[str, Any]]:
    """Findings on few resources of two pools, purchases for them, and rates of the account."""
    homes = {"r-1": "compute", "r-2": "compute", "r-3": "database", "r-4": ""}
    rows = []
    for number in range(random.randint(1, 8)):
        cost = Decimal(random.choice([10, 60, 100]))
        resource, component = random.choice([*homes]), random.choice(["all", "compute", "storage"])
        fields: dict[str, Any] = {
            "monthly_cost": cost,
            "lever": random.choice(["delete", "schedule", "rightsize", "migrate", "rate"]),
            "component": component,
            "resource_id": resource,
            "purchase_pool": "" if component == "storage" and not has_freed else homes[resource],
        }
        if has_freed and homes[resource] == "compute":
            fields |= {"commitment_pool": "p", "covered_cost": Decimal(random.choice([0, 35]))}
        rows.append(finding(f"f{number}", str(cost * random.randint(1, 10) / 10), **fields))
    if has_freed:
        left = Decimal(random.choice([0, 20, 80, 9000]))
        rows = [row | ({"pool_on_demand_cost": left} if row["commitment_pool"] else {}) for row in rows]
    elif random.random() < 0.5:
        rate = {"lever": "rate", "resource_id": "", "service_name": None, "monthly_cost": Decimal(4000)}
        rows.append(finding("w", str(random.randint(10, 2000)), purchase_pool="compute", **rate))
    for pool in ("compute", "database"):
        if random.random() < 0.8:
            cost = Decimal(random.choice([50, 150, 9000]))
            rows.append(purchase(f"c-{pool}", str(cost * random.randint(1, 7) / 10), str(cost), pool))
    return rows


@pytest.mark.parametrize("has_freed", [False, True])
def test_removing_a_finding_never_raises_the_total_and_costs_at_most_its_own_saving(has_freed: bool) -> None:
    bought = 0
    for seed in range(400):
        rows = draw(Random(seed), has_freed)
        plan = make_plan(rows)
        before = plan.totals["USD"]
        assert sum((one.saving for one in plan.parts.values()), Decimal(0)) == before
        assert all(one.saving >= 0 for one in plan.parts.values())
        for place, row in enumerate(rows):
            lost = before - total(rows[:place] + rows[place + 1 :])
            freed = row["covered_cost"] * row["monthly_saving"] / row["monthly_cost"]
            assert -ROUNDING <= lost <= row["monthly_saving"] + freed + ROUNDING, (seed, row["recommendation_id"])
        bought += any(
            0 < plan.parts[n].saving < r["monthly_saving"] for r in rows if (n := r["recommendation_id"])[0] == "c"
        )
    assert bought > 100
