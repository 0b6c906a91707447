"""What people decide through the API: on what they have read, once, in their own name, and only on what they see."""

import datetime as dt
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends
from fastapi.testclient import TestClient

from actions.proposal_book import ProposalBook
from alerts.incident_book import IncidentBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from api.access import Anybody, Deprecated
from api.app import make_app
from api.problems import ProblemError
from api.running import Running
from api.writes.idempotency import DEAD, KIND, MOST_BYTES, MOST_ENTRIES, IdempotencyBook, Kept, name_key
from audit.log import AuditLog
from cloudcost.installation import Installation
from core.instants import utc_now
from savings.lifecycle.book import SavingsBook
from state import ConflictError, StateStoreError
from state.dynamodb import MAX_ITEM_BYTES
from tests.integration.api.company import ByName, Company, write_config
from tests.unit.actions.examples import HandClock, make_finding, propose_planned

MINE = "111122223333"
REASON = {"reason": "unused since August"}


@pytest.fixture
def desk(tmp_path: Path) -> Company:
    """An installation with two proposals, a small and a large one, and two incidents."""
    more = "actions: {two_person_limit: 100}"
    installation = Installation(write_config(tmp_path, accounts=[MINE], more=more), tmp_path / "home", "api")
    for name, saving in (("small", "9"), ("large", "900")):
        propose_planned(installation.store, utc_now, make_finding(name, saving))
    incidents = IncidentBook(installation.store, (), utc_now)
    for account in (MINE, "999988887777"):
        scope = {"account": account, "service": "EC2"}
        incidents.open(
            IncidentFinding(
                rule="cost_anomaly", scope=scope, start=dt.date(2026, 10, 1), severity=Severity.WARNING, title=account,
                summary="more than usual",
            )
        )  # fmt: skip
    return Company(installation, make_app(installation, ByName(installation.directory)))


def find(desk: Company, saving: str) -> dict[str, Any]:
    items = desk.client("ben").get("/v1/proposals").json()["items"]
    return next(one for one in items if one["monthly_saving"] == saving)


def decide(
    desk: Company, who: str, decision: str, proposal: dict[str, Any], plan: str | None = None, **headers: str
) -> httpx.Response:
    path = f"/v1/proposals/{proposal['proposal_id']}/{decision}"
    matched = {"If-Match": f'"{plan or proposal["plan"]}"', **headers}
    return desk.client(who).post(path, json=REASON, headers={k: v for k, v in matched.items() if v != '""'})


def rows(desk: Company, *events: str) -> list[Any]:
    return [row for row in AuditLog(desk.installation.store, utc_now).rows() if row.event in events]


def test_an_approval_says_who_and_from_which_account(desk: Company) -> None:
    small = find(desk, "9")
    shown = desk.client("ben").get(f"/v1/proposals/{small['proposal_id']}")
    assert shown.headers["etag"] == f'"{small["plan"]}"'
    answer = decide(desk, "ben", "approve", small)
    assert answer.status_code == 200 and answer.json()["state"] == "approved", answer.text
    (row,) = rows(desk, "proposal.approved")
    assert (row.actor, row.account, row.channel) == ("ben", "test ben", "api")
    assert row.details["plan"] == small["plan"] and row.details["reason"] == REASON["reason"]


def test_a_decision_names_the_plan_that_was_read(desk: Company) -> None:
    small = find(desk, "9")
    path = f"/v1/proposals/{small['proposal_id']}"
    for decision in ("approve", "reject", "rollback"):
        assert desk.client("ben").post(f"{path}/{decision}", json=REASON).status_code == 428
        assert decide(desk, "ben", decision, small, plan="0" * 24).status_code == 412
        assert desk.client("ben").post(f"{path}/{decision}", json={"reason": ""}).status_code == 422
    blank = desk.client("ben").post(f"{path}/approve", json={"reason": " "}, headers={"If-Match": small["plan"]})
    assert blank.status_code == 422 and blank.json()["detail"].startswith("body/reason: ")
    assert find(desk, "9")["state"] == "proposed" and not rows(desk, "proposal.approved", "proposal.rejected")


