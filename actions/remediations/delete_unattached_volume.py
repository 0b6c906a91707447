"""Delete an EBS volume that nothing is attached to, after a verified snapshot of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from actions.plans.document import Dependent, PlanBasis, PlannedCall, Preflight, WayBack
from actions.remediations.base import LiveResource, Remediation, SafetyClass, Step, StepContext, StepRefusedError
from actions.remediations.volume_calls import plan_deletion, plan_restoration, plan_snapshot, plan_way_back_of_volume
from actions.remediations.volumes import (
    ask_ec2,
    drop_reserved_tags,
    find_restored_volume,
    get_snapshot,
    list_restore_problems,
    list_snapshot_problems,
    list_volume_dependents,
    read_error_code,
    read_volume,
)

POLL_SECONDS = 15.0
# The first snapshot of a full 16 TiB volume takes hours.
SNAPSHOT_WAIT = timedelta(hours=6)
VOLUME_WAIT = timedelta(minutes=30)


class DeleteUnattachedVolume(Remediation):
    """Delete an unattached EBS volume; restorable from the snapshot that is taken and verified first.

    Example of a finding:

        ActionFinding(
            finding_id="unattached_volume/vol-0a1b2c3d", remediation="delete_unattached_volume",
            resource=ResourceRef(provider="aws", account_id="123456789012", region="eu-central-1",
                                 resource_id="vol-0a1b2c3d"),
            source_name="aws_prod", billing_period=date(2026, 3, 1), monthly_saving=Decimal("47.60"), currency="USD",
            reason="unattached for 34 days", evidence={"size_gib": "500"},
        )

    The snapshot stays (and costs) until somebody deletes it; it is found by its tag `cloudcost:proposal`. A volume that
    nobody watched for a while may have been attached, written and detached, so its snapshot is taken again, and the one
    before stays too.
    """

    name: ClassVar[str] = "delete_unattached_volume"
    provider: ClassVar[str] = "aws"
    safety_class: ClassVar[SafetyClass] = SafetyClass.RESTORABLE
    # The day of the change is billed in part, and exports trail usage by up to two days.
    days_until_billed: ClassVar[int] = 3
    permissions: ClassVar[tuple[str, ...]] = (
        "ec2:DescribeVolumes",
        "ec2:DescribeSnapshots",
        "ec2:CreateSnapshot",
        "ec2:CreateTags",
        "ec2:DeleteVolume",
    )
    rollback_permissions: ClassVar[tuple[str, ...]] = (
        "ec2:DescribeVolumes",
        "ec2:DescribeSnapshots",
        "ec2:CreateVolume",
        "ec2:CreateTags",
    )

    def read(self, context: StepContext) -> LiveResource | None:
        """The volume; None when EC2 does not know it (any more)."""
        return read_volume(context, context.finding.resource.resource_id)

    def list_problems(self, live: LiveResource | None, context: StepContext) -> tuple[str, ...]:
        """It must be there, available, unattached and of the size that was found."""
        if live is None:
            return ("the volume does not exist",)
        problems = []
        if live.attributes["state"] != "available":
            problems.append(f"the volume is {live.attributes['state']}, not available")
        if live.attributes["attachments"]:
            problems.append(f"the volume is attached to {', '.join(live.attributes['attachments'])}")
        found_size = context.finding.evidence.get("size_gib")
        if found_size is not None and found_size != str(live.attributes["size_gib"]):
            problems.append(f"the volume has {live.attributes['size_gib']} GiB, the finding said {found_size}")
        return tuple(problems)

    def is_applied(self, step_name: str, live: LiveResource | None) -> bool:
        """The deletion is, once the volume is gone or going."""
        return step_name == "delete_volume" and _is_gone(live)

    def steps(self) -> tuple[Step, ...]:
        """Describe, snapshot, verify the snapshot, delete, see it gone."""
        found = frozenset({"describe_volume", "create_snapshot", "await_snapshot", "verify_snapshot"})
        return (
            Step("describe_volume", "write down the volume's properties and tags", self._describe_volume),
            Step("create_snapshot", "create a snapshot tagged with the proposal", self._create_snapshot, True),
            Step("await_snapshot", "wait until the snapshot is completed", self._await_snapshot),
            Step("verify_snapshot", "check the snapshot's state, size, source and encryption", self._verify_snapshot),
            Step("delete_volume", "delete the volume if it is still available", self._delete_volume, True, found),
            Step("verify_gone", "see that the volume is gone", self._verify_gone),
        )

    def rollback_steps(self) -> tuple[Step, ...]:
        """Create the same volume again from its snapshot, unless the original is still there."""
        return (
            Step("find_original", "look whether the volume is still there", self._find_original),
            Step("restore_volume", "create a volume like the old one from the snapshot", self._restore_volume, True),
            Step("await_volume", "wait until the new volume is available", self._await_volume),
            Step("verify_volume", "compare the new volume with the old one", self._verify_volume),
        )

    def plan_calls(self, basis: PlanBasis) -> tuple[PlannedCall, ...]:
        """The snapshot and the deletion."""
        return (plan_snapshot(basis, self.name), plan_deletion(basis))

    def plan_way_back(self, basis: PlanBasis) -> WayBack:
        """A new volume from the snapshot."""
        return plan_way_back_of_volume(basis)

    def list_preconditions(self, basis: PlanBasis) -> tuple[str, ...]:
        """What `list_problems` and the steps insist on."""
        return (
            "nothing is attached to the volume, and it is available",
            f"it has {basis.attributes['size_gib']} GiB",
            "the snapshot is completed, and of this volume, its size and its encryption",
        )

    def list_dependents(self, live: LiveResource, context: StepContext) -> tuple[Dependent, ...]:
        """Instances, the stack that owns it, snapshots of it."""
        return list_volume_dependents(live, context)

    def check_calls(self, calls: tuple[PlannedCall, ...], context: StepContext) -> Preflight:
        """What EC2 says of them to a dry run."""
        return ask_ec2(calls, context)

    def _describe_volume(self, context: StepContext) -> dict[str, Any]:
        live = self.read(context)
        if live is None:
            raise StepRefusedError("the volume does not exist")
        return {"volume_id": live.resource_id, "tags": live.tags, **live.attributes}

    def _create_snapshot(self, context: StepContext) -> dict[str, Any]:
        # Always a new one: what an earlier attempt left was started before a time that nobody watched.
        answer = context.make_call(plan_snapshot(_find_basis(context), self.name))
        context.checkpoint("create_snapshot:called")
        return {"snapshot_id": answer["SnapshotId"], "started_at": answer["StartTime"].isoformat()}

    def _await_snapshot(self, context: StepContext) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            self._require_unattached(self.read(context), context)
            snapshot = get_snapshot(context)
            if snapshot["State"] == "completed":
                return {"snapshot_id": snapshot["SnapshotId"]}
            if snapshot["State"] != "pending":
                raise StepRefusedError(f"snapshot {snapshot['SnapshotId']} is {snapshot['State']}")
            return None

        return _poll(context, look, SNAPSHOT_WAIT, "the snapshot to be completed")

    def _verify_snapshot(self, context: StepContext) -> dict[str, Any]:
        snapshot = self._require_good_snapshot(context)
        return {
            "snapshot_id": snapshot["SnapshotId"],
            "state": snapshot["State"],
            "volume_id": snapshot["VolumeId"],
            "size_gib": snapshot["VolumeSize"],
            "is_encrypted": snapshot["Encrypted"],
        }

    def _require_good_snapshot(self, context: StepContext) -> Any:
        snapshot = get_snapshot(context)
        problems = list_snapshot_problems(snapshot, context)
        if problems:
            raise StepRefusedError(f"snapshot {snapshot['SnapshotId']}: {'; '.join(problems)}")
        return snapshot

    def _require_unattached(self, live: LiveResource | None, context: StepContext) -> None:
        problems = self.list_problems(live, context)
        if problems:
            raise StepRefusedError("; ".join(problems))

    def _delete_volume(self, context: StepContext) -> dict[str, Any]:
        volume_id = context.finding.resource.resource_id
        live = self.read(context)
        if _is_gone(live):
            return {"volume_id": volume_id}
        # Both are looked at again right before: between any two steps somebody may have touched them.
        self._require_unattached(live, context)
        self._require_good_snapshot(context)
        context.keep_watch()
        try:
            context.make_call(plan_deletion(_find_basis(context)))
        except ClientError as error:
            if read_error_code(error) == "VolumeInUse":
                raise StepRefusedError(f"the volume was attached in the last moment: {error}") from error
            if read_error_code(error) != "InvalidVolume.NotFound":
                raise
        context.checkpoint("delete_volume:called")
        return {"volume_id": volume_id}

    def _verify_gone(self, context: StepContext) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            return {"is_gone": True} if self.read(context) is None else None

        return _poll(context, look, VOLUME_WAIT, "the volume to be gone")

    def _find_original(self, context: StepContext) -> dict[str, Any]:
        return {"is_there": not _is_gone(self.read(context))}

    def _restore_volume(self, context: StepContext) -> dict[str, Any]:
        if context.rollback_results["find_original"]["is_there"]:
            return {"volume_id": context.finding.resource.resource_id, "is_original": True}
        if "create_snapshot" not in context.results:
            raise StepRefusedError("the volume is gone and no snapshot of it was taken")
        found = find_restored_volume(context)
        if found is None:
            snapshot = get_snapshot(context)
            problems = list_restore_problems(snapshot, context)
            if problems:
                raise StepRefusedError(f"snapshot {snapshot['SnapshotId']}: {'; '.join(problems)}")
            found = context.make_call(plan_restoration(_find_basis(context)))["VolumeId"]
            context.checkpoint("restore_volume:called")
        return {"volume_id": found, "is_original": False}

    def _await_volume(self, context: StepContext) -> dict[str, Any]:
        volume_id = context.rollback_results["restore_volume"]["volume_id"]

        def look() -> dict[str, Any] | None:
            live = read_volume(context, volume_id)
            if live is not None and live.attributes["state"] in ("available", "in-use"):
                return {"volume_id": volume_id, "state": live.attributes["state"]}
            if live is not None and live.attributes["state"] == "error":
                raise StepRefusedError(f"volume {volume_id} came up in state error")
            return None

        return _poll(context, look, VOLUME_WAIT, "the volume to be available")

    def _verify_volume(self, context: StepContext) -> dict[str, Any]:
        restored = context.rollback_results["restore_volume"]
        live = read_volume(context, restored["volume_id"])
        if live is None:
            raise StepRefusedError(f"volume {restored['volume_id']} is not there")
        if restored["is_original"]:
            return {"volume_id": live.resource_id, "is_original": True}
        old = context.results["describe_volume"]
        names = ("availability_zone", "size_gib", "volume_type", "iops", "throughput", "is_encrypted")
        differing = [name for name in names if old[name] != live.attributes[name]]
        differing += [
            f"tag {key}" for key, value in drop_reserved_tags(old["tags"]).items() if live.tags.get(key) != value
        ]
        if differing:
            raise StepRefusedError(f"volume {live.resource_id} differs from the old one in {', '.join(differing)}")
        return {"volume_id": live.resource_id, "is_original": False}


def _find_basis(context: StepContext) -> PlanBasis:
    """The volume as it was written down before it was touched."""
    described = dict(context.results["describe_volume"])
    return PlanBasis(context.proposal_id, context.finding, described, described.pop("tags"))


def _poll(
    context: StepContext, look: Callable[[], dict[str, Any] | None], limit: timedelta, what: str
) -> dict[str, Any]:
    give_up_at: datetime = context.clock() + limit
    while True:
        found = look()
        if found is not None:
            return found
        if context.clock() >= give_up_at:
            raise TimeoutError(f"waited {limit} for {what}")
        context.sleep(POLL_SECONDS)


def _is_gone(live: LiveResource | None) -> bool:
    return live is None or live.attributes["state"] == "deleting"
