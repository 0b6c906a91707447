"""What counted for a while is put away when it is over; a code that comes twice ends what it began."""

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from api.sign_in.desk import find_desk
from api.upkeep import Swept, sweep
from api.writes.idempotency import IdempotencyBook, Kept, name_key
from audit.log import AuditLog
from cloudcost.identity.api_keys import USES, ApiKeys
from cloudcost.identity.local.grants import Code, CodeReusedError, Grants, Request
from cloudcost.identity.local.sessions import KIND, Sessions, SignedIn
from cloudcost.identity.oidc.browser import challenge
from core.instants import utc_now
from state import StateStore, StateStoreError
from tests.api_house import PEOPLE, RETURN_TO, VERIFIER, House, build_house, open_page, read_query, swap_code

VIEWER = PEOPLE["viewer"]


class Clock:
    """A clock that is put forward."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "it")


def app_of(house: House) -> Any:
    return house.client.app


def test_what_is_over_is_put_away_and_nothing_else(house: House) -> None:
    store, clock = house.doors.local.sessions._store, Clock()
    sessions, keys = Sessions(store, clock), ApiKeys(store, house.installation.directory, clock)
    who = SignedIn(VIEWER, f"local {VIEWER}", clock(), 0)
    short = [sessions.begin(who, "cloudcost-cli", dt.timedelta(hours=hours), "n")[0] for hours in (1, 2, 3)]
    long, refresh = sessions.begin(who, "cloudcost-cli", dt.timedelta(days=400), "n")
    ended, _ = sessions.begin(who, "cloudcost-cli", dt.timedelta(days=400), "n")
    sessions.end(ended.name)
    person = house.installation.directory.find(VIEWER)
    assert person is not None
    made = [keys.create(person, "a test", ["see_costs"], days)[1] for days in (1, 300)]
    for text in made:
        keys.prove(text)
    book = IdempotencyBook(store, clock)
    names = [name_key("somebody", number) for number in range(3)]
    for name in names[:2]:
        book.begin(name, "asked")
        book.finish(name, "asked", Kept(201, (), b"{}"))

    services, desk = app_of(house).state.services, find_desk(app_of(house).state, app_of(house).state.services)
    later = make_later(services, desk, clock)
    assert sweep(*later).sessions == 1  # the one that was ended
    clock.now += dt.timedelta(days=1, hours=3)
    book.begin(names[2], "asked")
    # bounded: the rest is for the next time
    assert sweep(*later, most=2) == Swept(2, 0, 0, 2)
    assert sweep(*later) == Swept(1, 0, 0, 0)
    assert [record.key for record in store.list(KIND)] == [long.name]
    assert all(sessions.find(one.name) is None for one in short)
    assert sessions.refresh(refresh, "cloudcost-cli")[0] == long
    assert book.begin(names[0], "asked").state == "begun" and book.begin(names[2], "asked").state == "running"
    clock.now += dt.timedelta(days=100)
    assert sweep(*later).key_uses == 1 and len(store.list(USES)) == 1
    assert {key.key_id: key.used_at is None for key in keys.list()} == {
        made[0].split("_")[1]: True, made[1].split("_")[1]: False,
    }  # fmt: skip
    events = [row.event for row in AuditLog(store, clock).rows()]
    assert events.count("identity.signed_in") == 5, "the log keeps what was"


def make_later(services: Any, desk: Any, clock: Clock) -> tuple[Any, Any]:
    """The services and the desk with a clock of the test's own."""
    store, directory = desk.doors.local.sessions._store, services.installation.directory
    local = replace(desk.doors.local, sessions=Sessions(store, clock), keys=ApiKeys(store, directory, clock))
    return replace(services, clock=clock), replace(desk, doors=replace(desk.doors, local=local))


