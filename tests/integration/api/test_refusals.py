"""Who is refused by the API is a row of the audit log: one for a person, route and minute, whatever they send."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audit.log import AuditLog
from core.instants import utc_now
from state import StateStoreError
from tests.api_house import PEOPLE, House, build_house

VIEWER, APPROVER, DISABLED = PEOPLE["viewer"], PEOPLE["approver"], PEOPLE["disabled"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "it")


def list_refused(house: House) -> list[tuple[str, str, str, str]]:
    rows = AuditLog(house.installation.store, utc_now).rows()
    found = [row for row in rows if row.event == "identity.refused"]
    return [(row.actor, row.account, row.channel, row.subject) for row in found]


def put_forward(house: House, minutes: float) -> None:
    app: Any = house.client.app
    app.state.services = replace(app.state.services, clock=lambda: utc_now() + dt.timedelta(minutes=minutes))


def test_a_flood_of_refused_requests_is_one_row_a_minute(house: House) -> None:
    token = house.token(VIEWER)
    for number in range(25):
        assert house.ask(f"/v1/people/somebody-{number}", token).status_code == 403
    assert list_refused(house) == [(VIEWER, f"local {VIEWER}", "api", "GET /v1/people/{name}")]
    put_forward(house, 0.9)
    house.ask("/v1/people/somebody", token)
    assert len(list_refused(house)) == 1
    put_forward(house, 1.1)
    house.ask("/v1/people/somebody", token)
    assert len(list_refused(house)) == 2


def test_each_person_and_route_has_a_row_with_the_reason(house: House) -> None:
    viewer, key = house.token(VIEWER), house.key(APPROVER, "see_proposals")
    assert house.ask("/v1/people", viewer).status_code == 403
    assert house.ask("/v1/audit", viewer).status_code == 403
    assert house.ask("/v1/people", key).status_code == 403
    stopped = house.ask(
        "/v1/actions/stop",
        key,
        "PUT",
        json={"reason": "x"},
    )
    assert stopped.status_code == 403
    assert [(who, where) for who, _, _, where in list_refused(house)] == [
        (VIEWER, "GET /v1/people"), (VIEWER, "GET /v1/audit"), (APPROVER, "GET /v1/people"),
        (APPROVER, "PUT /v1/actions/stop"),
    ]  # fmt: skip
    rows = [row for row in AuditLog(house.installation.store, utc_now).rows() if row.event == "identity.refused"]
    assert rows[0].details["why"] == "This needs the permission manage_people, and you may not do that."


def test_who_is_disabled_or_has_no_role_is_a_row_and_who_is_nobody_is_none(house: House) -> None:
    tokens = [house.token(name) for name in (DISABLED, PEOPLE["nobody"])]
    assert [house.ask("/v1/me", token).status_code for token in tokens] == [403, 403]
    assert house.ask("/v1/me", None).status_code == house.ask("/v1/me", "cck_x").status_code == 401
    assert house.ask("/v1/people", house.token(PEOPLE["admin"])).status_code == 200
    assert [who for who, *_ in list_refused(house)] == [DISABLED, PEOPLE["nobody"]]


def test_a_refusal_that_cannot_be_written_is_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = house.token(VIEWER)

    def fail(*_: object) -> None:
        raise StateStoreError("the disk is full")

    monkeypatch.setattr("api.refusals._write", fail)
    assert house.ask("/v1/people", token).status_code == 403
