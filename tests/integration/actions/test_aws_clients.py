"""Clients are of the account they are asked for, or there are none."""

from collections.abc import Iterator

import pytest

from clouds.aws.accounts import AccountSettings, WrongAccountError, make_aws_factory
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import ACCOUNT, REGION

OTHER = "210987654321"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoServer]:
    with MotoServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield server


def test_the_process_own_identity_serves_its_own_account(aws: MotoServer) -> None:
    factory = make_aws_factory({}, {})
    assert factory("ec2", ACCOUNT, REGION).meta.region_name == REGION
    assert factory("ec2", ACCOUNT, REGION) is factory("ec2", ACCOUNT, REGION)
    assert factory("ec2", ACCOUNT, "us-east-1").meta.region_name == "us-east-1"


def test_another_account_is_refused_without_a_role(aws: MotoServer) -> None:
    with pytest.raises(WrongAccountError, match=f"of account {ACCOUNT}, the resource is in {OTHER}"):
        make_aws_factory({}, {})("ec2", OTHER, REGION)


def test_a_role_leads_into_another_account(aws: MotoServer) -> None:
    role = AccountSettings(role_arn=f"arn:aws:iam::{OTHER}:role/cloudcost", external_id_env="EXTERNAL_ID")
    client = make_aws_factory({OTHER: role}, {"EXTERNAL_ID": "x-1"})("ec2", OTHER, REGION)
    volume_id = client.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    own = make_aws_factory({}, {})("ec2", ACCOUNT, REGION)
    assert volume_id not in {volume["VolumeId"] for volume in own.describe_volumes()["Volumes"]}
    assert volume_id in {volume["VolumeId"] for volume in client.describe_volumes()["Volumes"]}


def test_a_role_of_the_wrong_account_is_noticed(aws: MotoServer) -> None:
    role = AccountSettings(role_arn=f"arn:aws:iam::{OTHER}:role/cloudcost")
    with pytest.raises(WrongAccountError):
        make_aws_factory({ACCOUNT: role}, {})("ec2", ACCOUNT, REGION)
