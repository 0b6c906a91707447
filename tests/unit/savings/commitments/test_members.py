"""Which pool of usage that a commitment could be bought for a finding is about."""

import json
from dataclasses import fields
from typing import Any

import pytest

from savings.commitments.members import Members, find_members
from savings.findings import Recommendation
from tests.savings_bill import Bill
from tests.savings_plan import finding

EC2: dict[str, Any] = {"x_service_code": "AmazonEC2", "service_name": "Machines"}
COMPUTE, DATABASE = (json.dumps(["aws", "aws", "payer", pool, "USD"]) for pool in ("compute", "database"))


@pytest.fixture(scope="module")
def members() -> Members:
    bill = Bill().add("i-1", "EU-BoxUsage:m5.large", cost="1", **EC2)
    bill.add("i-1", "EU-DataTransfer-Out-Bytes", cost="50", **EC2)
    bill.add("i-covered", "EU-BoxUsage:m5.large", cost="1", **EC2 | {"pricing_category": "Committed"})
    bill.add("i-spot", "EU-SpotUsage:m5.large", cost="1", **EC2 | {"pricing_category": "Dynamic"})
    bill.add("vol-1", "EU-EBS:VolumeUsage.gp3", cost="1", **EC2)
    bill.add("db-1", "EU-InstanceUsage:db.r7g.large", cost="1", x_service_code="AmazonRDS")
    with bill.open() as evidence:
        return find_members(evidence)


@pytest.mark.parametrize(
    ("changed", "pool"),
    [({}, COMPUTE), ({"component": "all", "lever": "delete"}, COMPUTE), ({"resource_id": "i-covered"}, COMPUTE),
     ({"resource_id": "db-1"}, DATABASE), ({"resource_id": "", "lever": "rate"}, COMPUTE),
     ({"component": "transfer"}, ""), ({"resource_id": "i-spot"}, ""), ({"resource_id": "vol-1"}, ""),
     ({"lever": "commit"}, ""), ({"resource_id": "i-1", "region": "elsewhere"}, ""),
     ({"resource_id": "", "lever": "rate", "service_name": "Disks"}, "")],
)  # fmt: skip
def test_findings_on_usage_of_a_pool_have_it(members: Members, changed: dict[str, Any], pool: str) -> None:
    place = {"source_name": "aws", "account_id": "account-1", "region": "region-1", "resource_id": "i-1"}
    row = finding("a", "5", **{**place, "service_name": "Machines", **changed})
    one = Recommendation(**{field.name: row[field.name] for field in fields(Recommendation)})
    assert members.assign(one).purchase_pool == pool
