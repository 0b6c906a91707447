"""Odd rows of a bill cost nobody else's findings, and every finding has a name of its own."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from savings.bill import ask
from savings.check import BillCheck
from savings.plan import make_plan
from savings.registry import CHECKS
from tests.savings_bill import LAST_DAY, Bill

VOLUME = "EBS:VolumeUsage.gp2"
DAY = Decimal(100) / 31


def volume(bill: Bill, name: str = "vol-1", **columns: Any) -> Bill:
    """100 GB of gp2 at 10 a month."""
    return bill.add(name, VOLUME, cost=DAY / 10, quantity=DAY, unit="GB-Months", **columns)


@pytest.mark.parametrize(
    "other",
    [{"region_id": None}, {"region_id": "region-2"}, {"source_name": "other"}],
    ids=["no region", "another region", "another source"],
)
def test_findings_of_one_resource_name_have_names_of_their_own(tmp_path: Path, other: dict[str, Any]) -> None:
    alone = volume(Bill()).ask("gp2_to_gp3", tmp_path)
    bill = volume(volume(Bill()), **other)
    if "source_name" in other:
        bill.rows.append({**bill._row(None, "marker", LAST_DAY, 1, Decimal(0), Decimal(0), "Count"), **other})
    found = bill.ask("gp2_to_gp3", tmp_path)
    names = {one.recommendation_id for one in found}
    assert len(found) == len(names) == 2
    assert alone[0].recommendation_id in names
    plan = make_plan([one.to_record() for one in found])
    assert plan.totals["USD"] == sum(one.monthly_saving or 0 for one in found)
    again = Bill(rows=list(reversed(bill.rows))).ask("gp2_to_gp3", tmp_path)
    assert {one.recommendation_id: one.region for one in again} == {one.recommendation_id: one.region for one in found}


def test_an_amount_of_many_digits_costs_no_other_finding(tmp_path: Path) -> None:
    """A billion of billions a day is 20 digits before the point and 12 behind it."""
    bill = volume(volume(Bill()), "vol-2", effective_cost=Decimal(10) ** 18)
    found = {one.resource_id: one.monthly_saving for one in bill.ask("gp2_to_gp3", tmp_path)}
    assert found["vol-1"] is not None and round(found["vol-1"], 2) == Decimal("1.94")
    assert found["vol-2"] is not None and abs(found["vol-2"] / (6 * Decimal(10) ** 18) - 1) < Decimal("1e-12")


def test_money_without_a_currency_is_not_added_up(tmp_path: Path) -> None:
    address: dict[str, Any] = {"cost": "0.12", "x_service_code": "AmazonVPC", "service_name": "Network"}
    bill = Bill().add("eip-1", "PublicIPv4:IdleAddress", **address)
    bill.add("eip-2", "PublicIPv4:IdleAddress", billing_currency=None, **address)
    assert {one.resource_id for one in bill.ask("idle_address", tmp_path)} == {"eip-1"}


def test_storage_without_a_quantity_costs_no_other_finding(tmp_path: Path) -> None:
    """Of nothing that is stored no share came lately."""
    logs: dict[str, Any] = {"x_service_code": "AmazonCloudWatch"}
    bill = Bill().add_months("group-0", "EU-TimedStorage-ByteHrs", ["0"] * 7, "0", effective_cost=Decimal(5), **logs)
    growing = ["100", "110", "120", "120", "140", "150", "160"]
    bill.add_months("group-1", "EU-TimedStorage-ByteHrs", growing, "0.10", **logs)
    assert bill.savings("storage_only_grows", tmp_path) == {"group-1": Decimal("3.87")}


def test_usage_without_a_contracted_price_can_be_covered(tmp_path: Path) -> None:
    """At what is paid for it."""
    machine: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}
    plain = Bill().add("i-1", "EU-BoxUsage:m5.large", cost="24", x_instance_type="m5.large", **machine)
    known = plain.savings("coverable_on_demand", tmp_path)
    for row in plain.rows:
        row["contracted_cost"] = None
    assert known and plain.savings("coverable_on_demand", tmp_path) == known


def test_evidence_and_reason_fit_into_a_column_of_every_engine() -> None:
    """65,535 bytes on Redshift; the letter has two of UTF-8 and six of JSON, the other four."""
    check = CHECKS["gp2_to_gp3"]
    assert isinstance(check, BillCheck)
    evidence = f"select *, repeat('\u00e9', 20000) as notes, 'kept' as more from ({check.evidence})"
    with volume(Bill(), "\U0001f4a3" * 30000).open(*check.seeds) as connection:
        (found,) = ask(connection, replace(check, evidence=evidence), {}, dt.date(2026, 11, 2))
    assert max(len(found.evidence.encode()), len(found.reason.encode())) <= 65_535
    told = json.loads(found.evidence)
    assert told["more"] == "kept" and told["notes"] == "left out: 120,002 characters"
