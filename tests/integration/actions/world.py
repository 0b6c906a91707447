"""A small AWS account with one volume that is to be deleted, for tests of the engine."""

from decimal import Decimal
from typing import Any

from moto.ec2.models import ec2_backends

from actions.approvals import Approvals
from actions.engine import ActionEngine
from actions.judge import IsReconciled
from actions.planning.planner import Planner
from actions.proposal_book import ProposalBook
from actions.proposals import ActionFinding, Proposal
from audit.log import AuditLog
from cloudcost.analytics.finding_objections import ObjectionFinder
from core.instants import Checkpoint, pass_checkpoint
from state import StateStore
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import ACCOUNT, REGION, HandClock, make_finding, make_settings

TAGS = {"team": "data", "Name": "scratch"}
Reconciled = bool | None | IsReconciled


class World:
    """A store, a clock and one volume with an approved proposal to delete it."""

    #: moto's own record of a second volume, where a test has one
    other: Any = None
    #: what the newest run found instead of what was proposed
    finding: ActionFinding | None = None

    def __init__(self, aws: MotoServer, store: StateStore) -> None:
        self.aws, self.ec2, self.clock = aws, aws.client("ec2"), HandClock()
        self.store = store
        self.find_objection = ObjectionFinder(store, self.clock, Decimal("0.5"))
        self.audit = AuditLog(self.store, self.clock)
        self.book = ProposalBook(self.store, self.clock)
        self.volume_id = self.create_volume()
        self.proposal_id = self.approve(self.volume_id)
        aws.calls.clear()

    def create_volume(self, **changes: Any) -> str:
        tags = [{"Key": key, "Value": value} for key, value in {**TAGS, **changes.pop("tags", {})}.items()]
        wanted = {"Size": 12, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250, **changes}
        volume = {name: value for name, value in wanted.items() if value is not None}
        answer = self.ec2.create_volume(
            AvailabilityZone=f"{REGION}a", TagSpecifications=[{"ResourceType": "volume", "Tags": tags}], **volume
        )
        return str(answer["VolumeId"])

    def approve(self, volume_id: str, **finding: Any) -> str:
        proposal, _ = self.book.propose(make_finding(volume_id, **finding))
        self.planner().plan(proposal.proposal_id)
        self.approve_again(proposal.proposal_id)
        return proposal.proposal_id

    def approve_again(self, proposal_id: str = "") -> Proposal:
        return self.approvals.approve(proposal_id or self.proposal_id, "ana@example.com", "unused")

    def planner(self, checkpoint: Checkpoint = pass_checkpoint, **settings: Any) -> Planner:
        return Planner(
            self.store, make_settings(**settings), self.aws.client, self.clock, self.clock.sleep,
            lambda proposal: self.finding or proposal.finding, checkpoint=checkpoint,
        )  # fmt: skip

    def engine(
        self, reconciled: Reconciled = True, checkpoint: Checkpoint = pass_checkpoint, **settings: Any
    ) -> ActionEngine:
        return ActionEngine(
            self.store,
            make_settings(**settings),
            self.aws.client,
            reconciled if callable(reconciled) else lambda source_name, billing_period: reconciled,
            self.find_objection,
            self.clock,
            self.clock.sleep,
            checkpoint=checkpoint,
            find_finding=lambda proposal: self.finding or proposal.finding,
        )

    def attach(self, volume_id: str) -> str:
        instance = self._find_instance()
        self.ec2.attach_volume(VolumeId=volume_id, InstanceId=instance, Device="/dev/sdf")
        return str(instance)

    def _find_instance(self) -> str:
        backend = ec2_backends[ACCOUNT][REGION]
        known = [instance.id for reservation in backend.reservations.values() for instance in reservation.instances]
        if known:
            return str(known[0])
        image = next(iter(backend.amis))  # the listing of all takes a second
        return str(self.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"])

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.store, make_settings(), self.clock, self.find_objection)

    @property
    def proposal(self) -> Proposal:
        return self.book.get(self.proposal_id)

    def volumes(self) -> dict[str, Any]:
        return {volume["VolumeId"]: volume for volume in self.ec2.describe_volumes()["Volumes"]}

    def snapshots(self) -> list[Any]:
        filters = [{"Name": "tag:cloudcost:proposal", "Values": [self.proposal_id]}]
        return list(self.ec2.describe_snapshots(Filters=filters)["Snapshots"])
