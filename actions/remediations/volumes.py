"""EBS volumes and snapshots as the remediations read and name them."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from actions.remediations.base import LiveResource, StepContext, StepRefusedError

PROPOSAL_TAG = "cloudcost:proposal"
ROLLBACK_TAG = "cloudcost:rollback"
# EC2 states one time when it makes a snapshot and may round it when it lists it.
START_TOLERANCE = timedelta(seconds=2)


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


def get_snapshot(context: StepContext) -> Any:
    """The snapshot that this execution made, as EC2 describes it now; refused where it is gone."""
    snapshot_id = context.results["create_snapshot"]["snapshot_id"]
    try:
        found = context.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    except ClientError as error:
        if read_error_code(error) != "InvalidSnapshot.NotFound":
            raise
        found = []
    if not found:
        raise StepRefusedError(f"snapshot {snapshot_id} is not there any more")
    return found[0]


def list_snapshot_problems(snapshot: Any, context: StepContext) -> tuple[str, ...]:
    """Why the volume must not be deleted with this snapshot of it; empty when it may."""
    tag = from_aws_tags(snapshot.get("Tags", [])).get(PROPOSAL_TAG)
    problems = list_restore_problems(snapshot, context)
    return problems if tag == context.proposal_id else (*problems, f"its tag {PROPOSAL_TAG} is {tag}")


def list_restore_problems(snapshot: Any, context: StepContext) -> tuple[str, ...]:
    """Why the volume could not be restored from this snapshot as it was left; empty when it could.

    Tags are not compared: whoever tidies them up later must not take away the way back.
    """
    made, volume = context.results["create_snapshot"], context.results["describe_volume"]
    seen_and_wanted = {
        "state": (snapshot["State"], "completed"),
        "owner": (snapshot["OwnerId"], context.finding.resource.account_id),
        "volume": (snapshot["VolumeId"], context.finding.resource.resource_id),
        "size in GiB": (snapshot["VolumeSize"], volume["size_gib"]),
        "encryption": (snapshot["Encrypted"], volume["is_encrypted"]),
        "storage tier": (snapshot.get("StorageTier", "standard"), "standard"),
    }
    problems = [
        f"its {name} is {seen}, not {wanted}" for name, (seen, wanted) in seen_and_wanted.items() if seen != wanted
    ]
    # The volume was seen unattached just before the snapshot was started, and has been in view since.
    if snapshot["StartTime"] < datetime.fromisoformat(made["started_at"]) - START_TOLERANCE:
        problems.append(f"it started at {snapshot['StartTime'].isoformat()}, ours at {made['started_at']}")
    return tuple(problems)


def find_restored_volume(context: StepContext) -> str | None:
    """The volume that an earlier attempt at this rollback made from the snapshot; a tag alone can be anybody's."""
    snapshot_id = context.results["create_snapshot"]["snapshot_id"]
    answer = context.client("ec2").describe_volumes(
        Filters=[{"Name": f"tag:{ROLLBACK_TAG}", "Values": [context.proposal_id]}]
    )
    found = sorted(
        volume["VolumeId"]
        for volume in answer["Volumes"]
        if volume["State"] not in ("deleting", "deleted") and volume.get("SnapshotId") == snapshot_id
    )
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
