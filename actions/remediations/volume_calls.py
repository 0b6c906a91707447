"""The calls that change EBS volumes and snapshots, as plans list them and steps make them."""

from typing import Any

from actions.plans.document import PlanBasis, PlannedCall, WayBack, take_result
from actions.remediations.volumes import PROPOSAL_TAG, ROLLBACK_TAG, drop_reserved_tags, to_aws_tags

IOPS_TYPES = ("gp3", "io1", "io2")


def plan_snapshot(basis: PlanBasis, remediation: str) -> PlannedCall:
    """A snapshot of the volume, tagged with the proposal."""
    volume_id = basis.finding.resource.resource_id
    tags = {
        PROPOSAL_TAG: basis.proposal_id,
        "cloudcost:volume": volume_id,
        "Name": f"cloudcost: before {remediation}",
    }
    parameters = {
        "VolumeId": volume_id,
        "Description": f"Taken by cloudcost before it deletes the volume, proposal {basis.proposal_id}",
        "TagSpecifications": [{"ResourceType": "snapshot", "Tags": to_aws_tags(tags)}],
    }
    return PlannedCall(step="create_snapshot", service="ec2", operation="CreateSnapshot", parameters=parameters)


def plan_deletion(basis: PlanBasis) -> PlannedCall:
    """The deletion of the volume."""
    parameters = {"VolumeId": basis.finding.resource.resource_id}
    return PlannedCall(step="delete_volume", service="ec2", operation="DeleteVolume", parameters=parameters)


def plan_restoration(basis: PlanBasis) -> PlannedCall:
    """A volume like the one that was read, from the snapshot that was taken of it."""
    old = basis.attributes
    tags = {**drop_reserved_tags(dict(basis.tags)), ROLLBACK_TAG: basis.proposal_id}
    parameters: dict[str, Any] = {
        "ClientToken": basis.key("restore_volume"),
        "SnapshotId": take_result("create_snapshot", "snapshot_id"),
        "AvailabilityZone": old["availability_zone"],
        "Size": old["size_gib"],
        "VolumeType": old["volume_type"],
        "TagSpecifications": [{"ResourceType": "volume", "Tags": to_aws_tags(tags)}],
    }
    if old["volume_type"] in IOPS_TYPES and old["iops"]:
        parameters["Iops"] = old["iops"]
    if old["volume_type"] == "gp3" and old["throughput"]:
        parameters["Throughput"] = old["throughput"]
    if old["is_encrypted"]:
        parameters["Encrypted"] = True
        if old["kms_key_id"]:
            parameters["KmsKeyId"] = old["kms_key_id"]
    if old["is_multi_attach"]:
        parameters["MultiAttachEnabled"] = True
    return PlannedCall(step="restore_volume", service="ec2", operation="CreateVolume", parameters=parameters)


def plan_way_back_of_volume(basis: PlanBasis) -> WayBack:
    """Restoring a deleted volume, and what of it is another one then."""
    reserved = sorted(key for key in basis.tags if key.startswith("aws:"))
    tags = (f"its tags {', '.join(reserved)}, which only AWS sets",) if reserved else ()
    return WayBack(
        description="a volume like it is made from the snapshot that is taken and verified first",
        calls=(plan_restoration(basis),),
        lost=(
            "its id: the new volume has another one, and what names the old one does not find it",
            *tags,
            "what the snapshot costs: it stays until somebody deletes it",
        ),
    )
