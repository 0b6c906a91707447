"""What is found near is all that fits, and a plan of many findings compares each with few."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from savings.plan import make_plan, offers, plan
from savings.plan.candidates import Candidate, read_candidate
from savings.plan.near import Near
from tests.savings_plan import finding


def draw(random: Random, count: int, accounts: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(count):
        cost = Decimal(random.randint(10, 1000))
        fields: dict[str, Any] = {
            "account_id": f"a-{random.randrange(accounts)}", "resource_id": f"r-{number // 2}", "monthly_cost": cost,
            "lever": random.choice(["delete", "schedule", "rightsize"]), "region": random.choice(["r-1", "r-2"]),
            "service_name": random.choice(["Compute", "Database", None]),
        }  # fmt: skip
        if random.random() < 0.4:
            fields |= {"resource_id": "", "lever": random.choice(["commit", "rate"]), "monthly_cost": cost * 50}
        rows.append(finding(f"f{number}", str(cost * random.randint(1, 10) / 10), **fields))
    return rows


def test_all_that_fits_is_near() -> None:
    for seed in range(30):
        rows = draw(Random(seed), 40, 3)
        rows += [row | {"recommendation_id": f"wide-{n}", "account_id": ""} for n, row in enumerate(rows[::7])]
        read = [one for one in map(read_candidate, rows) if one is not None]
        near = Near((one, one) for one in read)
        for one in read:
            found = near.find(one)
            assert [other for other in found if offers.fits(one, other)] == [o for o in read if offers.fits(one, o)]


def test_ten_times_the_findings_are_compared_ten_times_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    fits = offers.fits

    def count(one: Candidate, other: Candidate) -> bool:
        nonlocal calls
        calls += 1
        return fits(one, other)

    monkeypatch.setattr(offers, "fits", count)
    monkeypatch.setattr(plan, "fits", count)
    counts = []
    for size in (200, 2000):
        calls = 0
        make_plan(draw(Random(1), size, size // 20))
        counts.append(calls)
    assert 0 < counts[1] < 15 * counts[0]
