"""Findings of a check: their ids and amounts, whatever the bill has."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "EBS:VolumeUsage.gp2"


def test_findings_of_one_name_in_two_regions_or_sources_are_told_apart(tmp_path: Path) -> None:
    day = Decimal(100) / 31
    plain = Bill().add("vol-1", METER, cost=day / 10, quantity=day, unit="GB-Months")
    (alone,) = plain.ask("gp2_to_gp3", tmp_path)
    bill = Bill().add("vol-1", METER, cost=day / 10, quantity=day, unit="GB-Months")
    bill.add("vol-1", METER, cost=day / 5, quantity=day, unit="GB-Months", region_id="region-2")
    bill.add("vol-1", METER, cost=day / 5, quantity=day, unit="GB-Months", source_name="second")
    found = bill.ask("gp2_to_gp3", tmp_path)
    assert len({one.recommendation_id for one in found}) == 3
    # the first by source and region is named as though it were alone, whatever the others save
    (first,) = [one for one in found if (one.source_name, one.region) == ("aws", "region-1")]
    assert first.recommendation_id == alone.recommendation_id


def test_an_amount_of_a_weak_currency_is_an_amount(tmp_path: Path) -> None:
    bill = Bill().add("ip-1", "PublicIPv4:IdleAddress", cost=9 * Decimal(10) ** 15, billing_currency="IDR")
    (found,) = bill.ask("idle_address", tmp_path)
    assert found.monthly_saving == 270 * Decimal(10) ** 15
