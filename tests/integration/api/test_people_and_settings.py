"""People and settings by the API: an administrator changes them, with versions and reasons, and it counts at once."""

import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.problems import translate
from audit.log import AuditLog
from cloudcost.managed_settings import NoSuchSettingsError
from core.instants import utc_now
from state import StateStoreError
from tests.api_house import PEOPLE, House, build_house
from warehouse import WarehouseError

BUDGETS = [{"name": "all", "amount": "1200.5", "currency": "USD"}]
ADMIN, BOSS, VIEWER, APPROVER = PEOPLE["admin"], PEOPLE["boss"], PEOPLE["viewer"], PEOPLE["approver"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "it", "locked_settings: [anomalies]\n")


def send(house: House, name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {house.token(name)}", **headers}
    return house.client.request(method, path, headers=headers, json=body)


def test_one_sees_who_one_is(house: House) -> None:
    found = send(house, PEOPLE["team_lead"], "GET", "/v1/me").json()
    assert (found["person"]["roles"], found["person"]["scopes"], found["is_machine"]) == (
        ["team_lead"], ["payments"], False,
    )  # fmt: skip
    assert "decide_proposals" not in found["allowed"] and "see_charges" in found["allowed"]


def test_somebody_is_added_changed_and_put_back_and_the_log_says_by_whom(house: House) -> None:
    made = send(house, ADMIN, "POST", "/v1/people", {"name": "Dora@Example.com", "roles": ["viewer"], "reason": "new"})
    assert (made.status_code, made.json()["name"], made.json()["origin"]) == (201, "dora@example.com", "store")
    changed = send(house, ADMIN, "PATCH", f"/v1/people/{VIEWER}", {"roles": ["analyst"], "reason": "moved"})
    assert (changed.json()["roles"], changed.json()["changed"]) == (["analyst"], ["roles"])
    back = send(house, ADMIN, "DELETE", f"/v1/people/{VIEWER}/changes")
    assert (back.json()["roles"], back.json()["changed"]) == (["viewer"], [])
    rows = [row for row in AuditLog(house.installation.store, utc_now).rows() if row.subject == f"person {VIEWER}"]
    assert [(row.actor, row.account, row.channel) for row in rows] == [(ADMIN, f"local {ADMIN}", "api")] * 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "/v1/people", {"name": VIEWER.upper(), "roles": ["viewer"]}, 409, "is there already"),
        ("POST", "/v1/people", {"name": "x", "roles": ["boss"]}, 422, "body/roles/0"),
        ("POST", "/v1/people", {"name": "x", "roles": ["viewer"], "scopes": ["all"]}, 422, "there is no scope 'all'"),
        ("POST", "/v1/people", {"name": " ", "roles": ["viewer"]}, 422, "name is empty"),
        ("POST", "/v1/people", {"name": "a\u0000b", "roles": ["viewer"]}, 422, "printable"),
        ("POST", "/v1/people", {"name": "d\u043era", "roles": ["viewer"]}, 422, "mixes letters of Cyrillic and Latin"),
        ("POST", "/v1/people", {"name": "\u0430dmin@example.com", "roles": ["admin"]}, 422, "mixes letters"),
        ("POST", "/v1/people", {"name": "\u0251dmin@example.com", "roles": ["admin"]}, 409, "looks like"),
        ("PATCH", "/v1/people/nobody-here", {"is_disabled": True}, 404, "there is nobody called"),
        ("PATCH", f"/v1/people/{ADMIN}", {"roles": ["admin", "approver"]}, 409, "somebody else has to change"),
        ("GET", "/v1/people/nobody-here", None, 404, "there is nobody called"),
    ],
)
def test_what_cannot_be_is_a_problem_in_one_sentence(
    house: House, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    answer = send(house, ADMIN, method, path, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert detail in answer.json()["detail"] and answer.json()["instance"] == answer.headers["x-request-id"]
    assert status != 422 or answer.json()["errors"][0]["pointer"].startswith("body/")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/people", {"name": "x@example.com", "roles": ["viewer"], "scope": ["payments"]}),
        ("PATCH", f"/v1/people/{APPROVER}", {"disabled": True}),
        ("POST", "/v1/keys", {"name": "x", "permissions": ["see_costs"], "expires_in_days": 1}),
        ("POST", "/v1/me/sign-out", {"everywere": True}),
        ("PUT", "/v1/settings/budgets", {"value": BUDGETS, "reason": "x", "dry_run": True}),
        ("POST", "/v1/settings/budgets/rollback", {"version": 0, "reason": "x", "dry_run": True}),
        ("PUT", "/v1/actions/stop", {"reason": "x", "until": "2026-04-01"}),
    ],
)
def test_a_field_that_nobody_knows_is_refused_and_nothing_is_done(
    house: House, method: str, path: str, body: dict[str, Any]
) -> None:
    """Whoever misspells `is_disabled` must not believe that somebody is out."""
    before = AuditLog(house.installation.store, utc_now).head()[0]
    answer = send(house, ADMIN, method, path, body, **{"If-Match": '"0"'})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"body/{list(body)[-1]}")
    assert AuditLog(house.installation.store, utc_now).head()[0] == before + 1  # the sign-in itself


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_reason_to_go_on_is_one_and_not_longer_than_others(house: House, reason: str) -> None:
    assert send(house, ADMIN, "DELETE", f"/v1/actions/stop?reason={reason}").status_code == 422