def test_one_person_in_two_spellings_by_key_and_token_is_one(desk: Company) -> None:
    large = find(desk, "900")
    assert large["approvals_needed"] == 2
    assert decide(desk, "ben", "approve", large).json()["state"] == "proposed"
    again = decide(desk, "BEN", "approve", large)
    assert again.status_code == 200 and again.json()["state"] == "proposed" and len(again.json()["approvals"]) == 1
    machine = decide(desk, "ben/machine", "approve", large)
    assert machine.status_code == 403 and "a machine may not" in machine.json()["detail"]
    assert decide(desk, "ada", "approve", large).status_code == 403  # who administers does not approve by that
    desk.installation.directory.change("ada", "cleo", "away", is_disabled=True)
    assert decide(desk, "cleo", "approve", large).status_code == 403
    desk.installation.directory.change("ada", "cleo", "back", is_disabled=False)
    assert decide(desk, "cleo", "approve", large).json()["state"] == "approved"
    assert [row.actor for row in rows(desk, "proposal.consented", "proposal.approved")] == ["ben", "cleo"]


@pytest.mark.parametrize("path", ["/v1/proposals", "/v1/incidents"])
def test_what_leaves_a_list_between_two_pages_lets_no_other_be_skipped(desk: Company, path: str) -> None:
    state, who = ("proposed", "ben") if path == "/v1/proposals" else ("open", "ben")
    name = "proposal_id" if path == "/v1/proposals" else "incident_id"
    every = [one[name] for one in desk.get(who, path, state=state).json()["items"]]
    first = desk.get(who, path, state=state, limit=1).json()
    if path == "/v1/proposals":
        assert decide(desk, who, "reject", first["items"][0]).status_code == 200
    else:
        assert desk.client(who).post(f"{path}/{every[0]}/resolve", json=REASON).status_code == 200
    second = desk.get(who, path, state=state, limit=1, cursor=first["next"]).json()
    assert [one[name] for one in (*first["items"], *second["items"])] == every and second["next"] is None


def test_pages_of_the_audit_log_are_the_audit_log(desk: Company) -> None:
    every, found, cursor = desk.get("ada", "/v1/audit").json()["items"], list[Any](), None
    while not found or cursor:
        page = desk.get("ada", "/v1/audit", limit=1, **({"cursor": cursor} if cursor else {})).json()
        found, cursor = [*found, *page["items"]], page["next"]
    assert len(every) > 2 and found == every


def test_a_decision_that_comes_too_late_is_a_conflict(desk: Company) -> None:
    small = find(desk, "9")
    assert decide(desk, "cleo", "reject", small).json()["state"] == "rejected"
    assert decide(desk, "ben", "approve", small).status_code == 409
    assert decide(desk, "ben", "rollback", small).status_code == 409


def test_nobody_approves_what_was_dismissed(desk: Company) -> None:
    small = find(desk, "9")
    where = {name: small[name] for name in ("account_id", "region", "resource_id")}
    name = ProposalBook(desk.installation.store, utc_now).get(small["proposal_id"]).finding.finding_id
    found = where | {"recommendation_id": name, "check_name": "unattached_volume", "monthly_saving": Decimal(9)}
    book = SavingsBook(desk.installation.store, utc_now)
    book.dismiss(found, "kept for the audit", "cleo")
    refused = decide(desk, "ben", "approve", small)
    assert refused.status_code == 409 and "was dismissed" in refused.json()["detail"], refused.text
    (row,) = rows(desk, "proposal.approval_refused")
    assert (row.actor, row.subject) == ("ben", small["proposal_id"]) and "kept for the audit" in row.details["why"]
    book.accept(found, "not kept after all", "cleo")
    assert decide(desk, "ben", "approve", small).json()["state"] == "approved"


