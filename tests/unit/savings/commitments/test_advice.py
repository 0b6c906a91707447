"""One purchase: what it does in money, and how its risk makes it smaller."""

from datetime import date
from decimal import Decimal

import numpy as np

from savings.commitments.advice import advise, advise_later
from savings.commitments.single import best_level
from savings.commitments.usage import Usage
from tests.unit.savings.commitments.brute import save_all

D = Decimal


def usage_of(weeks: list[list[str]], hours: int = 1, extra: int = 0) -> Usage:
    """Weeks of one level for each family; `extra` rows of the first week's stand before them."""
    rows = [[D(amount) for amount in week] for week in weeks for _ in range(7 * 24 // hours)]
    first = [[D(amount) for amount in weeks[0]]] * extra
    names = tuple(f"family-{n}" for n in range(len(weeks[0])))
    return Usage(names, np.array(first + rows, dtype=object), hours)


def test_steady_usage_is_covered_whole() -> None:
    done = advise(usage_of([["10"]] * 8), [D("0.7")])
    hours = D(8 * 7 * 24)
    assert done.level == D("7.000") and done.days == 56
    assert (done.on_demand, done.covered, done.committed) == (10 * hours, 10 * hours, 7 * hours)
    assert done.saved == 3 * hours
    assert (done.coverage, done.utilisation, done.break_even) == (D(1), D(1), D("0.7"))
    assert done.break_even_months(12) == D("8.4")
    assert (done.risk.weeks, done.risk.losing, done.risk.share) == (8, 0, 1.0)


def test_amounts_are_exact() -> None:
    done = advise(usage_of([["0.1", "0.3"]] * 5), [D("0.9"), D("0.7")])
    assert done.level == D("0.300")
    assert done.saved == D("0.1") * 5 * 7 * 24


def test_a_level_is_rounded_down_to_what_is_sold() -> None:
    assert advise(usage_of([["10.0007"]] * 5), [D("0.7")]).level == D("7.000")
    # two instances and a half are used, two are reserved
    assert advise(usage_of([["2.5"]] * 5), [D("0.6")], step=D("0.6")).level == D("1.2")


def test_a_week_that_would_lose_makes_the_purchase_smaller() -> None:
    weeks = [["10"]] * 7 + [["4"]]
    all_in = advise(usage_of(weeks), [D("0.5")], most_losing=D(1))
    assert all_in.level == D("5.000") and all_in.risk.losing == 1
    # in the last week a commitment of 4 an hour pays, one of more loses
    careful = advise(usage_of(weeks), [D("0.5")])
    assert careful.level in (D("3.999"), D("4.000")) and careful.risk.losing == 0
    assert 0 < careful.saved < all_in.saved


def test_a_week_without_usage_forbids_the_purchase() -> None:
    done = advise(usage_of([["10"]] * 7 + [["0"]]), [D("0.5")])
    assert done.level == 0 and done.saved == 0
    # one of twenty-one weeks is less than 5 %
    assert advise(usage_of([["10"]] * 20 + [["0"]]), [D("0.5")]).level == D("5.000")


def test_what_is_not_a_whole_week_is_no_sample() -> None:
    usage = usage_of([["1"], ["1"], ["1"], ["1"]], extra=40)
    assert list(np.unique(usage.weeks)) == [-1, 0, 1, 2, 3]
    assert advise(usage, [D("0.5")]).risk.weeks == 4


def test_days_are_committed_by_the_hour() -> None:
    done = advise(usage_of([["240"]] * 5, hours=24), [D("0.7")])
    assert done.level == D("7.000") and done.saved == 72 * 35 and done.risk.weeks == 5


def test_other_savings_are_made_first() -> None:
    usage = usage_of([["10", "4"]] * 5)
    left = usage.net_of({"family-0": D("0.25"), "family-1": D(1), "of another pool": D(1)})
    assert advise(left, [D("0.8"), D("0.5")]).level == D("6.000")
    assert advise(usage, [D("0.8"), D("0.5")]).level == D("10.000")


def test_what_existing_commitments_cover_is_bought_when_they_end() -> None:
    usage = usage_of([["2"]] * 5)
    covered = usage_of([["3"]] * 5).amounts
    ratios, soon, later = [D("0.5")], date(2026, 12, 1), date(2027, 3, 1)
    now = advise(usage, ratios)
    assert now.level == D("1.000")
    more = advise_later(usage, {later: covered, soon: covered * 2}, ratios, now.level, D("0.05"))
    assert [(one.day, one.level) for one in more] == [(soon, D("3.000")), (later, D("1.500"))]


def test_no_more_weeks_lose_than_are_allowed() -> None:
    random = np.random.default_rng(5)
    smaller = 0
    for _ in range(20):
        weeks = random.lognormal(1, random.choice([0.1, 0.6]), (int(random.integers(4, 9)), 2)) * random.choice(
            [1, 0.3], (1, 2)
        )
        usage = usage_of([[f"{amount:.6f}" for amount in week] for week in weeks], hours=24)
        ratios = [D("0.6"), D("0.8")]
        careful, daring = advise(usage, ratios), advise(usage, ratios, most_losing=D(1))
        own, none = [1.0, 1.0], [0.0, 0.0]
        for week in range(len(weeks)):
            # chosen without the week, and bought to the same share: what the week itself says, day by day
            chosen = best_level(usage.values[usage.weeks != week], [0.6, 0.8]) * careful.risk.share
            left_out = usage.values[usage.weeks == week]
            assert save_all(left_out, own, [0.6, 0.8], [*none, chosen]) > -1e-6
            assert save_all(left_out, own, [0.6, 0.8], [*none, float(careful.level) * 24]) > -1e-6
        assert careful.risk.losing == 0 and careful.saved <= daring.saved
        smaller += careful.level < daring.level
    assert 3 < smaller < 20, "the cases would not tell a careful purchase from a daring one"
