"""Plans of an installation's proposals: from its clouds, and with what its newest run has found of money."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from actions.planning.planner import Planner
from actions.plans.document import NoPlanError
from actions.proposal_book import ProposalBook, ProposalStateError
from actions.proposals import ActionFinding, Proposal
from alerts.findings import describe_recommendation
from cloudcost.cloud_clients import open_clients
from cloudcost.installation import Installation
from clouds.aws.accounts import ClientFactory
from core.instants import utc_now
from warehouse import fetch_records

_FINDING = "select * from ml.recommendations where recommendation_id = ?"


@dataclass(frozen=True)
class PlannedProposals:
    """How many proposals wait with a plan, and why the others have none or were left as they are, by proposal."""

    planned: int
    problems: Mapping[str, str]


def open_planner(installation: Installation) -> Planner:
    """The planner with the installation's settings, clients and newest findings."""
    return Planner(
        installation.store,
        installation.action_settings,
        _remember_failures(open_clients(installation)),
        utc_now,
        time.sleep,
        partial(find_newest, installation),
    )


def plan_proposals(installation: Installation) -> PlannedProposals:
    """Plan what waits for approval or execution: the first time, or anew where it would be another plan now."""
    planner, problems, planned = open_planner(installation), {}, 0
    for proposal in ProposalBook(installation.store, utc_now).list("proposed", "approved"):
        try:
            found = planner.plan(proposal.proposal_id)
        except (NoPlanError, ProposalStateError) as problem:
            problems[proposal.proposal_id] = str(problem)
            continue
        planned += found.plan is not None
        if found.plan_problem is not None:
            problems[proposal.proposal_id] = found.plan_problem
    return PlannedProposals(planned, problems)


def find_newest(installation: Installation, proposal: Proposal) -> ActionFinding:
    """The proposal's finding as the newest run has it; the proposal's own where it was not found, or has no amount."""
    if not installation.warehouse.has_table("ml", "recommendations"):
        return proposal.finding
    with installation.warehouse.connect(read_only=True) as connection:
        rows = fetch_records(connection.execute(_FINDING, [proposal.finding.finding_id]))
    found = [describe_recommendation(row) for row in rows if row["remediation"] and row["monthly_saving"] is not None]
    return next((one for one in found if one.proposal_id == proposal.proposal_id), proposal.finding)


def _remember_failures(clients: ClientFactory) -> ClientFactory:
    """Clients of which one that could not be opened is not tried again: every attempt may wait for a whole timeout."""
    failed: dict[tuple[str, str, str], Exception] = {}

    def open_client(service: str, account_id: str, region: str) -> Any:
        name = (service, account_id, region)
        if name in failed:
            raise failed[name]
        try:
            return clients(service, account_id, region)
        except Exception as error:
            failed[name] = error
            raise

    return open_client
