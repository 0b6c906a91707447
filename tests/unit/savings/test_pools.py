"""Who can use what becomes free of a commitment."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

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


SIXTY, NO_POOL = Decimal(60), ("", Decimal(0))
NARROW: list[tuple[str, str, dict[str, Any]]] = [
    # cloud, how a meter is called by family, what tells that the commitment is narrow
    ("aws", "BoxUsage:{}.large", {"commitment_discount_type": "Reserved"}),
    ("aws", "BoxUsage:{}.xlarge", {"commitment_discount_type": "Savings Plan", "plan": "EC2InstanceSP:m5.1yr"}),
    ("azure", "D2", {"commitment_discount_type": "Reservation", "x_sku_meter_subcategory": "{} Series"}),
    ("gcp", "{} Instance Core running in Frankfurt", {"commitment_discount_type": "Committed Use Discount",
                                                     "plan": "Commitment v1: m5 Cpu in Frankfurt for 1 Year"}),
]  # fmt: skip
WIDE: list[tuple[str, str, dict[str, Any]]] = [
    ("aws", "BoxUsage:{}.large", {"commitment_discount_type": "Savings Plan", "plan": "ComputeSP:1yrNoUpfront"}),
    ("azure", "D2", {"commitment_discount_type": "Savings Plan", "x_sku_meter_subcategory": "{} Series"}),
    ("gcp", "{} Instance Core running in Frankfurt", {"commitment_discount_type": "Committed Use Discount",
                                                     "plan": "Commitment - dollar based v1: GCE for 1 year"}),
]  # fmt: skip


def machines(cloud: str, meter: str, told: dict[str, Any], bill: Bill | None = None, name: str = "covered") -> Bill:
    """A covered machine of family m5 at 1 a day; on demand m5 at 2, c5 at 4, and m5 elsewhere at 8."""
    bill = bill or Bill(cloud)
    told = dict(told)
    plan, detail = told.pop("plan", None), told.pop("x_sku_meter_subcategory", None)

    def add(name: str, family: str, cost: str, **columns: Any) -> None:
        about = {} if detail is None else {"x_sku_meter_subcategory": detail.format(family)}
        bill.add(name, meter.format(family), cost=cost, **MACHINE, **about, **columns)

    add(name, "m5", "1", **told, pricing_category="Committed", commitment_discount_id=f"plan-{name}")
    if plan is not None:
        bill.add(None, plan, cost="0", charge_category="Purchase", commitment_discount_id=f"plan-{name}")
    if name == "covered":
        add("same", "m5", "2")
        add("family", "c5", "4")
        add("region", "m5", "8", region_id="region-2")
    return bill


def assign(pools: Pools, cloud: str, *names: str, **covered: str) -> dict[str, tuple[str, Decimal]]:
    """The pool of each machine, and what of it is on demand, where there are findings on these."""
    rows = []
    for name in names:
        place = {"source_name": cloud, "provider": cloud, "account_id": "account-1", "resource_id": name}
        region = "region-2" if name == "region" else "region-1"
        row = finding(name, "5", **place, region=region, covered_cost=Decimal(covered.get(name, "0")))
        rows.append(Recommendation(**without_lifecycle(row)))
    return {one.resource_id: (one.commitment_pool, one.pool_on_demand_cost) for one in pools.assign(rows)}


@pytest.mark.parametrize(("cloud", "meter", "told"), NARROW)
def test_a_narrow_commitment_covers_its_family_in_its_region(
    cloud: str, meter: str, told: dict[str, Any], tmp_path: Path
) -> None:
    found = assign(pools_of(machines(cloud, meter, told), tmp_path), cloud, "covered", "same", "family", "region",
                   covered="30")  # fmt: skip
    pool = found["covered"][0]
    assert pool and found == {"covered": (pool, SIXTY), "same": (pool, SIXTY), "family": NO_POOL, "region": NO_POOL}


@pytest.mark.parametrize(("cloud", "meter", "told"), WIDE)
def test_a_wide_commitment_covers_every_family_and_region(
    cloud: str, meter: str, told: dict[str, Any], tmp_path: Path
) -> None:
    found = assign(pools_of(machines(cloud, meter, told), tmp_path), cloud, "covered", "same", "family", "region",
                   covered="30")  # fmt: skip
    pool = found["covered"][0]
    assert pool and found == dict.fromkeys(("covered", "same", "family", "region"), (pool, Decimal(30 * (2 + 4 + 8))))


@pytest.mark.parametrize("frees_narrow", [True, False])
def test_what_both_could_cover_counts_once(frees_narrow: bool, tmp_path: Path) -> None:
    """For the narrow one where something of it is freed: it can use nothing else."""
    bill = machines(*WIDE[0])
    bill = machines(*NARROW[0], bill=bill, name="reserved")
    freed = {"covered": "30", **({"reserved": "30"} if frees_narrow else {})}
    names = ("covered", "reserved", "same", "family", "region")
    found = assign(pools_of(bill, tmp_path), "aws", *names, **freed)
    wide, narrow = found["covered"][0], found["reserved"][0]
    assert wide != narrow and found["family"] == found["region"] == found["covered"]
    assert found["covered"][1] == 30 * (4 + 8 if frees_narrow else 2 + 4 + 8)
    assert found["same"] == (found["reserved"] if frees_narrow else found["covered"])
    assert found["reserved"][1] == 60


def without_lifecycle(row: dict[str, Any]) -> dict[str, Any]:
    return {one.name: row[one.name] for one in fields(Recommendation)}
