"""A home with a bill and an account to look into: what is found, how it adds up, and what could not be judged."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cloudcost.analytics.savings import find_savings, write_savings
from cloudcost.installation import Installation
from savings.check import InventoryCheck
from savings.registry import CHECKS
from tests.peers.faulty_proxy import FaultyProxy, refuse_ec2
from tests.peers.moto_server import ACCOUNT, MotoServer
from tests.savings_bill import LAST_DAY, Bill

REGION = "eu-central-1"
TODAY = LAST_DAY + dt.timedelta(days=1)
OF_AWS = [name for name, check in CHECKS.items() if isinstance(check, InventoryCheck) and check.clouds == ("aws",)]


class Home:
    """A home that looks into the account of a moto server."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "cloudcost.yaml"
        self.config.write_text(
            "sources: [{name: aws, provider: aws, location: exports}]\n"
            f"savings: {{inventory: {{aws: {{accounts: {{'{ACCOUNT}': {{}}}}, regions: [{REGION}]}}}}}}\n"
        )
        self.home = folder / "home"
        self.home.mkdir()

    def judge(self, bill: Bill) -> Installation:
        bill.write(self.home / "warehouse.duckdb")
        installation = Installation(self.config, self.home, "cli")
        write_savings(installation, find_savings(installation, TODAY))
        return installation

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Installation(self.config, self.home, "cli").warehouse.connect(read_only=True) as connection:
            found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return found


def put_hours(aws: MotoServer, name: str, value: float, instance: str) -> None:
    """A value in every hour of the two weeks that are looked back on."""
    start = dt.datetime.combine(TODAY, dt.time(), dt.UTC) - dt.timedelta(days=14)
    data = [
        {
            "MetricName": name, "Value": value, "Timestamp": start + dt.timedelta(hours=hour),
            "Dimensions": [{"Name": "InstanceId", "Value": instance}],
        }
        for hour in range(14 * 24)
    ]  # fmt: skip
    for place in range(0, len(data), 100):
        aws.client("cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=data[place : place + 100])


def age(instance: str, days: int = 200) -> None:
    """Nobody can tell moto over HTTP when something was made."""
    from moto.ec2.models import ec2_backends

    made = next(
        one
        for reservation in ec2_backends[ACCOUNT][REGION].reservations.values()
        for one in reservation.instances
        if one.id == instance
    )
    made.launch_time = dt.datetime.combine(TODAY - dt.timedelta(days=days), dt.time(), dt.UTC)


def test_what_bill_and_account_agree_on_is_found_and_adds_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that does nothing is to be deleted; that it would cost less on Graviton adds nothing to that."""
    with MotoServer() as aws:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        ec2 = aws.client("ec2")
        image = ec2.describe_images()["Images"][0]["ImageId"]
        made = ec2.run_instances(ImageId=image, InstanceType="m5.large", MinCount=2, MaxCount=2)["Instances"]
        idle, unmeasured = (one["InstanceId"] for one in made)
        age(idle)
        age(unmeasured)
        put_hours(aws, "CPUUtilization", 1.0, idle)
        put_hours(aws, "NetworkIn", 100.0, idle)
        put_hours(aws, "NetworkOut", 100.0, idle)
        volume = aws.add_old_volume(REGION)
        place: dict[str, Any] = {"sub_account_id": ACCOUNT, "region_id": REGION}
        bill = Bill().add(volume, "EBS:VolumeUsage.gp3", cost="0.25", quantity="3", unit="GB-Months", **place)
        for one in (idle, unmeasured):
            linux: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances", **place}
            bill.add(one, "EUC1-BoxUsage:m5.large", cost="2.40", **linux)
        # a charge that nobody can have had yet does not make the others old
        bill.add(idle, "EUC1-BoxUsage:m5.large", cost="9", first_days_ago=-400, last_days_ago=-400, **place)
        home = Home(tmp_path)
        home.judge(bill)
    found = {
        (check, resource): (saving, planned)
        for check, resource, saving, planned in home.rows(
            "select check_name, resource_id, monthly_saving, planned_saving from ml.recommendations"
        )
    }
    assert found["idle_instance", idle] == (Decimal(72), Decimal(72))
    assert found["unattached_volume", volume] == (Decimal("7.5"), Decimal("7.5"))
    assert found["graviton", idle][1] == 0 and found["graviton", unmeasured][1] > 0
    unjudged = dict(home.rows(f"select check_name, reason from ml.unjudged_savings where resource_id = '{unmeasured}'"))
    assert unjudged["idle_instance"] == "its processor was measured on 0 day(s), 12 are needed"


def test_a_region_that_is_denied_has_no_finding_and_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MotoServer() as aws, FaultyProxy(aws.url) as proxy:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", proxy.url)
        proxy.faults.extend([refuse_ec2(403, "UnauthorizedOperation")] * 50)
        volume = aws.add_old_volume(REGION)
        bill = Bill().add(volume, "EBS:VolumeUsage.gp3", cost="0.25", sub_account_id=ACCOUNT, region_id=REGION)
        others = [name for name in OF_AWS if name != "unattached_volume"]
        home = Home(tmp_path)
        home.config.write_text(
            home.config.read_text().replace("savings: {", f"savings: {{disabled_checks: [{', '.join(others)}], ")
        )
        home.judge(bill)
    assert home.rows("select * from ml.recommendations where check_name = 'unattached_volume'") == []
    ((account, region, reason),) = home.rows(
        "select account_id, region, reason from ml.unjudged_savings where check_name = 'unattached_volume'"
    )
    assert (account, region) == (ACCOUNT, REGION)
    assert reason.startswith("aws_volumes: ClientError: An error occurred (UnauthorizedOperation)")


def test_who_is_given_no_account_is_told_which_checks_see_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "cloudcost.yaml"
    config.write_text("sources: [{name: aws, provider: aws, location: exports}]\n")
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(config))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    said = " ".join(CliRunner().invoke(app, ["check"]).output.split())
    assert all(name in said for name in OF_AWS), said
    granted = CliRunner().invoke(app, ["permissions", "--cloud", "aws"]).stdout
    assert '"cloudwatch:GetMetricData"' in granted and '"tag:GetResources"' in granted