def test_what_is_not_seen_is_not_there(desk: Company) -> None:
    hidden = find(desk, "9")
    book = IncidentBook(desk.installation.store, (), utc_now)
    mine, other = (next(i for i in book.list() if i.finding.title == name) for name in (MINE, "999988887777"))
    theo = desk.client("theo")
    assert [one["title"] for one in theo.get("/v1/incidents").json()["items"]] == [MINE]
    assert theo.get("/v1/proposals").json()["items"] == []
    for path, real, made_up in (
        ("/v1/incidents/{}", other.incident_id, "inc-0"),
        ("/v1/proposals/{}", hidden["proposal_id"], "prop-0"),
    ):
        answers = [theo.get(path.format(name)) for name in (real, made_up)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
    for step in ("acknowledge", "resolve"):
        assert theo.post(f"/v1/incidents/{other.incident_id}/{step}", json=REASON).status_code == 404
    assert theo.post(f"/v1/incidents/{mine.incident_id}/acknowledge", json=REASON).json()["state"] == "acknowledged"
    assert theo.post(f"/v1/incidents/{mine.incident_id}/resolve", json=REASON).json()["state"] == "resolved"
    assert theo.post(f"/v1/incidents/{mine.incident_id}/acknowledge", json=REASON).status_code == 409
    assert {(row.actor, row.account) for row in rows(desk, "incident.acknowledged", "incident.resolved")} == {
        ("theo", "test theo")
    }
    assert book.get(other.incident_id).state == "open"


def test_a_write_that_is_sent_twice_is_done_once(desk: Company) -> None:
    ada, new = desk.client("ada"), {"name": "new@example.com", "roles": ["viewer"]}
    first = ada.post("/v1/people", json=new, headers={"Idempotency-Key": "k1"})
    again = ada.post("/v1/people", json=new, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert len(rows(desk, "person.added")) == 1
    other = ada.post("/v1/people", json={**new, "name": "x@example.com"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422 and other.headers["content-type"] == "application/problem+json"
    assert ada.post("/v1/people", json=new, headers={"Idempotency-Key": "k2"}).status_code == 409
    # what was refused was not done, and can be sent again under its key
    assert ada.post("/v1/people", json={**new, "name": "y@example.com"}, headers={"Idempotency-Key": "k2"}).is_success
    # a key is one caller's, and nobody else is given the answer
    assert desk.client("vera").post("/v1/people", json=new, headers={"Idempotency-Key": "k1"}).status_code == 403
    assert desk.client("").post("/v1/people", json=new, headers={"Idempotency-Key": "k1"}).status_code == 401
    bad = ada.post("/v1/people", json=new, headers={"Idempotency-Key": "a b"})
    assert bad.status_code == 422


def test_a_key_of_one_plan_is_not_that_of_another(desk: Company) -> None:
    small = find(desk, "9")
    assert decide(desk, "ben", "approve", small, **{"Idempotency-Key": "once"}).is_success
    other = decide(desk, "ben", "approve", small, plan="f" * 24, **{"Idempotency-Key": "once"})
    assert other.status_code == 422 and "another request" in other.json()["detail"]


def test_a_defect_is_found_by_its_id(
    desk: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something of ours")

    monkeypatch.setattr(ByName, "identify", fail)
    client = TestClient(desk.app, "http://localhost", raise_server_exceptions=False)
    answer = client.get("/v1/me", headers={"Authorization": "Bearer ada"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:cloudcost:problem:internal")
    assert answer.headers["x-request-id"] == answer.json()["instance"]
    assert (
        answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "private, no-cache"
    )
    (record,) = [one for one in caplog.records if one.getMessage() == "a defect"]
    assert vars(record)["request"] == answer.json()["instance"] and record.exc_info is not None


def test_a_key_does_not_make_a_defect_of_what_is_away(desk: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.problems import ProblemError

    def away(*_: object) -> None:
        raise ProblemError(503, "unavailable", "the provider does not answer", headers={"Retry-After": "30"})

    ada = desk.client("ada")
    monkeypatch.setattr(type(desk.app.state.services.authenticator), "identify", away)
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = ada.post("/v1/people", json={"name": "x", "roles": ["viewer"]}, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_a_decision_that_is_refused_is_one_row(desk: Company) -> None:
    """The decision's own row has the proposal; a second that says the same with the route would count it twice."""
    proposed, _ = ProposalBook(desk.installation.store, utc_now).propose(make_finding("bens", "8"), "ben")
    mine = find(desk, "8")
    assert mine["proposal_id"] == proposed.proposal_id and decide(desk, "ben", "approve", mine).status_code == 403
    found = rows(desk, "proposal.approval_refused", "identity.refused")
    assert [(row.event, row.subject) for row in found] == [("proposal.approval_refused", proposed.proposal_id)]


def test_a_role_that_was_taken_away_is_given_no_kept_answer(desk: Company) -> None:
    small = find(desk, "9")
    assert decide(desk, "ben", "approve", small, **{"Idempotency-Key": "once"}).is_success
    desk.installation.directory.change("ada", "ben", "moved", roles=["viewer"])
    assert decide(desk, "ben", "approve", small, **{"Idempotency-Key": "once"}).status_code == 403


def test_a_request_that_runs_is_waited_for_and_one_that_died_is_not(desk: Company) -> None:
    clock = HandClock()
    book, name = IdempotencyBook(desk.installation.store, clock), name_key("somebody", "key")
    assert book.begin(name, "a").state == "begun"
    assert book.begin(name, "a").state == "running"
    assert book.begin(name, "b").state == "other"
    clock.now += DEAD
    assert book.begin(name, "a").state == "begun"
    for number in range(60):
        book.begin(name_key("somebody", number), "a")
    clock.now += dt.timedelta(hours=25)
    book.begin(name, "c")
    slots = {record.key: record.body["entries"] for record in desk.installation.store.list(KIND)}
    assert slots[f"{int(name[:8], 16) % 256:03d}"].keys() == {name}


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ProblemError(503, "unavailable", "Not now.", headers={"Retry-After": "30"}), 503, "unavailable"),
        (StateStoreError("the state cannot be read"), 503, "unavailable"),
        (ConflictError("identity_accounts", "ada", 1, 2), 409, "conflict"),
    ],
)
def test_a_named_write_while_nobody_can_be_proved_is_a_problem_and_no_defect(
    desk: Company, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, kind: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(ByName, "identify", fail)
    client = TestClient(desk.app, "http://localhost", raise_server_exceptions=False)
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = client.post("/v1/people", json={}, headers={"Authorization": "Bearer ada", **headers})
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:cloudcost:problem:{kind}")


def test_a_record_of_kept_answers_is_one_that_every_store_takes(desk: Company) -> None:
    book, headers = IdempotencyBook(desk.installation.store, utc_now), (("etag", "e" * 300),)
    for number in range(MOST_ENTRIES + 2):
        book.finish(f"00000000{number:056x}", "r" * 64, Kept(200, headers, bytes(MOST_BYTES)))
    (record,) = desk.installation.store.list(KIND)
    assert len(json.dumps(record.body)) < MAX_ITEM_BYTES


def test_two_at_once_are_one(desk: Company) -> None:
    """Eight threads send the same write: one does it, the others are given its answer or told to wait."""
    small, answers = find(desk, "9"), list[httpx.Response]()
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        answers.append(decide(desk, "ben", "approve", small, **{"Idempotency-Key": "all"}))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert all(answer.headers["retry-after"] == "2" for answer in answers if answer.status_code == 409)
    assert len(rows(desk, "proposal.approved")) == 1
    assert decide(desk, "ben", "approve", small, **{"Idempotency-Key": "all"}).headers["idempotent-replayed"] == "true"


def test_every_answer_says_how_many_requests_are_left(tmp_path: Path) -> None:
    installation = Installation(write_config(tmp_path, limit=3), tmp_path / "home", "api")
    desk = Company(installation, make_app(installation, ByName(installation.directory)))
    left = [desk.client("ana").get("/v1/version") for _ in range(4)]
    assert [answer.status_code for answer in left] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in left] == ["r=2", "r=1", "r=0", "r=0"]
    assert left[0].headers["ratelimit-policy"] == '"default";q=3;w=60' and int(left[3].headers["retry-after"]) > 0
    assert desk.client("vera").get("/v1/audit").headers["ratelimit"].split(";")[1] == "r=2"


def test_so_many_questions_are_answered_at_once_and_no_more(desk: Company) -> None:
    from api.problems import ProblemError

    ana, theo, vera = (ByName(desk.installation.directory).identify(name) for name in ("ana", "theo", "vera"))
    running = Running(3, 2, patience=0.05)
    with running.hold(ana), running.hold(ana):
        with pytest.raises(ProblemError) as own, running.hold(ana):
            pass
        with running.hold(theo), pytest.raises(ProblemError) as all_taken, running.hold(vera):
            pass
    assert (own.value.status, own.value.headers["Retry-After"]) == (429, "1")
    assert (all_taken.value.status, all_taken.value.headers["Retry-After"]) == (503, "2")
    with running.hold(vera), running.hold(vera), running.hold(ana):
        pass


def test_a_route_can_say_that_it_will_go(desk: Company) -> None:
    since, until = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (6, 12))
    going = Deprecated(since, until, "https://example.com/instead")
    router = APIRouter()

    @router.get("/v1/old", deprecated=True, dependencies=[Depends(Anybody()), Depends(going)])
    def read_old() -> str:
        return "old"

    desk.app.include_router(router)
    headers = desk.client("ana").get("/v1/old").headers
    assert headers["deprecation"] == f"@{int(since.timestamp())}"
    assert headers["sunset"] == "Tue, 01 Dec 2026 00:00:00 GMT"
    assert headers["link"] == '<https://example.com/instead>; rel="deprecation"; type="text/html"'
    assert "ratelimit" in headers
