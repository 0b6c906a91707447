"""What people prefer, by the API: everybody their own, administrators that of others, nobody more."""

from typing import Any

import pytest

from audit.log import AuditLog
from core.instants import utc_now
from tests.api_house import PEOPLE, ROLES, House, build_house

ADMIN, VIEWER, LEAD = PEOPLE["admin"], PEOPLE["viewer"], PEOPLE["team_lead"]
CHANNELS = "alerts: {channels: [{type: webhook, name: ops-mail, url_env: HOOK}]}\n"
NIGHT = {"start": "22:00", "end": "07:00"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build_house(tmp_path_factory.mktemp("profiles") / "it", CHANNELS)


def send(house: House, name: str, method: str, path: str, body: Any = None) -> Any:
    return house.ask(path, house.token(name), method, json=body)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_and_changes_their_own(house: House, role: str) -> None:
    name = PEOPLE[role]
    assert send(house, name, "GET", "/v1/me/profile").json()["time_zone"] == "UTC"
    wanted = {"time_zone": "Europe/Berlin", "number_format": "point", "currency": "EUR", "channels": ["ops-mail"],
              "quiet_hours": [NIGHT, {"start": "00:00", "end": "24:00", "days": ["sat", "sun"]}]}  # fmt: skip
    done = send(house, name, "PATCH", "/v1/me/profile", {**wanted, "reason": "I moved"})
    found = done.json()
    assert done.status_code == 200 and found["person"] == name
    assert {key: found[key] for key in ("time_zone", "number_format", "currency", "channels")} == {
        key: wanted[key] for key in ("time_zone", "number_format", "currency", "channels")
    }
    assert [one["days"] for one in found["quiet_hours"]] == [
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ["sat", "sun"],
    ]  # fmt: skip
    me = send(house, name, "GET", "/v1/me").json()
    assert (me["time_zone"], me["number_format"]) == ("Europe/Berlin", "point")
    (row,) = [
        row
        for row in AuditLog(house.installation.store, utc_now).rows()
        if row.event == "person.changed" and row.actor == name
    ]
    assert (row.subject, row.account, row.details["reason"]) == (f"person {name}", f"local {name}", "I moved")
    back = send(house, name, "PATCH", "/v1/me/profile", {key: None for key in wanted}).json()
    assert (back["time_zone"], back["quiet_hours"], back["currency"]) == ("UTC", [], None)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_nobody_else_reads_or_changes_that_of_others(house: House, role: str) -> None:
    for method, body in (("GET", None), ("PATCH", {"time_zone": "Asia/Tokyo"})):
        for whom in (ADMIN, PEOPLE[role], "nobody-here"):
            answer = send(house, PEOPLE[role], method, f"/v1/profiles/{whom}", body)
            assert (answer.status_code, answer.json()["detail"].split(",")[0]) == (
                403, "This needs the permission manage_people",
            )  # fmt: skip
    assert send(house, ADMIN, "GET", f"/v1/profiles/{ADMIN}").json()["time_zone"] == "UTC"


def test_an_administrator_changes_that_of_others(house: House) -> None:
    done = send(house, ADMIN, "PATCH", f"/v1/profiles/{LEAD.upper()}", {"quiet_hours": [NIGHT]})
    assert (done.status_code, done.json()["person"], len(done.json()["quiet_hours"])) == (200, LEAD, 1)
    assert len(send(house, LEAD, "GET", "/v1/me/profile").json()["quiet_hours"]) == 1
    assert send(house, ADMIN, "PATCH", "/v1/profiles/nobody-here", {"time_zone": "UTC"}).status_code == 404


def test_a_key_reads_and_changes_nothing_of_its_owner(house: House) -> None:
    key = house.key(VIEWER)
    assert house.ask("/v1/me/profile", key).status_code == 200
    assert house.ask("/v1/me/profile", key, "PATCH", json={"time_zone": "Asia/Tokyo"}).status_code == 403
    assert send(house, VIEWER, "GET", "/v1/me/profile").json()["time_zone"] == "UTC"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"time_zone": "Mars/Olympus"}, "body/time_zone"), ({"currency": "XXX"}, "body/currency"),
        ({"channels": ["pager"]}, "body/channels"), ({"quiet_hours": [{**NIGHT, "end": "22:00"}]}, "body/quiet_hours"),
        ({"quiet_hours": [{**NIGHT, "end": "25:00"}]}, "body/quiet_hours/0/end"),
        ({"roles": ["admin"]}, "body/roles"), ({"number_format": "de"}, "body/number_format"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_field(house: House, body: dict[str, Any], pointer: str) -> None:
    answer = send(house, VIEWER, "PATCH", "/v1/me/profile", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


def test_who_is_known_by_a_group_alone_is_told_so(house: House) -> None:
    """Nobody is in the directory by a group of a provider: a change would have no person to be of."""
    from api.callers import Caller
    from api.problems import ProblemError
    from api.routes.identity.profile import ProfileChange, change_my_profile
    from cloudcost.identity.person import Person

    app: Any = house.client.app
    caller = Caller(Person("gus", ("viewer",), origin="group"), "corporate gus", frozenset())
    with pytest.raises(ProblemError, match="an administrator adds you"):
        change_my_profile(ProfileChange(), caller, app.state.services)
