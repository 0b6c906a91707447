"""Best levels against every level there is, hour by hour."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from savings.commitments.mix import mix_levels
from savings.commitments.single import best_level
from savings.commitments.usage import saving_function
from tests.unit.savings.commitments.brute import Floats, flexible_levels, random_case, save_all


def test_one_family_is_committed_at_the_quantile_of_its_discount() -> None:
    # at a ratio of 0.7 a unit must be used in more than 7 of 10 hours: the first three are
    usage = np.array([[9.0], [1], [2], [3], [4], [5], [6], [7], [8], [10]])
    assert best_level(usage, [0.7]) == pytest.approx(3 * 0.7)


def test_a_flexible_plan_goes_to_the_highest_discount_first() -> None:
    # 10 at 0.5 and 10 at 0.9 in all hours: both pay; the second does not where it is used in 8 of 10 hours
    steady = np.full((10, 2), 10.0)
    assert best_level(steady, [0.9, 0.5]) == 14.0
    steady[:2, 0] = 0
    assert best_level(steady, [0.9, 0.5]) == 5.0
    assert saving_function(steady, [0.9, 0.5])(7.0) == pytest.approx(10 * (10 - 7) + 8 * (2 / 0.9))


def test_what_saves_nothing_is_not_bought() -> None:
    usage = np.full((24, 2), 5.0)
    assert best_level(usage, [1.0, 1.2]) == 0.0
    assert best_level(np.zeros((24, 2)), [0.5, 0.6]) == 0.0
    assert best_level(np.empty((0, 2)), [0.5, 0.6]) == 0.0


def test_one_plan_is_as_good_as_every_level() -> None:
    random = np.random.default_rng(20261130)
    for _ in range(200):
        usage, _, ratios = random_case(random, 12, 5)
        none = [1.0] * len(ratios)
        most = max(
            save_all(usage, none, ratios, [*[0.0] * len(ratios), level])
            for level in flexible_levels(usage, none, ratios, [0.0] * len(ratios))
        )
        level = best_level(usage, list(ratios))
        assert abs(save_all(usage, none, ratios, [*[0.0] * len(ratios), level]) - most) < 1e-9
        assert abs(saving_function(usage, list(ratios))(level) - most) < 1e-9


def test_overlapping_plans_are_within_a_percent_of_every_level() -> None:
    random = np.random.default_rng(161)
    better = 0
    for _ in range(200):
        usage, own, flexible = random_case(random, 5, 4)
        own = np.where(own < np.minimum(flexible, 1), own, 1.0)
        most, alone = 0.0, 0.0
        steps = [sorted({0.0, *(usage[:, f] * own[f])}) if own[f] < 1 else [0.0] for f in range(len(own))]
        for bought in product(*steps):
            for level in set(flexible_levels(usage, own, flexible, bought)):
                saved = save_all(usage, own, flexible, [*bought, level])
                most, alone = max(most, saved), max(alone, saved if not any(bought) else 0.0)
        mix = mix_levels(usage, own, flexible)
        assert mix.saved >= most * 0.99 - 1e-9
        assert abs(save_all(usage, own, flexible, [*mix.own, mix.flexible]) - mix.saved) < 1e-9
        assert mix.bound >= most - 1e-9
        better += mix.saved > alone * 1.01 + 1e-9
    assert better > 50, "the cases would not tell a mix from one plan"


def test_no_levels_save_more_than_the_bound() -> None:
    random = np.random.default_rng(7)
    for _ in range(25):
        usage, own, flexible = random_case(random, 20, 5)
        mix = mix_levels(usage, own, flexible)
        optimum = solve_whole(usage, np.where(own < np.minimum(flexible, 1), own, np.inf), flexible)
        assert optimum * 0.99 - 1e-6 <= mix.saved <= optimum + 1e-6 <= mix.bound + 2e-6


def solve_whole(usage: Floats, own: Floats, flexible: Floats) -> float:
    """All hours as one linear programme: what is covered of each by which commitment, and the levels."""
    hours, families = usage.shape
    cells = hours * families
    worth = np.concatenate([np.full(families + 1, float(hours)), -np.ones(2 * cells)])
    rows, most = [], []
    for hour in range(hours):
        money = np.zeros(len(worth))
        money[families] = -1
        for family in range(families):
            mine, shared = families + 1 + hour * families + family, families + 1 + cells + hour * families + family
            if own[family] < 1:
                row = np.zeros(len(worth))
                row[mine], row[family] = own[family], -1
                rows.append(row)
                most.append(0.0)
            both = np.zeros(len(worth))
            both[mine], both[shared] = 1, 1
            rows.append(both)
            most.append(usage[hour, family])
            money[shared] = flexible[family]
        rows.append(money)
        most.append(0.0)
    limits: list[tuple[float, float | None]] = [(0.0, None)] * (families + 1)
    limits += [(0.0, None if ratio < 1 else 0.0) for _ in range(hours) for ratio in own]
    limits += [(0.0, None if ratio < 1 else 0.0) for _ in range(hours) for ratio in flexible]
    return -float(linprog(worth, A_ub=np.array(rows), b_ub=most, bounds=limits, method="highs").fun)


def test_many_hours_are_climbed_to_within_a_percent_of_the_bound() -> None:
    random = np.random.default_rng(3)
    hours = np.arange(600)
    usage = random.lognormal(1, 0.3, (600, 4)) * (1 + 0.5 * np.sin(hours * 2 * np.pi / 24))[:, None]
    flexible = np.array([0.7, 0.75, 0.8, 0.9])
    mix = mix_levels(usage, flexible - 0.1, flexible)
    assert mix.saved >= 0.99 * mix.bound
    assert mix.saved > saving_function(usage, list(flexible))(best_level(usage, list(flexible)))