def test_a_write_that_is_under_way_survives_the_sweep_of_its_record(house: House) -> None:
    """Two keys of one record: one begins on what it read before the sweep, the other has begun after it."""
    store, clock = house.doors.local.sessions._store, Clock()
    old, first, second = (f"{1:08x}{letter * 56}" for letter in "abc")
    book = IdempotencyBook(store, clock)
    book.begin(old, "asked")
    clock.now += dt.timedelta(days=1, hours=1)

    class Between:
        """What reads just before the sweep and another request, and writes after them."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def get(self, kind: str, key: str) -> Any:
            found = store.get(kind, key)
            if self.is_first:
                self.is_first = False
                assert book.drop_old() == 1
                assert book.begin(second, "asked").state == "begun"
            return found

        is_first = True

    assert IdempotencyBook(cast(StateStore, Between()), clock).begin(first, "asked").state == "begun"
    assert book.begin(second, "asked").state == "running", "it is not done a second time"


def test_what_cannot_be_swept_keeps_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table without the right to remove records still has its codes and answers put in order."""
    services, desk = app_of(house).state.services, find_desk(app_of(house).state, app_of(house).state.services)

    def refuse(_: Any, __: int) -> int:
        raise StateStoreError("not authorised to perform dynamodb:DeleteItem")

    monkeypatch.setattr(Sessions, "drop_old", refuse)
    monkeypatch.setattr(ApiKeys, "drop_old_uses", refuse)
    clock = Clock()
    services = replace(services, clock=clock)
    IdempotencyBook(services.installation.store, clock).begin(name_key("a"), "asked")
    clock.now += dt.timedelta(days=1, hours=1)
    assert sweep(services, desk) == Swept(0, 0, 0, 1)


def test_codes_that_are_over_are_forgotten() -> None:
    clock = Clock()
    grants = Grants(clock)
    grants.give_code(Code(SignedIn("ana", "local ana", clock(), 0), Request("c", "r", "", "x"), "n"))
    grants.add_device("cloudcost-cli", "n")
    assert grants.drop_old() == 0
    clock.now += dt.timedelta(minutes=11)
    assert grants.drop_old() == 3  # the code, the device, what its user types in; what became of the code stays a day
    clock.now += dt.timedelta(days=1)
    assert grants.drop_old() == 1


def test_the_api_sweeps_when_it_starts_and_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.upkeep.EVERY_SECONDS", 0.05)
    sessions = house.doors.local.sessions

    def end_one() -> str:
        who = SignedIn(VIEWER, f"local {VIEWER}", utc_now(), 0)
        name = sessions.begin(who, "c", dt.timedelta(days=1), "n")[0].name
        sessions.end(name)
        return name

    def is_put_away(name: str) -> bool:
        until = time.monotonic() + 5
        while sessions._store.get(KIND, name) is not None and time.monotonic() < until:
            time.sleep(0.02)
        return sessions._store.get(KIND, name) is None

    first = end_one()
    with TestClient(app_of(house), base_url="http://testserver") as client:
        assert is_put_away(first) and is_put_away(end_one())
        assert client.get("/livez").status_code == 200


def test_a_code_that_comes_twice_ends_the_sign_in_that_it_began(house: House) -> None:
    form = {"page": open_page(house.client), "name": VIEWER, "password": house.password(VIEWER)}
    code = read_query(house.client.post("/oauth/sign-in", data=form).headers["location"])["code"]
    tokens = swap_code(house.client, code).json()
    assert house.ask("/v1/me", tokens["access_token"]).status_code == 200
    # a thief comes second, without what the code was made with
    assert swap_code(house.client, code, code_verifier="w" * 64).json()["error"] == "invalid_grant"
    assert house.ask("/v1/me", tokens["access_token"]).status_code == 401
    form = {"grant_type": "refresh_token", "client_id": "cloudcost-cli", "refresh_token": tokens["refresh_token"]}
    assert house.client.post("/oauth/token", data=form).json()["error"] == "invalid_grant"
    rows = [row for row in AuditLog(house.installation.store, utc_now).rows() if row.event == "identity.code_reused"]
    assert [row.subject for row in rows] == [f"person {VIEWER}"]
    assert swap_code(house.client, code).status_code == 400 and swap_code(house.client, "x").status_code == 400


def test_a_code_that_comes_twice_at_once_begins_nothing_that_lasts() -> None:
    """The second comes before the first has its sign-in: whoever makes that ends it."""
    clock = Clock()
    grants = Grants(clock)
    wanted = Request("cloudcost-cli", RETURN_TO, "", challenge(VERIFIER))
    text = grants.give_code(Code(SignedIn("ana", "local ana", clock(), 0), wanted, "n"))
    assert grants.take_code(text, "cloudcost-cli", RETURN_TO, VERIFIER).who.person == "ana"
    with pytest.raises(CodeReusedError) as second:
        grants.take_code(text, "cloudcost-cli", RETURN_TO, VERIFIER)
    assert second.value.session == ""
    with pytest.raises(CodeReusedError) as first:
        grants.note_session(text, "the sign-in")
    assert first.value.session == "the sign-in"
