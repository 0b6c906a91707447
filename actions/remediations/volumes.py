"""EBS volumes and snapshots as the remediations read and name them."""

from datetime import datetime, timedelta
from typing import Any, Literal

from botocore import xform_name
from botocore.exceptions import ClientError

from actions.plans.document import Dependent, PlannedCall, Preflight
from actions.remediations.base import LiveResource, StepContext, StepRefusedError

PROPOSAL_TAG = "cloudcost:proposal"
ROLLBACK_TAG = "cloudcost:rollback"
# AWS sets it on what a stack made; it cannot be set by hand.
STACK_TAG = "aws:cloudformation:stack-name"
# A volume of a daily backup policy has hundreds: the plan shows that there are, not each.
MOST_SNAPSHOTS = 20
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
        "attachments": sorted(attachment["InstanceId"] for attachment in volume.get("Attachments", [])),
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


def list_volume_dependents(live: LiveResource, context: StepContext) -> tuple[Dependent, ...]:
    """What hangs on a volume: instances, the stack that owns it, and the snapshots that were made of it."""
    attached = [
        Dependent(kind="instance", name=name, effect="loses the disk", is_harmed=True)
        for name in live.attributes["attachments"]
    ]
    stack = live.tags.get(STACK_TAG)
    owner = Dependent(
        kind="CloudFormation stack", name=stack or "", effect="differs from its template from then on", is_harmed=True
    )
    filters: Any = [{"Name": "volume-id", "Values": [live.resource_id]}]
    pages = context.client("ec2").get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=filters)
    names = sorted(snapshot["SnapshotId"] for page in pages for snapshot in page["Snapshots"])
    snapshots = [
        Dependent(kind="snapshot", name=name, effect="stays, and costs what it did", is_harmed=False)
        for name in names[:MOST_SNAPSHOTS]
    ]
    if len(names) > MOST_SNAPSHOTS:
        more = f"{len(names) - MOST_SNAPSHOTS} more"
        snapshots.append(Dependent(kind="snapshots", name=more, effect="stay, and cost what they did", is_harmed=False))
    return (*attached, *([owner] if stack else []), *snapshots)


def ask_ec2(calls: tuple[PlannedCall, ...], context: StepContext) -> Preflight:
    """What EC2 says of calls with DryRun, which checks permissions and does nothing.

    Source: EC2 API reference, DryRun: `DryRunOperation` when it would be allowed, else `UnauthorizedOperation`.
    """
    refused, unknown = [], []
    for call in calls:
        if call.service != "ec2" or not call.is_complete:
            unknown.append(f"{call.operation}: not asked, it takes what an earlier step gives")
            continue
        try:
            method = getattr(context.client("ec2"), xform_name(call.operation))
            method(**{**call.parameters, "DryRun": True})
            unknown.append(f"{call.operation}: EC2 did not answer as it does to a dry run")
        except ClientError as error:
            code = read_error_code(error)
            if code in ("UnauthorizedOperation", "AccessDenied"):
                refused.append(f"{call.operation}: {code}")
            elif code != "DryRunOperation":
                unknown.append(f"{call.operation}: {code}")
    outcome: Literal["allowed", "refused", "unknown"] = "refused" if refused else "unknown" if unknown else "allowed"
    return Preflight(outcome=outcome, details=(*refused, *unknown))


def drop_reserved_tags(tags: dict[str, str]) -> dict[str, str]:
    """Tags without those under `aws:`, which are Amazon's own and cannot be set."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def to_aws_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags in the form EC2 takes, in order: the same tags are the same parameter."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def from_aws_tags(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags from the form EC2 gives."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def read_error_code(error: ClientError) -> str:
    """EC2's own name of an error."""
    return str(error.response.get("Error", {}).get("Code"))
