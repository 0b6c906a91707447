"""The plan over the API: it is what the body shows, what the ETag names, and what a decision consents to."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.planning.planner import Planner
from actions.proposal_book import ProposalBook
from api.app import make_app
from cloudcost.installation import Installation
from core.instants import utc_now
from tests.integration.api.company import ByName, Company, write_config
from tests.unit.actions.examples import PlannedByHand, make_finding, make_settings, propose_planned

MINE = "111122223333"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """An installation with a proposal that has a plan, and one that has none."""
    more = "actions: {two_person_limit: 100}"
    installation = Installation(write_config(tmp_path, accounts=[MINE], more=more), tmp_path / "home", "api")
    propose_planned(installation.store, utc_now, make_finding("planned", "9"))
    ProposalBook(installation.store, utc_now).propose(make_finding("waiting", "8"))
    return Company(installation, make_app(installation, ByName(installation.directory)))


def read(company: Company, resource_id: str) -> dict[str, Any]:
    items = company.client("ben").get("/v1/proposals").json()["items"]
    key = next(one["proposal_id"] for one in items if one["resource_id"] == resource_id)
    shown: dict[str, Any] = company.client("ben").get(f"/v1/proposals/{key}").json()
    return shown


def approve(company: Company, who: str, shown: dict[str, Any]) -> Any:
    headers = {"If-Match": f'"{shown["plan"]}"'}
    path = f"/v1/proposals/{shown['proposal_id']}/approve"
    return company.client(who).post(path, json={"reason": "unused"}, headers=headers)


def test_the_digest_is_of_the_plan_that_is_shown(company: Company) -> None:
    shown = read(company, "planned")
    text = json.dumps(shown["plan_document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == shown["plan"] and shown["plan_problem"] is None
    assert shown["plan_document"]["calls"][0]["operation"] == "DeleteVolume"
    assert '  calls ec2 DeleteVolume(VolumeId="planned")' in shown["plan_words"]
    listed = company.client("ben").get("/v1/proposals").json()["items"]
    assert [one["plan_document"] for one in listed] == [None, None]


def test_what_has_no_plan_is_rejected_and_not_approved(company: Company) -> None:
    waiting = read(company, "waiting")
    assert waiting["plan_document"] is None and len(waiting["plan"]) == 24
    answer = approve(company, "ben", waiting)
    assert answer.status_code == 409 and "cannot be approved: it has no plan" in answer.json()["detail"]
    headers = {"If-Match": waiting["plan"]}
    path = f"/v1/proposals/{waiting['proposal_id']}/reject"
    assert company.client("ben").post(path, json={"reason": "kept"}, headers=headers).json()["state"] == "rejected"


def test_a_plan_that_is_another_now_is_not_approved_by_its_old_name(company: Company) -> None:
    old = read(company, "planned")
    assert approve(company, "ben", old).json()["state"] == "approved"
    store, finding = company.installation.store, make_finding("planned", "12")
    settings, registry = make_settings(), {finding.remediation: PlannedByHand()}
    planner = Planner(store, settings, lambda *_: None, utc_now, lambda _: None, lambda _: finding, registry)
    planner.plan(old["proposal_id"])
    new = read(company, "planned")
    assert (new["state"], new["approvals"], Decimal(new["monthly_saving"])) == ("proposed", [], Decimal(12))
    assert approve(company, "ben", old).status_code == 412
    assert approve(company, "ben", new).json()["state"] == "approved"


@pytest.mark.parametrize("who", ["ada", "fay"])
def test_who_does_not_approve_does_not_approve_plans(company: Company, who: str) -> None:
    assert approve(company, who, read(company, "planned")).status_code == 403
    assert read(company, "planned")["state"] == "proposed"
