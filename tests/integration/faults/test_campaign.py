"""The fault campaign, in small and whole; `make bench-faults` prints what it did."""

import os
from pathlib import Path

import pytest

from benchmarks.faults import run_workers
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
@pytest.mark.timeout(7200)
def test_two_hundred_schedules_end_in_the_right_totals(tmp_path: Path) -> None:
    """The campaign itself, as `make bench-faults` runs it: some fifteen minutes on two cores that have nothing else."""
    counts, mismatches = run_workers(tmp_path, seed=1, first=0, schedules=200, workers=os.cpu_count() or 1)
    assert mismatches == []
    assert (counts["schedules"], counts["warehouses"]) == (200, 8)
    for name in ("kills", "provider faults", "delivery faults", "restatements", "duplicates", "  flip"):
        assert counts[name] > 0, name
