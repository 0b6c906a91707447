"""The documents that grant what checks and actions need, and nothing else."""

import json

import pytest
import yaml

from actions.remediations import REMEDIATIONS
from cloudcost.permissions import Need, PermissionsError, list_needs, write_document
from savings.check import Check, InventoryCheck
from savings.registry import CHECKS

ACTION = "delete_unattached_volume"


def test_a_check_that_reads_asks_to_read_and_nothing_else() -> None:
    needs = list_needs(CHECKS, "aws", ["unattached_volume"], [])
    (statement,) = json.loads(write_document("aws", needs))["Statement"]
    assert statement == {
        "Sid": "UnattachedVolume", "Effect": "Allow", "Action": ["ec2:DescribeVolumes"], "Resource": "*",
    }  # fmt: skip


def test_an_action_asks_for_its_way_back_too() -> None:
    document = json.loads(write_document("aws", list_needs(CHECKS, "aws", [], [ACTION])))
    forward, back = document["Statement"]
    assert set(forward["Action"]) == set(REMEDIATIONS[ACTION].permissions)
    assert (
        set(back["Action"]) == set(REMEDIATIONS[ACTION].rollback_permissions)
        and "ec2:DeleteVolume" not in back["Action"]
    )


def test_without_a_choice_it_is_every_check_and_no_action() -> None:
    needs = list_needs(CHECKS, "aws", [], [])
    readers = [name for name, check in CHECKS.items() if isinstance(check, InventoryCheck) and "aws" in check.clouds]
    assert [need.purpose for need in needs] == readers
    granted = {one for need in needs for one in need.permissions}
    assert all(one.partition(":")[2].startswith(("Describe", "List", "Get", "BatchGet")) for one in granted)


def test_what_reading_advice_takes_is_told_by_name_and_of_aws_on_the_export_alone() -> None:
    (statement,) = json.loads(write_document("aws", list_needs(CHECKS, "aws", ["aws_cost_optimization_hub"], [])))[
        "Statement"
    ]
    assert statement["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert statement["Resource"] == ["arn:aws:s3:::EXPORT-BUCKET", "arn:aws:s3:::EXPORT-BUCKET/*"]
    role = json.loads(write_document("azure", list_needs(CHECKS, "azure", ["azure_advisor"], [])))
    assert role["Actions"] == ["Microsoft.Advisor/recommendations/read"]
    granted = yaml.safe_load(write_document("gcp", list_needs(CHECKS, "gcp", ["gcp_recommender"], [])))
    assert granted["includedPermissions"] == [
        "bigquery.jobs.create", "bigquery.tables.get", "bigquery.tables.getData",
    ]  # fmt: skip
    assert list_needs(CHECKS, "aws", ["azure_advisor"], []) == []


def test_checks_of_the_bill_ask_for_nothing() -> None:
    assert list_needs(CHECKS, "aws", ["gp2_to_gp3", "hours_only_idle"], []) == []
    assert list_needs(CHECKS, "gcp", [], [ACTION]) == []


@pytest.mark.parametrize(("checks", "actions", "kind"), [(["nonsense"], [], "check"), ([], ["nonsense"], "action")])
def test_a_name_that_nobody_has_is_refused_with_those_there_are(
    checks: list[str], actions: list[str], kind: str
) -> None:
    with pytest.raises(PermissionsError, match=f"there is no {kind} 'nonsense'"):
        list_needs(CHECKS, "aws", checks, actions)


def test_other_clouds_get_their_own_documents() -> None:
    azure = json.loads(write_document("azure", [Need("disks", ("Microsoft.Compute/disks/read",))]))
    assert azure["Actions"] == ["Microsoft.Compute/disks/read"] and azure["NotActions"] == []
    role = yaml.safe_load(write_document("gcp", [Need("disks", ("compute.disks.list",))]))
    assert role["includedPermissions"] == ["compute.disks.list"]


def test_google_gets_a_role_that_lists_and_measures_and_nothing_else() -> None:
    looking: dict[str, Check] = {name: check for name, check in CHECKS.items() if isinstance(check, InventoryCheck)}
    role = yaml.safe_load(write_document("gcp", list_needs(looking, "gcp", [], [])))
    assert role["includedPermissions"] == [
        "cloudsql.instances.list",
        *(f"compute.{kind}.list" for kind in (
            "addresses", "autoscalers", "backendServices", "disks", "forwardingRules", "images",
            "instanceGroupManagers", "instanceTemplates", "instances", "machineTypes", "snapshots", "targetHttpProxies",
            "targetHttpsProxies", "targetPools", "targetTcpProxies", "urlMaps",
        )),
        "container.clusters.list",
        "monitoring.timeSeries.list",
        "redis.instances.list",
    ]  # fmt: skip
    # Google takes no longer one
    assert len(role["description"]) <= 300
    one = yaml.safe_load(write_document("gcp", list_needs(CHECKS, "gcp", ["idle_memorystore"], [])))
    assert one["includedPermissions"] == ["monitoring.timeSeries.list", "redis.instances.list"]
    assert one["description"] == "What cloudcost does: idle_memorystore"
