"""Bills whose truth is known: what was saved is told to the cent, and what was not is not called so."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from tests.realised_bill import CHANGED, Desk, closing, day, only, step

D = Decimal


def wobble(before: float, after: float, seed: int = 1, noise: float = 0.05, weekend: float = 1.0) -> Any:
    """Costs that go up and down by chance, and by weekday."""
    rng, costs = random.Random(seed), {}

    def cost(on: dt.date) -> float:
        if on not in costs:
            level = before if on <= CHANGED else after
            costs[on] = round(level * (weekend if on.weekday() >= 5 else 1) * (1 + rng.gauss(0, noise)), 12)
        return costs[on]

    return cost


@pytest.mark.parametrize(("after", "saved"), [(0, 150), (3, 60)])
def test_a_step_down_of_all_and_of_two_fifths_is_saved_to_the_cent(after: int, saved: int) -> None:
    row = only(Desk().bill(step(5, after)).judge(closing(saving=str(saved), acted=True)))
    assert (row["verdict"], row["realised_saving"], row["promised_saving"]) == ("saved", D(saved), D(saved))
    assert (row["expected_cost"], row["actual_cost"]) == (D(150), D(after * 30))
    assert row["realised_low"] <= row["realised_saving"] <= row["realised_high"]
    assert row["saved_to_date"] == D(saved) / 30 * 28
    assert (row["changed_on"], row["change_kind"], row["known_until"]) == (CHANGED, "executed", day(28))
    assert (row["days_before"], row["days_after"]) == (28, 28)


def test_what_costs_as_before_is_not_saved() -> None:
    row = only(Desk().bill(wobble(5, 5)).judge(closing(acted=True)))
    assert row["verdict"] == "not_saved" and row["realised_low"] < 0 < row["realised_high"]


def test_what_costs_more_than_before_is_not_saved() -> None:
    row = only(Desk().bill(wobble(5, 6)).judge(closing(acted=True)))
    assert row["verdict"] == "not_saved" and row["realised_saving"] < 0


def test_a_weekly_pattern_is_no_saving_and_hides_none() -> None:
    quiet = only(Desk(days_after=12).bill(wobble(10, 10, weekend=0.1)).judge(closing(acted=True)))
    assert quiet["verdict"] in ("not_saved", "too_early")
    saved = only(Desk(days_after=12).bill(wobble(10, 8.5, weekend=0.1, noise=0.02)).judge(closing(acted=True)))
    assert saved["verdict"] == "saved"
    # 12 days of 8.5 and 0.85 where 10 and 1 were to be expected, from Monday on: ten weekdays
    assert saved["realised_saving"] == pytest.approx(D(30) * (D("1.5") * 10 + D("0.15") * 2) / 12, rel=D("0.05"))


def test_a_cost_that_came_back_after_ten_days_is_no_saving_any_more() -> None:
    row = only(Desk().bill(lambda on: 0 if day(0) < on <= day(10) else 5).judge(closing(saving="150", acted=True)))
    assert (row["verdict"], row["rebound_kind"], row["rebound_on"]) == ("not_saved", "resource", day(11))
    assert row["realised_saving"] == 0 and row["saved_to_date"] == D(50)
    assert "its cost was back on 2026-09-24" in row["reason"]


def test_a_new_resource_of_the_same_size_is_the_old_one_again() -> None:
    desk = Desk().bill(step(5, 0)).others(step(20, 20)).new("r-9", 4, "5")
    row = only(desk.judge(closing(saving="150", acted=True)))
    assert (row["verdict"], row["rebound_kind"], row["rebound_on"]) == ("not_saved", "scope", day(4))
    assert (row["expected_cost"], row["rebound_cost"], row["realised_saving"]) == (D(150), D(150), D(0))
    assert row["saved_to_date"] == D(15)
    assert row["reason"].endswith("as dear and new since 2026-09-17: 1 resource(s)") and "r-9" not in row["reason"]


def test_two_deletions_and_one_new_resource_are_one_rebound() -> None:
    desk = Desk().bill(step(5, 0)).bill(step(5, 0), "r-2").others(step(20, 20)).new("r-9", 4, "5")
    rows = desk.judge(*(closing(n, "150", acted=True, resource_id=r) for n, r in (("a", "r-1"), ("b", "r-2"))))
    assert [row["rebound_cost"] for row in rows] == [D(75), D(75)]


def test_in_a_fleet_that_comes_and_goes_somebody_new_is_no_rebound() -> None:
    desk = Desk().bill(step(5, 0)).others(lambda on: 20 if on < day(4) else 15).new("r-9", 4, "5")
    row = only(desk.judge(closing(saving="150", acted=True)))
    assert (row["verdict"], row["rebound_on"], row["realised_saving"]) == ("saved", None, D(150))


@pytest.mark.parametrize("noise", [0.0, 0.08])
def test_what_fell_with_its_whole_scope_was_not_saved_by_the_action(noise: float) -> None:
    load = wobble(1, 0.6, noise=noise)
    desk = Desk().bill(lambda on: 5 * load(on)).others(lambda on: 100 * load(on))
    row = only(desk.judge(closing(acted=True)))
    assert row["verdict"] in ("not_saved", "unclear") and row["realised_low"] <= 0
    assert abs(row["realised_saving"]) < D("0.01") and "went with the rest" in row["reason"]


def test_a_volume_that_never_moved_with_its_scope_has_saved_although_the_scope_fell() -> None:
    desk = Desk().bill(step(5, 4)).others(wobble(100, 60, noise=0.1))
    row = only(desk.judge(closing(saving="30", acted=True)))
    assert (row["verdict"], row["realised_saving"]) == ("saved", D(30))


def test_a_scope_that_grew_raises_no_claim() -> None:
    load = wobble(1, 1.3, noise=0.08)
    desk = Desk().bill(lambda on: (5 if on <= CHANGED else 3) * load(on)).others(lambda on: 100 * load(on))
    assert only(desk.judge(closing(acted=True)))["realised_saving"] < D(45)


def test_what_is_deleted_costs_nothing_however_the_scope_fell() -> None:
    desk = Desk().bill(step(5, 0)).others(step(100, 60))
    assert only(desk.judge(closing(saving="150", acted=True)))["realised_saving"] == D(150)


@pytest.mark.parametrize(("idle", "saved", "verdict"), [(0, 150, "saved"), (2, 90, "saved"), (5, 0, "not_saved")])
def test_a_covered_resource_saved_what_somebody_else_used_of_the_commitment(
    idle: int, saved: int, verdict: str
) -> None:
    desk = Desk().bill(step(5, 0), commitment_discount_id="plan-1").unused(step(1, 1 + idle))
    row = only(desk.judge(closing(saving="150", acted=True)))
    assert (row["verdict"], row["realised_saving"], row["unused_commitment_cost"]) == (verdict, D(saved), D(30 * idle))


def test_what_goes_unused_is_taken_off_once() -> None:
    desk = Desk().bill(step(4, 0), commitment_discount_id="plan-1").unused(step(0, 3))
    desk.bill(step(2, 0), "r-2", commitment_discount_id="plan-1")
    rows = desk.judge(*(closing(n, "60", acted=True, resource_id=r) for n, r in (("a", "r-1"), ("b", "r-2"))))
    assert [row["unused_commitment_cost"] for row in rows] == [D(60), D(30)]


def test_lumps_of_a_months_end_are_neither_cost_nor_saving() -> None:
    # 31 August is in the four weeks before, 30 September after
    fee = {dt.date(2026, 8, 31), dt.date(2026, 9, 30)}
    for days_after in (10, 28):
        desk = Desk(days_after=days_after).bill(lambda on: 60 if on in fee else (5 if on <= CHANGED else 3))
        row = only(desk.judge(closing(acted=True)))
        assert (row["verdict"], row["realised_saving"]) == ("saved", D(60))
        unchanged = Desk(days_after=days_after).bill(lambda on: 60 if on in fee else 5)
        assert only(unchanged.judge(closing(acted=True)))["verdict"] == "not_saved"


def test_a_gigabyte_month_is_dearer_per_day_in_february_and_nothing_is_saved_in_march() -> None:
    desk = Desk()
    for on in desk.days:
        month = (on + dt.timedelta(days=170)).month
        cost = D(90) / (28 if month == 2 else 31)
        line = desk._line(on + dt.timedelta(days=170), cost.quantize(D("1e-12")))
        desk.lines.append(line | {"resource_id": "r-1", "is_month_priced": True})
    bills = desk.bills()
    moved = {key: [one + dt.timedelta(days=170) for one in days] for key, days in bills.known.items()}
    bills.known = moved
    from savings.realised.run import realise

    one = closing(acted=True)
    row = only(realise([type(one)(one.row, dt.date(2027, 2, 28))], bills))
    assert row["verdict"] == "not_saved" and abs(row["realised_saving"]) < D("0.000001")
    assert row["expected_cost"].quantize(D("0.01")) == D("90.00")


def test_days_that_are_missing_are_no_savings() -> None:
    desk = Desk(missing={day(3), day(4), day(-5), day(12)}).bill(step(5, 3))
    row = only(desk.judge(closing(acted=True)))
    assert (row["realised_saving"], row["days_after"], row["days_before"]) == (D(60), 25, 28)


@pytest.mark.parametrize("days", [0, 1, 6])
def test_before_a_week_is_billed_it_is_too_early(days: int) -> None:
    row = only(Desk(days_after=days).bill(step(5, 0)).judge(closing(acted=True)))
    assert (row["verdict"], row["realised_saving"], row["promised_saving"]) == ("too_early", None, D(60))
    assert row["reason"] == f"{days} complete days are billed after the change, 7 are needed"


def test_a_resource_of_a_few_days_has_nothing_to_be_compared_with() -> None:
    row = only(Desk().bill(lambda on: 0 if on < day(-9) or on > CHANGED else 5).judge(closing(acted=True)))
    assert row["verdict"] == "not_judged" and "9 complete days before the change, 14 are needed" in row["reason"]


def test_a_restated_bill_is_judged_anew_and_the_same_bill_the_same() -> None:
    one = Desk().bill(step(5, 3)).judge(closing(acted=True))
    assert one == Desk().bill(step(5, 3)).judge(closing(acted=True))
    restated = only(Desk().bill(step(5, 5)).judge(closing(acted=True)))
    assert only(one)["verdict"] == "saved" and restated["verdict"] == "not_saved"
    backwards = Desk().bill(step(5, 3))
    backwards.lines.reverse()
    assert backwards.judge(closing(acted=True)) == one


def test_a_commitment_that_idles_for_other_reasons_too_takes_off_no_more_than_was_freed() -> None:
    desk = Desk().bill(step(5, 0), commitment_discount_id="plan-1").unused(step(1, 21))
    row = only(desk.judge(closing(saving="150", acted=True)))
    assert (row["unused_commitment_cost"], row["realised_saving"], row["verdict"]) == (D(150), D(0), "not_saved")


def test_what_cannot_be_told_from_a_shrinking_scope_is_not_called_saved() -> None:
    # its own ups and downs hide whether it goes with the scope: a slope of 0 fits, and so does 1
    desk = Desk().bill(wobble(5, 4, seed=14, noise=0.08)).others(wobble(100, 80, seed=2, noise=0.02))
    row = only(desk.judge(closing(saving="30", acted=True)))
    alone = only(Desk().bill(wobble(5, 4, seed=14, noise=0.08)).judge(closing(saving="30", acted=True)))
    assert (alone["verdict"], row["verdict"]) == ("saved", "unclear")
    assert row["realised_low"] < 0 < row["realised_high"] and row["realised_high"] > D(15)
