"""What holds of every plan, over random findings on few resources, so that much overlaps."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from savings.plan import make_plan
from tests.savings_plan import Row, finding, is_offer, resource, try_all

LEVERS = ("delete", "schedule", "rightsize", "migrate", "setting", "commit", "rate")
ROUNDING = Decimal("1e-10")


@st.composite
def findings(draw: st.DrawFn, most: int = 6, is_covered: bool = False, has_offers: bool = True) -> list[dict[str, Any]]:
    """Findings on two resources of one account, and offers to it."""
    rows = []
    for number in range(draw(st.integers(0, most))):
        cost = draw(st.sampled_from([Decimal(10), Decimal(60), Decimal(100)]))
        saving = cost * draw(st.integers(1, 10)) / 10
        fields: dict[str, Any] = {
            "monthly_cost": cost,
            "lever": draw(st.sampled_from(LEVERS)),
            "component": draw(st.sampled_from(["all", "compute", "storage"])),
            "resource_id": draw(st.sampled_from(["r-1", "r-1", "r-2", *([""] if has_offers else [])])),
        }
        is_wide = not fields["resource_id"] and fields["lever"] in ("commit", "rate")
        if is_wide:
            # an offer is about more than a resource
            fields |= {"monthly_cost": cost * 40, "region": draw(st.sampled_from(["", "us-east-1", "eu-west-1"]))}
            saving *= 5
        if is_covered and not is_wide:
            fields |= {"commitment_pool": "p", "covered_cost": draw(st.sampled_from([Decimal(0), Decimal(35)]))}
            fields["pool_on_demand_cost"] = Decimal(10_000)
        rows.append(finding(f"f{number}", str(saving), **fields))
    return rows


def total(rows: list[dict[str, Any]]) -> Decimal:
    return make_plan(rows).totals.get("USD", Decimal(0))


@settings(max_examples=300, deadline=None)
@given(findings())
def test_the_plan_is_the_best_of_all_sets(rows: list[dict[str, Any]]) -> None:
    assert abs(Fraction(total(rows)) - try_all(rows)) < Fraction(ROUNDING)


@settings(max_examples=300, deadline=None)
@given(findings(most=9))
def test_removing_a_finding_never_raises_the_total_and_costs_at_most_its_own_saving(rows: list[dict[str, Any]]) -> None:
    before = total(rows)
    for place, row in enumerate(rows):
        lost = before - total(rows[:place] + rows[place + 1 :])
        assert -ROUNDING <= lost <= row["monthly_saving"] + ROUNDING


@settings(max_examples=300, deadline=None)
@given(findings(is_covered=True, has_offers=False), st.sampled_from([0, 5, 20, 40, 80, 10_000]))
def test_the_same_holds_with_what_is_freed_of_commitments(rows: list[dict[str, Any]], left: int) -> None:
    """Whether the pool can use all of it, a part or nothing."""
    rows = [row | {"pool_on_demand_cost": Decimal(left)} for row in rows]
    before = total(rows)
    for place, row in enumerate(rows):
        lost = before - total(rows[:place] + rows[place + 1 :])
        freed = row["covered_cost"] * row["monthly_saving"] / row["monthly_cost"]
        assert -ROUNDING <= lost <= row["monthly_saving"] + freed + ROUNDING


@settings(max_examples=200, deadline=None)
@given(findings(most=9, is_covered=True), st.randoms(use_true_random=False))
def test_parts_sum_to_the_total_whatever_the_order(rows: list[dict[str, Any]], random: Any) -> None:
    plan = make_plan(rows)
    assert sum((part.saving for part in plan.parts.values()), Decimal(0)) == plan.totals.get("USD", Decimal(0))
    assert all(part.saving >= 0 for part in plan.parts.values())
    random.shuffle(rows)
    assert make_plan(rows) == plan


@settings(max_examples=200, deadline=None)
@given(findings(most=9))
def test_nobody_saves_more_than_everything_costs(rows: list[dict[str, Any]]) -> None:
    costs: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        part = _part(row)
        costs[part] = max(costs.get(part, Decimal(0)), row["monthly_cost"])
    assert total(rows) <= sum(costs.values()) + ROUNDING


@settings(max_examples=100, deadline=None)
@given(findings(most=5, is_covered=True), st.integers(0, 80))
def test_what_is_freed_is_never_worth_more_than_the_pool_has(rows: list[dict[str, Any]], left: int) -> None:
    rows = [row | {"pool_on_demand_cost": Decimal(left)} for row in rows]
    freed = sum((part.freed for part in make_plan(rows).parts.values()), Decimal(0))
    assert freed <= left


def _part(row: Row) -> tuple[Any, ...]:
    return (*resource(row), row["component"], row["region"] if is_offer(row) else "")
