"""Signing in at the API: codes for clients and devices, refresh tokens, passwords, and what ends all of these."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.log import AuditLog, AuditRow
from cloudcost.identity.local.attempts import FREE
from core.instants import utc_now
from tests.api_house import PEOPLE, RETURN_TO, House, build_house, open_page, read_page_name, read_query, swap_code

VIEWER = PEOPLE["viewer"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path)


def sign_in(house: House, name: str, password: str) -> dict[str, str]:
    """The tokens of somebody who signs in by the page."""
    page = open_page(house.client)
    answer = house.client.post("/oauth/sign-in", data={"page": page, "name": name, "password": password})
    assert answer.status_code == 303, answer.text
    found = read_query(answer.headers["location"])
    assert found["state"] == "a state" and found["iss"] == "http://testserver"
    tokens = swap_code(house.client, found["code"])
    assert tokens.status_code == 200, tokens.text
    assert tokens.headers["cache-control"] == "no-store"
    return tokens.json()


def refresh(house: House, token: str, client: str = "cloudcost-cli") -> Any:
    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
    return house.client.post("/oauth/token", data=form)


def test_a_person_signs_in_by_a_page_and_goes_on_with_refresh_tokens(house: House) -> None:
    tokens = sign_in(house, VIEWER.upper(), house.password(VIEWER))
    me = house.ask("/v1/me", tokens["access_token"]).json()
    assert (me["person"]["name"], me["account"], me["is_machine"]) == (VIEWER, f"local {VIEWER}", False)
    renewed = refresh(house, tokens["refresh_token"]).json()
    assert house.ask("/v1/me", renewed["access_token"]).status_code == 200
    assert renewed["refresh_token"] != tokens["refresh_token"]
    events = [row.event for row in _log(house) if row.subject == f"person {VIEWER}"]
    assert events == ["password.set", "identity.signed_in"]


def _log(house: House) -> list[AuditRow]:
    return AuditLog(house.installation.store, utc_now).rows()


def test_the_page_loads_nothing_and_is_framed_by_nobody(house: House) -> None:
    open_page(house.client)
    answer = house.client.get("/oauth/device")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not any(word in answer.text for word in ("<script", "src=", "http://", "https://"))


@pytest.mark.parametrize(
    "changed",
    [{"code_verifier": "w" * 64}, {"redirect_uri": RETURN_TO.replace("5123", "5124")}, {"client_id": "another"}],
)
def test_a_code_is_of_whoever_asked_for_it_and_counts_once(house: House, changed: dict[str, str]) -> None:
    page = open_page(house.client)
    form = {"page": page, "name": VIEWER, "password": house.password(VIEWER)}
    code = read_query(house.client.post("/oauth/sign-in", data=form).headers["location"])["code"]
    assert swap_code(house.client, code, **changed).status_code in (400, 401)
    # a client that is unknown is refused before its code is looked at
    assert swap_code(house.client, code).status_code == (200 if "client_id" in changed else 400)
    assert swap_code(house.client, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/callback",
        "http://127.0.0.1.evil.example:5123/callback",
        "http://127.0.0.1:5123@evil.example/callback",
        "http://evil.example:5123/callback",
        "http://127.0.0.1:5123/callback#x",
        "javascript:alert(1)",
        "http://127.0.0.1/callback",
        "http://[::1/callback",
        " http://127.0.0.1:5123/callback",
        "\x01http://127.0.0.1:5123/callback",
        "http://127.0.0.1:5123/call\tback",
    ],
)
def test_a_browser_is_sent_back_to_its_own_machine_only(house: House, address: str) -> None:
    query = {"response_type": "code", "client_id": "cloudcost-cli", "redirect_uri": address}
    answer = house.client.get("/oauth/authorize", params=query)
    assert answer.status_code == 400 and "location" not in answer.headers
    assert "evil" not in answer.text


def test_a_name_that_was_typed_stays_and_is_no_part_of_the_page(house: House) -> None:
    form = {"page": open_page(house.client), "name": '"><script>x</script>', "password": "wrong"}
    answer = house.client.post("/oauth/sign-in", data=form)
    assert (
        answer.status_code == 401
        and "<script" not in answer.text
        and "wrong" not in read_value(answer.text, "password")
    )
    assert read_value(answer.text, "name") == "&quot;&gt;&lt;script&gt;x&lt;/script&gt;"


def read_value(html: str, field: str) -> str:
    found = re.search(rf'<input id="{field}"[^>]*? value="([^"]*)"', html)
    return found.group(1) if found else ""


def test_without_pkce_there_is_no_page(house: House) -> None:
    query = {"response_type": "code", "client_id": "cloudcost-cli", "redirect_uri": RETURN_TO, "code_challenge": "x"}
    answer = house.client.get("/oauth/authorize", params={**query, "code_challenge_method": "plain"})
    assert read_query(answer.headers["location"])["error"] == "invalid_request"


def test_a_page_is_of_one_browser_and_of_our_own_origin(house: House) -> None:
    page, password = open_page(house.client), house.password(VIEWER)
    form = {"page": page, "name": VIEWER, "password": password}
    other = build_client(house)
    assert other.post("/oauth/sign-in", data=form).status_code == 400
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert house.client.post("/oauth/sign-in", data=form, headers=headers).status_code == 403
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert house.client.post("/oauth/sign-in", data=form, headers=own).status_code == 303
    assert house.client.post("/oauth/sign-in", data=form).status_code == 400  # it is over


def build_client(house: House) -> TestClient:
    return TestClient(house.client.app, base_url="http://testserver", follow_redirects=False)


def test_wrong_and_unknown_names_get_one_sentence(house: House) -> None:
    house.password(VIEWER)
    said = set()
    for name in (VIEWER, "stranger@example.com", PEOPLE["disabled"], PEOPLE["analyst"], "", " "):
        page = open_page(house.client)
        answer = house.client.post("/oauth/sign-in", data={"page": page, "name": name, "password": "wrong"})
        assert answer.status_code == 401
        typed = f'value="{name}"'
        assert typed in answer.text
        said.add(answer.text.replace(page, "").replace(typed, 'value=""').replace(" autofocus", ""))
    assert len(said) == 1


def test_an_account_waits_after_wrong_attempts_and_only_where_they_came_from(house: House) -> None:
    password = house.password(VIEWER)
    page = open_page(house.client)
    form = {"page": page, "name": VIEWER, "password": "wrong"}
    answers = [house.client.post("/oauth/sign-in", data=form).status_code for _ in range(FREE + 2)]
    assert answers == [401] * FREE + [429, 429]
    waiting = house.client.post("/oauth/sign-in", data={**form, "password": password})
    assert waiting.status_code == 429 and int(waiting.headers["retry-after"]) <= 31
    assert house.doors.local.sign_in(VIEWER, password, "198.51.100.7").person == VIEWER
    limited = [row for row in _log(house) if row.event == "identity.sign_in_limited"]
    assert [(row.actor, row.subject) for row in limited] == [("unknown", f"person {VIEWER}")]  # one row, not one each


def test_a_terminal_signs_in_by_a_code(house: House) -> None:
    codes = house.client.post("/oauth/device_authorization", data={"client_id": "cloudcost-cli"}).json()
    poll = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "cloudcost-cli",
        "device_code": codes["device_code"],
    }
    assert house.client.post("/oauth/token", data=poll).json()["error"] == "authorization_pending"
    assert house.client.post("/oauth/token", data=poll).json()["error"] == "slow_down"
    shown = house.client.get(codes["verification_uri_complete"])
    assert codes["user_code"] in shown.text
    form = {"page": read_page_name(shown.text), "name": VIEWER, "password": house.password(VIEWER)}
    assert house.client.post("/oauth/sign-in", data=form).status_code == 200
    tokens = house.client.post("/oauth/token", data=poll)
    assert house.ask("/v1/me", tokens.json()["access_token"]).json()["person"]["name"] == VIEWER
    assert house.client.post("/oauth/token", data=poll).json()["error"] == "expired_token"
    assert house.client.get(codes["verification_uri_complete"]).status_code == 400  # a code answers once


def test_a_terminal_that_nobody_started_is_refused(house: House) -> None:
    codes = house.client.post("/oauth/device_authorization", data={"client_id": "cloudcost-cli"}).json()
    page = read_page_name(house.client.get(codes["verification_uri_complete"]).text)
    assert house.client.post("/oauth/refuse", data={"page": page}).status_code == 200
    poll = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "cloudcost-cli",
        "device_code": codes["device_code"],
    }
    assert house.client.post("/oauth/token", data=poll).json()["error"] == "access_denied"


def test_codes_of_devices_cannot_be_guessed(house: House) -> None:
    answers = [house.client.get("/oauth/device", params={"user_code": f"BBBB-BBB{x}"}).status_code for x in "BCDFGHJK"]
    assert answers == [400] * FREE + [429] * 3


def test_a_refresh_token_used_twice_ends_the_sign_in(house: House) -> None:
    tokens = sign_in(house, VIEWER, house.password(VIEWER))
    renewed = refresh(house, tokens["refresh_token"]).json()
    assert refresh(house, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(house, renewed["refresh_token"]).json()["error"] == "invalid_grant"
    assert house.ask("/v1/me", renewed["access_token"]).status_code == 401
    assert [row.event for row in _log(house)][-1] == "identity.token_reused"


def test_of_many_who_use_one_refresh_token_at_once_at_most_one_gets_another(house: House) -> None:
    tokens = sign_in(house, VIEWER, house.password(VIEWER))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(house, tokens["refresh_token"]), range(8)))
    winners = [answer for answer in answers if answer.status_code == 200]
    assert len(winners) <= 1 and all(answer.status_code in (200, 400) for answer in answers)
    for winner in winners:  # and theirs counts no more: somebody used the same one
        assert house.ask("/v1/me", winner.json()["access_token"]).status_code == 401


def test_a_refresh_token_is_its_clients(house: House) -> None:
    tokens = sign_in(house, VIEWER, house.password(VIEWER))
    assert refresh(house, tokens["refresh_token"], "another").json()["error"] == "invalid_client"
    assert refresh(house, tokens["access_token"]).json()["error"] == "invalid_grant"
    assert refresh(house, "ccr_x.y").json()["error"] == "invalid_grant"
    assert refresh(house, tokens["refresh_token"]).status_code == 200


def test_signing_out_ends_this_sign_in_and_everywhere_all(house: House) -> None:
    password = house.password(VIEWER)
    one, two, three = (sign_in(house, VIEWER, password) for _ in range(3))
    assert house.ask("/v1/me/sign-out", one["access_token"], "POST", json={}).status_code == 204
    assert house.client.post("/oauth/revoke", data={"token": three["refresh_token"]}).status_code == 200
    assert [house.ask("/v1/me", x["access_token"]).status_code for x in (one, two, three)] == [401, 200, 401]
    assert len(house.ask("/v1/me/sessions", two["access_token"]).json()["items"]) == 1
    assert house.ask("/v1/me/sign-out", two["access_token"], "POST", json={"everywhere": True}).status_code == 204
    assert house.ask("/v1/me", two["access_token"]).status_code == 401
    assert refresh(house, two["refresh_token"]).status_code == 400
    assert house.client.post("/oauth/revoke", data={"token": "unknown"}).status_code == 200


def test_a_new_password_ends_everything_and_the_old_one(house: House) -> None:
    before = house.password(VIEWER)
    tokens = sign_in(house, VIEWER, before)
    house.password(VIEWER)
    assert house.ask("/v1/me", tokens["access_token"]).status_code == 401
    page = open_page(house.client)
    answer = house.client.post("/oauth/sign-in", data={"page": page, "name": VIEWER, "password": before})
    assert answer.status_code == 401


def test_an_invitation_sets_a_password_once(house: House) -> None:
    admin = house.token(PEOPLE["admin"])
    made = house.ask(f"/v1/people/{VIEWER}/invitation", admin, "POST").json()
    shown = house.client.get(made["link"])
    assert shown.status_code == 200 and house.client.get(made["link"]).status_code == 200
    form = {**read_query(made["link"]), "password": "a good long one", "again": "a good long one"}
    for wrong in (
        {"again": "another"},
        {"password": "short", "again": "short"},
        {"invitation": "cci_x"},
        {"name": "x"},
    ):
        assert house.client.post("/oauth/password", data={**form, **wrong}).status_code == 400
    assert house.client.post("/oauth/password", data=form).status_code == 200
    assert house.client.post("/oauth/password", data=form).status_code == 400
    sign_in(house, VIEWER, "a good long one")
    assert house.ask(f"/v1/people/{VIEWER}/invitation", house.token(VIEWER), "POST").status_code == 403


def test_whoever_writes_the_state_makes_no_password(house: House) -> None:
    tokens = sign_in(house, VIEWER, house.password(VIEWER))
    store = house.installation.store
    record = store.get("identity_accounts", VIEWER)
    assert record is not None and tokens["access_token"] not in str(record.body)
    other = store.get("identity_accounts", PEOPLE["admin"])
    assert other is None
    store.insert("identity_accounts", PEOPLE["admin"], record.body)
    assert not house.doors.local.accounts.has_password(PEOPLE["admin"])


def test_what_is_too_long_for_a_form_is_answered_on_a_page(house: House) -> None:
    page = open_page(house.client)
    house.password(PEOPLE["viewer"])
    for name, password in ((PEOPLE["viewer"], "x" * 5000), ("n" * 5000, "a password")):
        answer = house.client.post("/oauth/sign-in", data={"page": page, "name": name, "password": password})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "Name or password is wrong." in answer.text and 'action="/oauth/sign-in"' in answer.text
    person = house.installation.directory.find(PEOPLE["viewer"])
    assert person is not None
    token = house.doors.local.accounts.invite("test", person).token
    form = {"name": PEOPLE["viewer"], "invitation": token, "password": "x1y2z" * 500, "again": "x1y2z" * 500}
    answer = house.client.post("/oauth/password", data=form)
    assert (answer.status_code, "a password has 12 to 200 characters" in answer.text) == (400, True)
    for answer in (
        house.client.post("/oauth/sign-in", data={"page": "p" * 5000, "name": "x", "password": "y"}),
        house.client.post("/oauth/sign-in", data={"page": page}, headers={"Origin": "https://evil.example"}),
    ):
        assert answer.headers["content-type"] == "text/html; charset=utf-8" and answer.status_code in (422, 403)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