def test_who_is_disabled_by_one_request_is_refused_by_the_next(house: House) -> None:
    token = house.token(APPROVER)
    assert house.ask("/v1/me", token).status_code == 200
    assert send(house, ADMIN, "PATCH", f"/v1/people/{APPROVER}", {"is_disabled": True}).status_code == 200
    assert house.ask("/v1/me", token).status_code in (401, 403)
    assert APPROVER not in house.installation.action_settings.approvers


def test_the_last_administrator_stays_one(house: House) -> None:
    assert send(house, ADMIN, "PATCH", f"/v1/people/{BOSS}", {"roles": ["viewer"]}).status_code == 200
    refused = send(house, ADMIN, "PATCH", f"/v1/people/{ADMIN}", {"is_disabled": True})
    assert (refused.status_code, "is the last who may manage people" in refused.text) == (409, True)


#: Sections that do not hold together, with what is said of them, and where.
WRONG_BUDGETS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([*BUDGETS, *BUDGETS], "body/value", "budget name 'all' is used twice"),
    ([{**BUDGETS[0], "name": "a\u0000b"}], "body/value/0/name", "U+0000"),
    ([{**BUDGETS[0], "name": "a\u202eb"}], "body/value/0/name", "U+202E"),
    ([{**BUDGETS[0], "name": " "}], "body/value/0/name", "blank"),
    ([{**BUDGETS[0], "amount": "-1"}], "body/value/0/amount", "greater than or equal to 0"),
    ([{**BUDGETS[0], "amonut": "1"}], "body/value/0/amonut", "did you mean 'amount'?"),
    ([{**BUDGETS[0], "amount": None, "amounts": {"2026-04": "1", "1066-04": "1"}}], "body/value/0", "1066"),
]


def test_what_does_not_hold_together_is_said_without_file_or_command(house: House) -> None:
    for value, pointer, detail in WRONG_BUDGETS:
        body = {"value": value, "reason": "x"}
        answer = send(house, ADMIN, "PUT", "/v1/settings/budgets", body, **{"If-Match": '"0"'})
        found = answer.json()
        assert (answer.status_code, found["errors"][0]["pointer"]) == (422, pointer), found
        assert detail in found["detail"]
        check_wording(house, answer.text)


def check_wording(house: House, text: str) -> None:
    for inside in (str(house.installation.config_path.parent), ".yaml", "`cloudcost", "--"):
        assert inside not in text, text


