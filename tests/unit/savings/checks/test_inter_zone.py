"""Traffic between zones."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.savings_bill import Bill


def project(traffic: str, rest: str = "10", meter: str = "Network Inter Zone Data Transfer Out") -> Bill:
    """A project whose traffic between zones and whose rest cost so much a day."""
    bill = Bill("gcp").add("vm-1", "E2 Instance Core running in Belgium", cost=rest)
    return bill.add("vm-1", meter, cost=traffic, quantity=Decimal(traffic) * 100, unit="GiB")


def test_traffic_is_named_with_its_cost_and_no_saving(tmp_path: Path) -> None:
    (found,) = project("2").ask("inter_zone", tmp_path)
    assert (found.account_id, found.monthly_cost, found.monthly_saving) == ("account-1", Decimal(60), None)
    assert '"monthly_gib": "6000.000000000000"' in found.evidence


@pytest.mark.parametrize(
    ("traffic", "rest", "meter"),
    [
        ("1.66", "10", "Network Inter Zone Data Transfer Out"),
        ("2", "65", "Network Inter Zone Data Transfer Out"),
        ("2", "10", "Network Inter Region Data Transfer Out from EMEA to Americas"),
    ],
)
def test_little_traffic_a_small_part_and_other_traffic_is_not_found(
    tmp_path: Path, traffic: str, rest: str, meter: str
) -> None:
    assert project(traffic, rest, meter).ask("inter_zone", tmp_path) == []
