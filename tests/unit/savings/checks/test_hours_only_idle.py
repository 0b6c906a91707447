"""What is billed by the hour and used by nobody."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

HOURS, BYTES = "EU-NatGateway-Hours", "EU-NatGateway-Bytes"
NAT: dict[str, Any] = {"x_service_code": "AmazonEC2", "service_name": "Amazon Virtual Private Cloud"}


def test_hours_without_use_are_found_at_what_they_cost(tmp_path: Path) -> None:
    bill = Bill().add("nat-idle", HOURS, cost="1.08", **NAT)
    (found,) = bill.ask("hours_only_idle", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("nat-idle", Decimal("32.400000000000"))
    assert found.reason.startswith("NAT gateway nat-idle was billed for 744 hours in 31 days and for no use at all")


def test_use_too_few_hours_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("nat-used", HOURS, cost="1.08", **NAT)
    bill.add("nat-used", BYTES, cost="0.01", quantity="0.3", unit="GB", first_days_ago=29, last_days_ago=29, **NAT)
    bill.add("nat-new", HOURS, cost="1.08", first_days_ago=12, **NAT)
    bill.add("nat-gone", HOURS, cost="1.08", last_days_ago=4, **NAT)
    bill.add("i-1", "EU-BoxUsage:m5.large", cost="2.50", x_service_code="AmazonEC2")
    assert bill.savings("hours_only_idle", tmp_path) == {}


def test_a_use_of_nothing_is_no_use(tmp_path: Path) -> None:
    bill = (
        Bill()
        .add("nat-idle", HOURS, cost="1.08", **NAT)
        .add("nat-idle", BYTES, cost="0", quantity="0", unit="GB", **NAT)
    )
    assert bill.savings("hours_only_idle", tmp_path) == {"nat-idle": Decimal("32.40")}


# hours and use as they stand in bills, with the service (AWS: code, Azure: meter category, Google: service)
KINDS = [
    ("aws", "AmazonEC2", "NatGateway-Hours", "NatGateway-Bytes"),
    ("aws", "AWSELB", "USE1-LoadBalancerUsage", "USE1-LCUUsage"),
    ("aws", "AWSELB", "EU-LoadBalancerUsage", "EU-DataProcessing-Bytes"),
    ("aws", "AmazonVPC", "EUC1-VpcEndpoint-Hours", "EUC1-VpcEndpoint-Bytes"),
    ("aws", "AmazonVPC", "USE1-VpcEndpoint-GWLBE-Hours", "USE1-VpcEndpoint-GWLBE-Bytes"),
    ("aws", "AmazonVPC", "APS2-VPN-Usage-Hours:ipsec.1", "APS2-DataTransfer-Out-Bytes"),
    ("aws", "AmazonVPC", "USE1-TransitGateway-Hours", "USE1-TransitGateway-Bytes"),
    ("aws", "AmazonKinesis", "EU-Storage-ShardHour", "EU-PutRequestPayloadUnits"),
    ("aws", "AmazonKinesis", "OnDemand-StreamHour", "OnDemand-BilledIncomingBytes"),
    ("aws", "AWSDirectConnect", "USE1-EQNY5-PortUsage:1G", "USE1-DataXfer-Out:dc.3"),
    ("aws", "AWSNetworkFirewall", "USE1-Endpoint-Hour", "USE1-Traffic-GB-Processed"),
    ("azure", "Load Balancer", "Standard Included LB Rules and Outbound Rules", "Standard Data Processed"),
    ("azure", "NAT Gateway", "Standard Gateway", "Standard Data Processed"),
    ("azure", "Azure Firewall", "Premium Deployment", "Premium Data Processed"),
    ("azure", "Application Gateway", "Standard Fixed Cost", "Standard Capacity Units"),
    ("azure", "Virtual Network", "Standard Private Endpoint", "Standard Data Processed - Ingress"),
    ("azure", "Azure Bastion", "Basic Gateway", "Basic Data Transfer Out"),
    ("gcp", "Networking", "Networking Cloud Nat Gateway Uptime", "Networking Cloud Nat Data Processing"),
    (
        "gcp",
        "Compute Engine",
        "NAT Gateway: Uptime charge in Americas",
        "NAT Gateway: Data processing charge in Americas",
    ),
    (
        "gcp",
        "Compute Engine",
        "Network Load Balancing: Forwarding Rule Additional Service Charge in Americas",
        "Network Load Balancing: Data Processing Charge in Americas",
    ),
]


@pytest.mark.parametrize(("cloud", "service", "hours", "use"), KINDS)
def test_each_kind_is_known_by_its_hours_and_its_use(
    cloud: str, service: str, hours: str, use: str, tmp_path: Path
) -> None:
    column = {"aws": "x_service_code", "azure": "x_sku_meter_category", "gcp": "service_name"}[cloud]
    named: dict[str, Any] = {column: service}
    bill = Bill(cloud).add("idle", hours, cost="1", **named)
    bill.add("used", hours, cost="1", **named)
    bill.add("used", use, cost="0", quantity="0.3", unit="GB", first_days_ago=20, last_days_ago=20, **named)
    assert bill.savings("hours_only_idle", tmp_path) == {"idle": Decimal("30.00")}


def test_hours_are_those_of_the_clock(tmp_path: Path) -> None:
    """Five zones for six days are 720 billed hours and 144 of the clock."""
    bill = Bill().add("vpce-new", "VpcEndpoint-Hours", cost="1.20", quantity="120", first_days_ago=5)
    bill.add("vpce-old", "VpcEndpoint-Hours", cost="1.20", quantity="120")
    assert bill.savings("hours_only_idle", tmp_path) == {"vpce-old": Decimal("36.00")}


def test_use_that_is_billed_for_something_else_leaves_it_open(tmp_path: Path) -> None:
    bill = Bill().add("nat-1", HOURS, cost="1.08", **NAT)
    bill.add(None, BYTES, cost="1", quantity="3", unit="GB", first_days_ago=9, **NAT)
    bill.add("nat-2", HOURS, cost="1.08", region_id="region-2", **NAT)
    assert bill.savings("hours_only_idle", tmp_path) == {"nat-2": Decimal("32.40")}


def test_logs_of_a_like_named_meter_are_no_use_of_a_load_balancer(tmp_path: Path) -> None:
    bill = Bill().add("lb", "EU-LoadBalancerUsage", cost="0.60", x_service_code="AWSELB")
    bill.add("group", "EU-DataProcessing-Bytes", cost="1", unit="GB", x_service_code="AmazonCloudWatch")
    assert bill.savings("hours_only_idle", tmp_path) == {"lb": Decimal("18.00")}
