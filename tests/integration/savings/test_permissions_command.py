"""`cloudcost permissions`: the policy that a cloud's own tools take; `check` names who sees nothing without it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cloudcost.installation import Installation
from cloudcost.permissions import PermissionsError, describe_blind_checks

RUNNER = CliRunner()


def test_the_policy_of_a_check_and_of_an_action() -> None:
    done = RUNNER.invoke(app, ["permissions", "--cloud", "aws", "--check", "unattached_volume"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["Statement"][0]["Action"] == ["ec2:DescribeVolumes"]
    done = RUNNER.invoke(app, ["permissions", "--cloud", "aws", "--action", "delete_unattached_volume"])
    assert "ec2:DeleteVolume" in done.stdout and "ec2:CreateVolume" in done.stdout


def test_where_nothing_is_needed_that_is_said() -> None:
    done = RUNNER.invoke(app, ["permissions", "--cloud", "gcp", "--check", "n1_old"])
    assert (
        done.stdout == "nothing that was named asks gcp for anything: what is found there is found in the bill alone\n"
    )


def test_an_unknown_name_is_refused_and_an_unknown_cloud_too() -> None:
    done = RUNNER.invoke(app, ["permissions", "--cloud", "aws", "--check", "nonsense"])
    assert done.exit_code != 0 and isinstance(done.exception, PermissionsError)
    assert RUNNER.invoke(app, ["permissions", "--cloud", "oracle"]).exit_code == 2


def test_what_is_named_twice_is_granted_once() -> None:
    """IAM refuses a policy in which two statements have one Sid."""
    named = ["--check", "unattached_volume", "--action", "delete_unattached_volume"]
    done = RUNNER.invoke(app, ["permissions", "--cloud", "aws", *named, *named])
    names = [one["Sid"] for one in json.loads(done.stdout)["Statement"]]
    assert len(names) == len(set(names)) == 3


@pytest.mark.parametrize(
    ("more", "blind"),
    [
        ("", 1),
        ("savings: {disabled_checks: [unattached_volume]}", 0),
        ("actions: {allowed_accounts: ['111122223333'], allowed_regions: [eu-west-1]}", 0),
    ],
)
def test_checks_without_an_account_to_look_into_are_blind(more: str, blind: int, tmp_path: Path) -> None:
    config = tmp_path / "cloudcost.yaml"
    config.write_text(f"sources: [{{name: aws, provider: aws, location: exports}}]\n{more}\n")
    sentences = describe_blind_checks(Installation(config, tmp_path / "home"))
    of_aws = [one for one in sentences if "cloudcost permissions --cloud aws" in one]
    named = [one for one in of_aws if "unattached_volume" in one.partition(":")[0] and "nothing is seen" in one]
    assert len(named) == blind


@pytest.mark.parametrize(
    ("provider", "clouds"), [("gcp", {"gcp"}), ("aws", {"aws"}), ("auto", {"aws", "azure", "gcp"})]
)
def test_only_clouds_that_a_source_is_from_are_missed(provider: str, clouds: set[str], tmp_path: Path) -> None:
    config = tmp_path / "cloudcost.yaml"
    config.write_text(f"sources: [{{name: bill, provider: {provider}, location: exports}}]\n")
    sentences = describe_blind_checks(Installation(config, tmp_path / "home"))
    assert {one.partition("permissions --cloud ")[2].partition("`")[0] for one in sentences} == clouds
