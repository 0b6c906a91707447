"""The asset of proposals: each run plans what waits, with what it has found and what the cloud says now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from actions.approvals import Approvals
from actions.plans.records import PlanRecords
from actions.proposal_book import ProposalBook
from actions.proposals import Proposal
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.actions.assets import proposals
from tests.integration.pipeline.scoring import materialise
from tests.peers.moto_server import MotoServer
from tests.unit.actions.examples import ACCOUNT, REGION, nothing_objects

ANA = "ana@example.com"
CONFIG = """
sources: [{name: aws_prod, provider: aws, location: exports}]
actions: {approvers: [%s], allowed_accounts: ["%s"], allowed_regions: [%s]}
people: [{name: %s, account: ana}]
"""
FOUND = """
create or replace table ml.recommendations as select
    'unattached_volume/' || resource_id as recommendation_id, 'delete_unattached_volume' as remediation,
    'aws' as provider,
    ? as account_id, ? as region, resource_id, 'aws_prod' as source_name, date '2026-03-01' as billing_period,
    cast(? as decimal(38, 12)) as monthly_saving, cast(9 as decimal(38, 12)) as monthly_cost, 'USD' as billing_currency,
    'unattached for 34 days' as reason, '{}' as evidence, 'found' as status
from (select unnest(?) as resource_id)
"""


class Site:
    """An installation, and the account that its findings are about."""

    def __init__(self, aws: MotoServer, folder: Path) -> None:
        self.aws, self.folder = aws, folder
        (folder / "cloudcost.yaml").write_text(CONFIG % (ANA, ACCOUNT, REGION, ANA))
        self.installation = Installation(folder / "cloudcost.yaml", folder / "home")
        self.installation.home.mkdir()
        self.volume = str(aws.client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"])

    def run(self, saving: str = "8", gone: str = "vol-00000000") -> dict[str, Proposal]:
        """A run of the pipeline that found the volume, and one that nobody knows; proposals by resource."""
        with duckdb.connect(str(self.installation.home / "warehouse.duckdb")) as connection:
            connection.execute("create schema if not exists ml")
            connection.execute(FOUND, [ACCOUNT, REGION, saving, [self.volume, gone]])
        materialise(self.installation, [proposals])
        found = ProposalBook(self.installation.store, utc_now).list()
        return {one.finding.resource.resource_id: one for one in found}

    def approve(self, proposal: Proposal) -> Any:
        approvals = Approvals(self.installation.store, self.installation.action_settings, utc_now, nothing_objects)
        return approvals.approve(proposal.proposal_id, ANA, "unused", proposal.plan)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with MotoServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield Site(server, tmp_path)


def test_what_is_found_is_proposed_with_its_plan(site: Site) -> None:
    found = site.run()
    assert found["vol-00000000"].plan is None and found["vol-00000000"].plan_problem == "the volume does not exist"
    kept = PlanRecords(site.installation.store).find(found[site.volume].plan)
    assert kept is not None and (kept.plan.attributes["size_gib"], kept.plan.preflight.outcome) == (8, "allowed")
    assert (str(kept.plan.price.monthly_cost), kept.plan.price.currency) == ("9.000000000000", "USD")
    assert not [
        call for call in site.aws.calls if call.action in ("CreateSnapshot", "DeleteVolume") and call.status == 200
    ]


def test_a_run_that_finds_the_same_asks_nobody_again(site: Site) -> None:
    approved = site.approve(site.run()[site.volume])
    assert site.run("8.5")[site.volume] == approved


def test_a_run_that_finds_another_price_or_resource_asks_again(site: Site) -> None:
    approved = site.approve(site.run()[site.volume])
    changed = site.run("12")[site.volume]
    assert (changed.state, str(changed.finding.monthly_saving)) == ("proposed", "12.000000000000")
    assert changed.plan != approved.plan
    site.approve(changed)
    tags = [{"Key": "team", "Value": "web"}]
    site.aws.client("ec2").create_tags(Resources=[site.volume], Tags=tags)
    assert site.run("12")[site.volume].state == "proposed"


def test_an_account_that_gives_no_access_is_a_reason_and_no_failed_run(site: Site, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    problems = {one.plan_problem for one in site.run().values()}
    assert all(problem is not None and "the resource could not be read" in problem for problem in problems)
