"""Who can use what becomes free of a commitment."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from savings.evidence import open_evidence, read_last_days
from savings.findings import Recommendation
from savings.pools import Pools, find_pools
from tests.savings_bill import Bill
from tests.savings_plan import finding

#: A machine's hours on demand.
MACHINE: dict[str, Any] = {"service_name": "Machines", "x_operation": "RunInstances"}
COVERED = MACHINE | {"pricing_category": "Committed", "commitment_discount_id": "sp-1"}


def pools_of(bill: Bill, tmp_path: Path) -> Pools:
    warehouse = bill.write(tmp_path / "bill.duckdb")
    with open_evidence(warehouse, read_last_days(warehouse, "true"), ()) as evidence:
        return find_pools(evidence)


def test_a_pool_is_on_demand_usage_of_the_kind_that_the_payer_has_covered(tmp_path: Path) -> None:
    """30 days of 2 a day in another account of the payer; nothing of disks, spot, other payers and other services."""
    bill = Bill().add("i-covered", "BoxUsage:m5.large", cost="1", **COVERED)
    bill.add("i-other", "BoxUsage:c5.large", cost="2", sub_account_id="account-2", **MACHINE)
    bill.add(
        "vol-1", "EBS:VolumeUsage.gp3", cost="3", unit="GB-Mo", service_name="Machines", x_operation="CreateVolume"
    )
    bill.add("i-spot", "SpotUsage:m5.large", cost="4", **MACHINE | {"pricing_category": "Dynamic"})
    bill.add("i-foreign", "BoxUsage:m5.large", cost="5", billing_account_id="payer-2", **MACHINE)
    bill.add("db-1", "InstanceUsage:db.m5", cost="6", **MACHINE | {"service_name": "Databases"})
    bill.add("i-euro", "BoxUsage:m5.large", cost="7", billing_currency="EUR", **MACHINE)
    found = pools_of(bill, tmp_path)
    pool = '["aws", "payer", "aws", "Machines", "USD"]'
    assert found.on_demand == {pool: Decimal(60)}
    assert found.resources == {
        ("aws", "aws", "account-1", "region-1", "i-covered", "USD"): pool,
        ("aws", "aws", "account-2", "region-1", "i-other", "USD"): pool,
    }


def test_a_bill_without_a_payer_has_its_source_as_one(tmp_path: Path) -> None:
    bill = Bill().add("i-covered", "BoxUsage", cost="1", billing_account_id=None, **COVERED)
    assert pools_of(bill, tmp_path).on_demand == {'["aws", "aws", "aws", "Machines", "USD"]': Decimal(0)}


def test_findings_on_usage_of_a_pool_have_it_and_others_none(tmp_path: Path) -> None:
    bill = Bill().add("i-covered", "BoxUsage:m5.large", cost="1", **COVERED)
    pools = pools_of(bill.add("i-other", "BoxUsage:c5.large", cost="2", **MACHINE), tmp_path)
    place = {"source_name": "aws", "provider": "aws", "account_id": "account-1", "region": "region-1"}
    found = {
        one.recommendation_id: (one.commitment_pool, one.pool_on_demand_cost)
        for one in pools.assign(
            Recommendation(**without_lifecycle(finding(name, "5", **place, resource_id=resource, component=component)))
            for name, resource, component in (
                ("covered", "i-covered", "all"),
                ("on demand", "i-other", "compute"),
                ("traffic", "i-other", "transfer"),
                ("elsewhere", "i-unknown", "compute"),
            )
        )
    }
    pool = ('["aws", "payer", "aws", "Machines", "USD"]', Decimal(60))
    assert found == {"covered": pool, "on demand": pool, "traffic": ("", 0), "elsewhere": ("", 0)}


def without_lifecycle(row: dict[str, Any]) -> dict[str, Any]:
    return {one.name: row[one.name] for one in fields(Recommendation)}
