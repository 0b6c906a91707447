"""A few schedules of the campaign on a shared warehouse; `python -m benchmarks.faults --shared` runs many."""

from pathlib import Path

import pytest

from tests.integration.faults.shared_campaign import SharedCampaign

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.requires_system("postgresql")]


def test_what_is_killed_on_a_shared_warehouse_is_whole_or_not_there(tmp_path: Path) -> None:
    with SharedCampaign(tmp_path, seed=3) as campaign:
        tallies = [campaign.run(number) for number in range(3)]
    assert not [mismatch for tally in tallies for mismatch in tally.mismatches]
    assert sum(tally.counts["kills"] for tally in tallies) > 0