def test_a_problem_of_the_state_or_the_warehouse_names_no_file(house: House) -> None:
    for error in (
        StateStoreError(f"{house.installation.home}/state.sqlite: damaged"),
        WarehouseError(f"{house.installation.home}/w: no", "`cloudcost run` builds it"),
        NoSuchSettingsError("budgets has no version 9", "`cloudcost settings versions`"),
    ):
        check_wording(house, translate(error).detail)
    missing = send(house, ADMIN, "POST", "/v1/settings/budgets/rollback", {"version": 9, "reason": "no"})
    unpublished = send(house, ADMIN, "GET", "/v1/costs")
    assert (missing.status_code, unpublished.status_code) == (404, 503)
    for answer in (missing, unpublished):
        check_wording(house, answer.text)


def test_a_section_is_changed_under_its_version_and_rolled_back(house: House) -> None:
    path = "/v1/settings/budgets"
    seen = send(house, ADMIN, "GET", path)
    assert (seen.headers["etag"], seen.json()["is_changed"], seen.json()["value"]) == ('"0"', False, None)
    assert send(house, ADMIN, "PUT", path, {"value": BUDGETS, "reason": "a quarter"}).status_code == 428
    done = send(house, ADMIN, "PUT", path, {"value": BUDGETS, "reason": "a quarter"}, **{"If-Match": '"0"'})
    assert (done.status_code, done.headers["etag"], done.json()["value"]) == (200, '"1"', BUDGETS)
    assert send(house, BOSS, "PUT", path, {"value": [], "reason": "x"}, **{"If-Match": '"0"'}).status_code == 412
    assert send(house, BOSS, "PUT", path, {"value": [], "reason": "x"}, **{"If-Match": '"1"'}).json()["version"] == 2
    assert send(house, ADMIN, "POST", f"{path}/rollback", {"version": 1, "reason": "no"}).json()["value"] == BUDGETS
    assert send(house, ADMIN, "POST", f"{path}/rollback", {"version": 9, "reason": "no"}).status_code == 404
    versions = send(house, ADMIN, "GET", f"{path}/versions").json()["items"]
    assert [(one["version"], one["changed_by"], one["reason"]) for one in versions] == [
        (1, ADMIN, "a quarter"), (2, BOSS, "x"), (3, ADMIN, "no"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "value", "status", "detail"),
    [
        ("anomalies", {"minimum_amount": 1}, 422, "locked"),
        ("budgets", [{"name": "all"}], 422, "a budget needs an amount"),
        ("forecasts", {"horizon": 3}, 422, "unknown key"),
        ("sources", [], 422, "path/section"),
    ],
)
def test_what_does_not_hold_together_is_refused(
    house: House, section: str, value: Any, status: int, detail: str
) -> None:
    body = {"value": value, "reason": "because"}
    answer = send(house, ADMIN, "PUT", f"/v1/settings/{section}", body, **{"If-Match": '"0"'})
    assert (answer.status_code, detail in answer.text) == (status, True), answer.text


def test_an_approver_stops_executions_and_an_administrator_lets_them_go_on(house: House) -> None:
    stopped = send(house, APPROVER, "PUT", "/v1/actions/stop", {"reason": "something is wrong"})
    assert (stopped.json()["is_stopped"], stopped.json()["mode"], stopped.json()["changed_by"]) == (
        True, "dry_run", APPROVER,
    )  # fmt: skip
    assert send(house, APPROVER, "DELETE", "/v1/actions/stop").status_code == 403
    assert send(house, PEOPLE["analyst"], "PUT", "/v1/actions/stop", {"reason": "x"}).status_code == 403
    assert send(house, ADMIN, "DELETE", "/v1/actions/stop").json()["is_stopped"] is False


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", f"/v1/people/{VIEWER}", {"disabled": True, "reason": "left"}),
        ("POST", "/v1/people", {"name": "x@example.com", "roles": ["viewer"], "scope": ["payments"]}),
        ("POST", "/v1/keys", {"name": "x", "permissions": ["see_costs"], "expires_in_days": 1}),
        ("POST", "/v1/me/sign-out", {"everwhere": True}),
        ("POST", "/v1/settings/budgets/rollback", {"version": 0, "reason": "x", "section": "forecasts"}),
        ("PUT", "/v1/actions/stop", {"reason": "x", "mode": "live"}),
    ],
)
def test_a_field_that_there_is_not_is_refused_and_nothing_is_done(
    house: House, method: str, path: str, body: dict[str, Any]
) -> None:
    rows = AuditLog(house.installation.store, utc_now).head()
    refused = send(house, ADMIN, method, path, body)
    assert refused.status_code == 422 and "Extra inputs are not permitted" in refused.json()["detail"]
    signed_in = [row for row in AuditLog(house.installation.store, utc_now).rows() if row.seq > rows[0]]
    assert {row.event for row in signed_in} <= {"identity.signed_in"}


