"""The plan: alternatives, levers that multiply, deletions, offers on what is left, and freed commitments."""

from decimal import Decimal

from savings.plan import make_plan
from tests.savings_plan import finding


def planned(*rows: dict[str, object]) -> dict[str, tuple[Decimal, str]]:
    """Each finding's part and note."""
    return {name: (one.saving, one.note) for name, one in make_plan(rows).parts.items()}


def test_of_one_lever_on_one_part_the_largest_counts() -> None:
    found = planned(finding("a", "40"), finding("b", "30"))
    assert found == {"a": (Decimal(40), "in the plan"), "b": (Decimal(0), "left out in favour of check_a")}


def test_levers_of_one_part_multiply() -> None:
    """100: sized down by 40 % leaves 60; switched off for half of the time leaves 30 of those."""
    cost = Decimal(100)
    found = planned(finding("a", "40", monthly_cost=cost), finding("b", "50", monthly_cost=cost, lever="schedule"))
    assert found["a"] == (Decimal(40), "in the plan")
    assert found["b"] == (Decimal(30), "in the plan, on what is left by check_a")


def test_an_alternative_that_frees_more_is_chosen_by_what_the_others_leave() -> None:
    """The schedule leaves nine tenths of what is saved, and all of what is freed: 1 + 1.80 and 7 beat 1 + 8.10."""
    pool = {"commitment_pool": "p", "pool_on_demand_cost": Decimal(20), "monthly_cost": Decimal(10)}
    smaller = finding("smaller", "2", covered_cost=Decimal(35), **pool)
    schedule = finding("schedule", "1", component="all", lever="schedule", **pool)
    other = finding("other", "9", **pool)
    assert make_plan([smaller, schedule]).totals == {"USD": Decimal("9.8")}
    assert make_plan([smaller, schedule, other]).totals == {"USD": Decimal("9.8")}


def test_parts_of_a_resource_add_up() -> None:
    assert make_plan([finding("a", "40"), finding("b", "30", component="storage")]).totals == {"USD": Decimal(70)}


def test_deleting_is_chosen_where_it_saves_more_than_the_rest_together() -> None:
    rest = [finding("a", "40"), finding("b", "30", component="storage")]
    delete = {"lever": "delete", "component": "all"}
    found = planned(finding("d", "71", **delete), *rest)
    assert found["d"] == (Decimal(71), "in the plan")
    assert found["a"] == (Decimal(0), "left out in favour of check_d")
    assert planned(finding("d", "70", **delete), *rest)["d"] == (
        Decimal(0),
        "left out in favour of check_a, check_b",
    )


def test_a_commitment_of_the_account_counts_on_what_is_left() -> None:
    """On demand 1,000, of which a resource no longer costs 100: 20 % of 900."""
    offer = finding("c", "200", resource_id="", region="", lever="commit", monthly_cost=Decimal(1000))
    found = planned(finding("a", "100"), offer)
    assert found["a"][0] == Decimal(100)
    assert found["c"] == (Decimal(180), "in the plan, on what is left by what is done to its resources")


def test_another_account_part_or_service_leaves_a_commitment_as_it_is() -> None:
    offer = finding("c", "200", resource_id="", lever="commit", monthly_cost=Decimal(1000))
    rows = [
        finding("a", "100", account_id="222222222222"),
        finding("b", "100", component="storage"),
        finding("d", "100", service_name="Databases", resource_id="db"),
        finding("e", "100", region="eu-west-1"),
    ]
    assert make_plan([offer, *rows]).parts["c"].saving == Decimal(200)


def test_offers_on_the_same_usage_are_alternatives_and_narrow_ones_add_up() -> None:
    offer = {"resource_id": "", "lever": "commit"}
    wide = finding("w", "100", **offer, service_name=None, region="")
    narrow = [finding("n1", "60", **offer), finding("n2", "70", **offer, region="eu-west-1")]
    found = planned(wide, *narrow)
    assert found["w"] == (Decimal(0), "left out in favour of check_n1, check_n2")
    assert make_plan([wide, *narrow]).totals == {"USD": Decimal(130)}


def test_what_states_no_amount_does_not_count() -> None:
    found = planned(finding("a", None), finding("b", "5", lever="none"))
    assert found["a"] == (Decimal(0), "not in the plan: the bill does not tell the amount")
    assert found["b"] == (Decimal(0), "not in the plan: advice, nothing is saved by itself")


def test_currencies_stay_apart() -> None:
    plan = make_plan([finding("a", "40"), finding("b", "30", billing_currency="EUR")])
    assert plan.totals == {"EUR": Decimal(30), "USD": Decimal(40)}


def test_a_freed_commitment_is_worth_what_others_of_its_pool_can_use() -> None:
    """Two resources free 50 and 30; elsewhere on-demand usage of 60 is left after 40 are saved of 100."""
    pool = {"lever": "delete", "component": "all", "commitment_pool": "p", "pool_on_demand_cost": Decimal(100)}
    one = finding("a", "25", monthly_cost=Decimal(25), covered_cost=Decimal(50), **pool)
    two = finding("b", "15", monthly_cost=Decimal(15), covered_cost=Decimal(30), resource_id="r-2", **pool)
    plan = make_plan([one, two])
    assert (plan.parts["a"].saving, plan.parts["a"].freed) == (Decimal(75), Decimal(50))
    assert (plan.parts["b"].saving, plan.parts["b"].freed) == (Decimal(25), Decimal(10))
    assert plan.totals == {"USD": Decimal(100)}


def test_a_freed_commitment_without_a_pool_is_worth_nothing() -> None:
    row = finding("a", "25", covered_cost=Decimal(50), lever="delete", component="all")
    assert make_plan([row]).totals == {"USD": Decimal(25)}


def test_amounts_of_many_digits_stay_exact() -> None:
    large = "12345678901234567890123456.123456789012"
    plan = make_plan([finding("a", large), finding("b", "0.000000000001", resource_id="r-2")])
    assert plan.totals == {"USD": Decimal("12345678901234567890123456.123456789013")}


def test_what_checks_find_without_a_resource_excludes_nothing_else_of_the_account() -> None:
    """Idle addresses without an id beside snapshots of the region: neither is part of the other."""
    idle = finding("a", "10", lever="delete", component="all", resource_id="", monthly_cost=Decimal(10))
    grown = finding("b", "30", lever="setting", component="storage", resource_id="")
    other = finding("c", "20", lever="setting", component="storage", resource_id="")
    assert make_plan([idle, grown, other]).totals == {"USD": Decimal(60)}
