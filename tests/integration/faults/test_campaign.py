"""The fault campaign in small; `make bench-faults` runs all of it."""

from pathlib import Path

import pytest

from tests.integration.faults.campaign import Campaign, Tally


def run(folder: Path, numbers: range) -> Tally:
    tally = Tally()
    with Campaign(folder, seed=2) as campaign:
        for number in numbers:
            tally.add(campaign.run(number))
    return tally


@pytest.mark.timeout(600)
def test_a_few_schedules_end_in_the_right_totals(tmp_path: Path) -> None:
    tally = run(tmp_path, range(2))
    assert tally.mismatches == []
    assert tally.counts["schedules"] == 2 and tally.counts["comparisons"] >= 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_schedules_end_in_the_right_totals(tmp_path: Path) -> None:
    tally = run(tmp_path, range(2, 42))
    assert tally.mismatches == []
    for name in ("kills", "provider faults", "delivery faults", "restatements", "duplicates", "warehouses"):
        assert tally.counts[name] > 0, name
