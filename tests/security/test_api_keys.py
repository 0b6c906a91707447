"""Keys of machines: who makes which, what they may, and what ends them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from audit.log import AuditLog
from cloudcost.identity.api_keys import ApiKeys
from core.instants import utc_now
from state import ReadOnlyStateError, SqliteStateStore
from tests.api_house import PEOPLE, House, build_house

ANALYST, VIEWER, ADMIN = PEOPLE["analyst"], PEOPLE["viewer"], PEOPLE["admin"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build_house(tmp_path_factory.mktemp("keys") / "it")


def create(house: House, owner: str, *permissions: str, **more: object) -> Any:
    body = {"name": "nightly export", "permissions": permissions, **more}
    return house.ask("/v1/keys", house.token(owner), "POST", json=body)


def test_a_key_is_shown_once_and_kept_as_a_digest(house: House) -> None:
    answer = create(house, ANALYST, "see_costs", "see_charges")
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    secret = made["key"].split("_", 2)[2]
    record = house.installation.store.get("api_keys", made["id"])
    assert record is not None and secret not in str(record.body) and len(record.body["hash"]) == 64
    listed = house.ask("/v1/keys", house.token(ANALYST)).json()["items"]
    assert "key" not in listed[0] and secret not in str(listed)
    row = AuditLog(house.installation.store, utc_now).rows_about(f"key {made['id']}")[0]
    assert (row.actor, row.event, row.account) == (ANALYST, "key.created", f"local {ANALYST}")
    assert secret not in str(row) and row.details["permissions"] == ["see_costs", "see_charges"]


@pytest.mark.parametrize(
    ("who", "permissions", "more", "status"),
    [
        (VIEWER, ["see_audit"], {}, 403),
        (ADMIN, ["manage_people"], {}, 403),
        (PEOPLE["approver"], ["decide_proposals"], {}, 403),
        (ADMIN, ["own_keys"], {}, 403),
        (ADMIN, [], {}, 422),
        (ADMIN, ["everything"], {}, 422),
        (ADMIN, ["see_costs"], {"days": 367}, 422),
        (ADMIN, ["see_costs"], {"days": 0}, 422),
        (ADMIN, ["see_costs"], {"name": " "}, 422),
        (ADMIN, ["see_costs"], {"name": "a\nb"}, 422),
    ],
)
def test_a_key_that_cannot_be_is_refused(
    house: House, who: str, permissions: list[str], more: dict[str, object], status: int
) -> None:
    answer = create(house, who, *permissions, **more)
    assert answer.status_code == status, answer.text


def test_a_key_makes_no_key(house: House) -> None:
    key = create(house, ADMIN, "see_costs").json()["key"]
    assert house.ask("/v1/keys", key, "POST", json={"name": "x", "permissions": ["see_costs"]}).status_code == 403
    assert house.ask("/v1/keys", key).status_code == 403


def test_its_owner_and_administrators_revoke_a_key_and_nobody_else(house: House) -> None:
    first, second = create(house, ANALYST, "see_costs").json(), create(house, ANALYST, "see_costs").json()
    assert house.ask(f"/v1/keys/{first['id']}", house.token(VIEWER), "DELETE").status_code == 404
    assert house.ask("/v1/me", first["key"]).status_code == 200
    assert house.ask(f"/v1/keys/{first['id']}", house.token(ANALYST), "DELETE").status_code == 200
    assert house.ask(f"/v1/keys/{second['id']}", house.token(ADMIN), "DELETE").status_code == 200
    assert [house.ask("/v1/me", one["key"]).status_code for one in (first, second)] == [401, 401]
    row = AuditLog(house.installation.store, utc_now).rows_about(f"key {second['id']}")[-1]
    assert (row.actor, row.event, row.details["owner"]) == (ADMIN, "key.revoked", ANALYST)
    again = house.ask(f"/v1/keys/{first['id']}", house.token(ANALYST), "DELETE").json()
    assert again["revoked_at"] is not None


def test_only_administrators_list_everybodys_keys(house: House) -> None:
    create(house, ANALYST, "see_costs")
    owners = {one["owner"] for one in house.ask("/v1/keys?everybody=true", house.token(ADMIN)).json()["items"]}
    assert ANALYST in owners
    assert house.ask("/v1/keys?everybody=true", house.token(ANALYST)).status_code == 403


def test_a_key_ends_with_its_time_and_tells_when_it_was_used(house: House) -> None:
    made = create(house, ANALYST, "see_costs", days=1).json()
    assert house.ask("/v1/me", made["key"]).status_code == 200
    keys = house.doors.local.keys
    used_at = keys.find(made["id"]).used_at
    assert used_at is not None and utc_now() - used_at < dt.timedelta(minutes=1)
    later = ApiKeys(keys._store, house.installation.directory, lambda: utc_now() + dt.timedelta(days=1, seconds=1))
    with pytest.raises(Exception, match="has expired"):
        later.prove(made["key"])


def test_a_key_counts_where_its_use_cannot_be_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = create(house, ANALYST, "see_costs").json()["key"]

    def refuse(*_: object) -> None:
        raise ReadOnlyStateError("the state can only be read")

    monkeypatch.setattr(SqliteStateStore, "insert", refuse)
    monkeypatch.setattr(SqliteStateStore, "update", refuse)
    assert house.ask("/v1/me", key).status_code == 200


def test_who_writes_the_state_makes_no_key(house: House) -> None:
    made = create(house, VIEWER, "see_costs").json()
    store = house.installation.store
    record = store.get("api_keys", made["id"])
    assert record is not None
    store.update("api_keys", made["id"], {**record.body, "owner": ADMIN}, record.version)
    assert house.ask("/v1/me", made["key"]).status_code == 401
    assert store.insert("api_keys", "0123456789ab", record.body)
    assert house.ask("/v1/me", made["key"].replace(made["id"], "0123456789ab")).status_code == 401


def test_a_person_has_so_many_keys_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudcost.identity.api_keys.MOST_KEYS", 2)
    house = build_house(tmp_path / "it")
    answers = [create(house, VIEWER, "see_costs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    house.ask(f"/v1/keys/{answers[0].json()['id']}", house.token(VIEWER), "DELETE")
    assert create(house, VIEWER, "see_costs").status_code == 201


@pytest.mark.parametrize("name", [" ", "a\u0000b", "a\u202eb"])
def test_a_name_that_nobody_can_read_is_no_keys(house: House, name: str) -> None:
    body = {"name": name, "permissions": ["see_costs"]}
    answer = house.ask("/v1/keys", house.token(PEOPLE["viewer"]), "POST", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "body/name"), answer.text