def test_a_stop_is_never_refused_because_of_another_one(house: House) -> None:
    tokens = {name: house.token(name) for name in (ADMIN, APPROVER)}
    statuses: list[int] = []

    def stop(name: str) -> None:
        for number in range(8):
            headers = {"Authorization": f"Bearer {tokens[name]}"}
            answer = house.client.put("/v1/actions/stop", json={"reason": f"{number}"}, headers=headers)
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=stop, args=(name,)) for name in (ADMIN, APPROVER) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 32
    assert send(house, ADMIN, "GET", "/v1/actions/stop").json()["is_stopped"]


def test_a_reason_to_resume_is_as_short_as_others(house: House) -> None:
    refused = send(house, ADMIN, "DELETE", f"/v1/actions/stop?reason={'x' * 501}")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "query/reason")


@pytest.mark.parametrize("name", ["corp/dora", "../dora", "dora/changes"])
def test_somebody_with_a_slash_in_their_name_is_reached_too(house: House, name: str) -> None:
    made = send(house, ADMIN, "POST", "/v1/people", {"name": name, "roles": ["viewer"]})
    path = f"/v1/people/{quote(name, safe='')}"
    assert (made.status_code, send(house, ADMIN, "GET", path).json()["name"]) == (201, name)
    assert send(house, ADMIN, "POST", f"{path}/invitation").json()["person"] == name
    assert send(house, ADMIN, "PATCH", path, {"is_disabled": True}).json()["is_disabled"]
    assert send(house, ADMIN, "DELETE", f"{path}/changes").json()["name"] == name


def test_a_parameter_with_one_value_is_given_once(house: House) -> None:
    for path, name in (("/v1/keys", "everybody"), ("/v1/audit", "limit"), ("/v1/costs", "month")):
        refused = send(house, BOSS, "GET", f"{path}?{name}=1&{name}=2")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"query/{name}")
    assert send(house, ADMIN, "GET", "/v1/proposals?state=approved&state=rejected").status_code == 200


@pytest.mark.parametrize("reason", ["  ", "a\u0000b", "\u001b[31mred", "\u009b2J"])
def test_a_reason_has_words_and_steers_no_terminal(house: House, reason: str) -> None:
    for method, path, body in (
        ("PUT", "/v1/actions/stop", {}),
        ("POST", "/v1/settings/budgets/rollback", {"version": 0}),
        ("POST", "/v1/proposals/x/approve", {}),
    ):
        refused = send(house, APPROVER if "proposals" in path else ADMIN, method, path, {**body, "reason": reason})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "body/reason")
    assert (
        send(house, ADMIN, "PUT", "/v1/actions/stop", {"reason": " naïve\nbudget "}).json()["reason"] == "naïve\nbudget"
    )


def test_nobody_takes_back_what_somebody_else_made_of_their_roles(house: House) -> None:
    path = f"/v1/people/{ADMIN}"
    assert send(house, BOSS, "PATCH", path, {"roles": ["admin", "viewer"]}).status_code == 200
    own = send(house, ADMIN, "DELETE", f"{path}/changes")
    assert own.status_code == 409 and "somebody else has to change your own roles" in own.json()["detail"]
    assert send(house, BOSS, "DELETE", f"{path}/changes").json()["changed"] == []


@pytest.mark.parametrize("name", ["", "%20", "%09"])
def test_a_name_that_is_none_is_not_there(house: House, name: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", "/changes"), ("POST", "/invitation")):
        answer = send(house, ADMIN, method, f"/v1/people/{name}{path}", {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["title"]) == (404, "Not found"), (method, path)
