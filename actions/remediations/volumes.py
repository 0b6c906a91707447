"""EBS volumes and snapshots as the remediations read and name them."""

from typing import Any

from botocore.exceptions import ClientError

from actions.remediations.base import LiveResource, StepContext

PROPOSAL_TAG = "cloudcost:proposal"
ROLLBACK_TAG = "cloudcost:rollback"


def read_volume(context: StepContext, volume_id: str) -> LiveResource | None:
    """One volume as EC2 describes it; None when EC2 does not know it."""
    try:
        volumes = context.client("ec2").describe_volumes(VolumeIds=[volume_id])["Volumes"]
    except ClientError as error:
        if read_error_code(error) == "InvalidVolume.NotFound":
            return None
        raise
    if not volumes or volumes[0]["State"] == "deleted":
        return None
    volume = volumes[0]
    attributes = {
        "state": volume["State"],
        "attachments": [attachment["InstanceId"] for attachment in volume.get("Attachments", [])],
        "availability_zone": volume["AvailabilityZone"],
        "size_gib": volume["Size"],
        "volume_type": volume["VolumeType"],
        "iops": volume.get("Iops"),
        "throughput": volume.get("Throughput"),
        "is_encrypted": volume.get("Encrypted", False),
        "kms_key_id": volume.get("KmsKeyId"),
        "is_multi_attach": volume.get("MultiAttachEnabled", False),
    }
    return LiveResource(volume_id, context.clock(), from_aws_tags(volume.get("Tags", [])), attributes)


def find_snapshot(context: StepContext) -> Any | None:
    """The snapshot that an earlier attempt at this proposal made; the oldest, should there be several."""
    answer = context.client("ec2").describe_snapshots(
        OwnerIds=["self"],
        Filters=[
            {"Name": f"tag:{PROPOSAL_TAG}", "Values": [context.proposal_id]},
            {"Name": "volume-id", "Values": [context.finding.resource.resource_id]},
        ],
    )
    usable = [snapshot for snapshot in answer["Snapshots"] if snapshot["State"] in ("pending", "completed")]
    return min(usable, key=lambda snapshot: (snapshot["StartTime"], snapshot["SnapshotId"]), default=None)


def get_snapshot(context: StepContext) -> Any:
    """The snapshot that this execution made, as EC2 describes it now."""
    snapshot_id = context.results["create_snapshot"]["snapshot_id"]
    return context.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]


def find_restored_volume(context: StepContext) -> str | None:
    """The volume that an earlier attempt at this rollback made."""
    answer = context.client("ec2").describe_volumes(
        Filters=[{"Name": f"tag:{ROLLBACK_TAG}", "Values": [context.proposal_id]}]
    )
    found = sorted(volume["VolumeId"] for volume in answer["Volumes"] if volume["State"] not in ("deleting", "deleted"))
    return found[0] if found else None


def drop_reserved_tags(tags: dict[str, str]) -> dict[str, str]:
    """Tags without those under `aws:`, which are Amazon's own and cannot be set."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def to_aws_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags in the form EC2 takes."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def from_aws_tags(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags from the form EC2 gives."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def read_error_code(error: ClientError) -> str:
    """EC2's own name of an error."""
    return str(error.response.get("Error", {}).get("Code"))
