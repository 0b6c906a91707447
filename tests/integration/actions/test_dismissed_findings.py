"""A finding that somebody dismissed, or that is done or gone, is not acted on, however far its proposal is."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.approvals import FindingClosedError
from actions.results import ActionResult
from savings.lifecycle.book import DECISIONS, SavingsBook
from state import Write
from tests.contract.stores import OPENERS
from tests.integration.actions.world import World
from tests.peers.moto_server import MotoServer
from tests.savings_plan import finding

ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture(scope="module")
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(params=sorted(OPENERS))
def world(request: pytest.FixtureRequest, aws: MotoServer, tmp_path: Path) -> Iterator[World]:
    for opened in OPENERS[request.param](tmp_path, aws):
        yield World(aws, opened())


class Finding:
    """The finding of the world's proposal, in its book of findings."""

    def __init__(self, world: World) -> None:
        self.world, self.book = world, SavingsBook(world.store, world.clock)
        self.name = world.proposal.finding.finding_id

    def row(self, saving: str = "47.60") -> dict[str, Any]:
        kept = {"billing_period": date(2026, 3, 1), "monthly_saving": Decimal(saving)}
        return finding("any", None) | kept | {"recommendation_id": self.name}

    def dismiss(self, until: date | None = None) -> None:
        self.book.dismiss(self.row(), "kept for the audit", BEN, until)

    def events(self) -> list[str]:
        return [row.event for row in self.world.audit.rows_about(self.world.proposal_id)]


def expect_refused(world: World, why: str) -> None:
    with pytest.raises(FindingClosedError, match=why):
        world.approvals.approve(world.proposal_id, ANA, "unused")
    assert Finding(world).events()[-1] == "proposal.approval_refused"


def expect_blocked(world: World, result: ActionResult, why: str) -> None:
    assert result.outcome == "blocked" and any(why in failure for failure in result.failures), result
    assert Finding(world).events()[-1] == "execution.blocked"
    assert world.volume_id in world.volumes()


def test_a_dismissed_finding_is_neither_approved_nor_acted_on(world: World) -> None:
    Finding(world).dismiss()
    expect_refused(world, f"was dismissed until 2026-07-01 by {BEN}: 'kept for the audit'")
    expect_blocked(world, world.engine().execute(world.proposal_id), "finding: its finding")
    assert world.snapshots() == []


@pytest.mark.parametrize("decide", ["accept", "restore"])
def test_what_is_decided_otherwise_again_is_approved_again(world: World, decide: str) -> None:
    one = Finding(world)
    one.dismiss()
    getattr(one.book, decide)(one.row(), "not needed after all", BEN)
    # what was approved before the dismissal is withdrawn with it
    expect_blocked(world, world.engine().execute(world.proposal_id), f"{ANA!r} has to approve it again")
    assert world.approvals.approve(world.proposal_id, ANA, "unused after all").state == "approved"
    assert world.engine().execute(world.proposal_id).outcome == "executed"
    assert world.volume_id not in world.volumes()


def test_a_dismissal_half_way_stops_before_the_next_change(world: World) -> None:
    def dismiss_then(point: str) -> None:
        if point == "create_snapshot:done":
            Finding(world).dismiss()

    expect_blocked(world, world.engine(checkpoint=dismiss_then).execute(world.proposal_id), "was dismissed")
    assert world.proposal.state == "executing" and len(world.snapshots()) == 1
    one = Finding(world)
    one.book.restore(one.row(), "unused after all", BEN)
    world.approvals.approve(world.proposal_id, ANA, "unused after all")
    assert world.engine().execute(world.proposal_id).outcome == "executed"


def test_a_dismissal_that_is_over_or_outgrown_stands_in_nobodys_way(world: World) -> None:
    one = Finding(world)
    one.dismiss(world.clock().date() + timedelta(days=1))
    expect_refused(world, "was dismissed")
    one.book.see([one.row("71.41")], lambda seen: False)
    assert world.approvals.approve(world.proposal_id, ANA, "grew by more than half").approvals[0].reason.startswith("g")
    one.book.see([one.row("71.40")], lambda seen: False)
    expect_blocked(world, world.engine().execute(world.proposal_id), "was dismissed")
    world.clock.forward(days=2)
    assert world.engine().execute(world.proposal_id).outcome == "executed"


def test_what_is_found_no_longer_is_not_acted_on(world: World) -> None:
    one = Finding(world)
    one.book.see([one.row()], lambda seen: False)
    world.clock.forward(days=1)
    one.book.see([], lambda seen: False)
    expect_refused(world, "has lapsed: it was found last on 2026-04-02")
    expect_blocked(world, world.engine().execute(world.proposal_id), "has lapsed")
    one.book.see([one.row()], lambda seen: False)
    assert world.engine().execute(world.proposal_id).outcome == "executed"


def test_what_another_proposal_has_done_is_not_done_twice(world: World) -> None:
    other = world.create_volume()
    key = world.approve(other, finding_id=world.proposal.finding.finding_id)
    assert world.engine().execute(key).outcome == "executed"
    expect_refused(world, "is done: another proposal carried it out")
    expect_blocked(world, world.engine().execute(world.proposal_id), "is done")


def test_a_dismissal_that_was_taken_out_of_the_state_counts_by_the_log(world: World) -> None:
    one = Finding(world)
    one.dismiss()
    record = world.store.get(DECISIONS, one.name)
    assert record is not None
    world.store.transact([Write.update(record, {**record.body, "verdict": "restored"})])
    expect_refused(world, "was dismissed")
