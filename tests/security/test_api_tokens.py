"""Every route of the API, whoever comes with whatever credential: exactly those are let in who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.access import Anybody, Public, Require, access_of
from cloudcost.identity.roles import FOR_PEOPLE_ONLY, PERMISSIONS, Permission
from tests.api_house import PEOPLE, ROLES, House, build_house
from tests.peers.oidc import Provider, run_oidc_provider
from tests.security.api_credentials import (
    AUDIENCE,
    PROVIDER_SECTION,
    list_bad_keys,
    list_forged_local,
    list_forged_oidc,
    list_garbage,
)

#: Beside the permission, these are for people alone, or find out more by the request itself.
FOR_PEOPLE = {("POST", "/v1/me/sign-out")}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with run_oidc_provider() as running:
        yield running


@pytest.fixture(scope="module")
def house(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> House:
    more = PROVIDER_SECTION.format(url=provider.url, audience=AUDIENCE)
    return build_house(tmp_path_factory.mktemp("house") / "it", more)


def list_routes(house: House) -> list[tuple[str, str, Require | Anybody | Public | None]]:
    """Method, path and what stands before it, of every route that answers."""
    return [
        (method, route.path_format, access_of(route.dependant))
        for route in _walk(cast(FastAPI, house.client.app).routes)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def _walk(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _walk(getattr(getattr(route, "original_router", route), "routes", ()) or ())


def ask(house: House, method: str, path: str, credential: str | None) -> int:
    """The status of a request that names nothing that there is and brings no body: it changes nothing."""
    status = house.ask(re.sub(r"\{[^}]+\}", "x", path), credential, method).status_code
    assert status != 500, (method, path)
    return status


def test_the_document_has_every_route_but_the_pages_and_each_has_a_rule(house: House) -> None:
    routes = list_routes(house)
    assert [(method, path) for method, path, access in routes if access is None] == []
    document = house.client.get("/openapi.json").json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {(method, path) for method, path, _ in routes}
    assert len(described) > 15
    assert described <= served
    hidden = {path for _, path in served - described}
    assert all(path.startswith("/oauth/") for path in hidden), hidden


def sweep(house: House, credential: str | None) -> dict[tuple[str, str], int]:
    """What every route that is not public answers to a credential."""
    return {
        (method, path): ask(house, method, path, credential)
        for method, path, access in list_routes(house)
        if not isinstance(access, Public)
    }


SETS: dict[str, Callable[[House, Provider], Iterator[tuple[str, str]]]] = {
    "garbage": lambda house, provider: list_garbage(),
    "forged local tokens": lambda house, provider: list_forged_local(house),
    "forged tokens of a provider": lambda house, provider: list_forged_oidc(provider),
    "bad keys": lambda house, provider: list_bad_keys(house),
}


@pytest.mark.parametrize("name", SETS)
def test_what_proves_nobody_opens_nothing(house: House, provider: Provider, name: str) -> None:
    said = {}
    for kind, credential in SETS[name](house, provider):
        assert set(sweep(house, credential).values()) == {401}, kind
        answer = house.ask("/v1/me", credential)
        said[kind] = answer.json()["detail"]
        assert answer.headers["www-authenticate"].startswith('Bearer realm="cloudcost"')
        assert "example.com" not in said[kind] and len(said[kind]) < 120
    assert len(said) >= 7


def test_no_credential_opens_nothing(house: House) -> None:
    assert set(sweep(house, None).values()) == {401}
    for header in ("Basic YTpi", "bearer", "Digest x", "Negotiate"):
        assert house.client.get("/v1/me", headers={"Authorization": header}).status_code == 401


def test_public_routes_do_not_look_at_credentials(house: House) -> None:
    for method, path, access in list_routes(house):
        if isinstance(access, Public):
            assert ask(house, method, path, None) == ask(house, method, path, "letmein"), path


def may(access: Any, permissions: frozenset[Permission]) -> bool:
    return not isinstance(access, Require) or access.permission in permissions


def check_answers(house: House, credential: str, permissions: frozenset[Permission], is_machine: bool) -> None:
    """Whoever may is never told that they may not; whoever may not is told so and nothing else."""
    granted = permissions - FOR_PEOPLE_ONLY if is_machine else permissions
    for method, path, access in list_routes(house):
        if isinstance(access, Public):
            continue
        status = ask(house, method, path, credential)
        if not may(access, granted):
            assert status == 403, (method, path)
        elif not (is_machine and (method, path) in FOR_PEOPLE):
            assert status not in (401, 403), (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_what_it_may_by_a_token_of_ours(house: House, role: Any) -> None:
    check_answers(house, house.token(PEOPLE[role]), PERMISSIONS[role], is_machine=False)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_what_it_may_by_a_token_of_a_provider(house: House, provider: Provider, role: Any) -> None:
    claims = {"sub": f"sub-{role}", "email": PEOPLE[role].upper(), "aud": [AUDIENCE, "x"], "groups": ["staff"]}
    token = provider.sign(claims)
    me = house.ask("/v1/me", token).json()
    assert (me["person"]["name"], me["person"]["roles"], me["account"]) == (PEOPLE[role], [role], f"corp sub-{role}")
    check_answers(house, token, PERMISSIONS[role], is_machine=False)


@pytest.mark.parametrize("role", ROLES)
def test_a_key_may_what_its_owner_may_but_what_is_for_people(house: House, role: Any) -> None:
    granted = PERMISSIONS[role] - FOR_PEOPLE_ONLY
    check_answers(house, house.key(PEOPLE[role], *granted), granted, is_machine=True)
    check_answers(house, house.key(PEOPLE[role], "see_costs"), frozenset({"see_costs"}), is_machine=True)


def test_a_machine_of_a_provider_decides_nothing(house: House, provider: Provider) -> None:
    token = provider.sign({"sub": "exporter@clients", "azp": "exporter", "aud": AUDIENCE})
    check_answers(
        house, token, PERMISSIONS["analyst"] | PERMISSIONS["approver"] | PERMISSIONS["admin"], is_machine=True
    )
    me = house.ask("/v1/me", token).json()
    assert me["is_machine"] and not FOR_PEOPLE_ONLY & set(me["allowed"])
    # a person's token that the same client was given is the person's
    theirs = provider.sign({"sub": "1", "azp": "exporter", "email": PEOPLE["viewer"], "aud": AUDIENCE})
    assert house.ask("/v1/me", theirs).json()["person"]["roles"] == ["viewer"]


@pytest.mark.parametrize("name", ["nobody", "disabled"])
def test_who_may_nothing_is_told_so(house: House, provider: Provider, name: str) -> None:
    token = provider.sign({"sub": "1", "email": PEOPLE[name], "aud": AUDIENCE, "groups": ["staff"]})
    for credential in (house.token(PEOPLE[name]), token):
        assert set(sweep(house, credential).values()) == {403}


def test_a_group_makes_a_reader_of_whom_the_directory_does_not_name(house: House, provider: Provider) -> None:
    token = provider.sign({"sub": "7", "email": "new@example.com", "aud": AUDIENCE, "groups": ["readers", 7]})
    person = house.ask("/v1/me", token).json()["person"]
    assert (person["roles"], person["scopes"], person["origin"]) == (["viewer"], ["payments"], "group")
    check_answers(house, token, PERMISSIONS["viewer"], is_machine=False)
    stranger = provider.sign({"sub": "8", "email": "new@example.com", "aud": AUDIENCE, "groups": "readers"})
    assert house.ask("/v1/me", stranger).status_code == 403


def test_a_short_token_for_a_key_ends_with_the_key(house: House) -> None:
    key = house.key(PEOPLE["analyst"], "see_costs")
    key_id = key.split("_")[1]
    form = {"grant_type": "client_credentials", "client_id": key_id, "client_secret": key}
    found = house.client.post("/oauth/token", data=form).json()
    assert "refresh_token" not in found
    assert (
        house.client.post("/oauth/token", data={"grant_type": form["grant_type"]}, auth=(key_id, key)).status_code
        == 200
    )
    me = house.ask("/v1/me", found["access_token"]).json()
    assert (me["account"], me["is_machine"], me["allowed"]) == (f"key {key_id}", True, ["see_costs"])
    for wrong in ({"client_secret": key[:-1]}, {"client_id": "another"}, {"client_secret": ""}):
        answer = house.client.post("/oauth/token", data={**form, **wrong})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    house.doors.local.keys.revoke(PEOPLE["analyst"], key_id)
    assert house.ask("/v1/me", found["access_token"]).status_code == 401


def test_one_person_is_one_person_by_every_way(house: House, provider: Provider) -> None:
    name = PEOPLE["approver"]
    ways = [
        house.token(name),
        house.key(name),
        provider.sign({"sub": "a", "email": f" {name.upper()}", "aud": AUDIENCE}),
    ]
    answers = [house.ask("/v1/me", way).json() for way in ways]
    assert {answer["person"]["name"] for answer in answers} == {name}
    assert len({answer["account"] for answer in answers}) == 3


def test_a_role_taken_away_elsewhere_counts_within_two_seconds(tmp_path: Path) -> None:
    import time

    house = build_house(tmp_path / "it")
    name = PEOPLE["analyst"]
    key, token = house.key(name, "see_operations"), house.token(name)
    assert "see_operations" in house.ask("/v1/me", key).json()["allowed"]
    house.change(name, roles=["viewer"])
    give_up_at = time.monotonic() + 2
    while house.ask("/v1/me", key).json()["allowed"] and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert house.ask("/v1/me", key).json()["allowed"] == []
    assert house.ask("/v1/me", token).json()["person"]["roles"] == ["viewer"]
    house.change(name, is_disabled=True)
    give_up_at = time.monotonic() + 2
    while house.ask("/v1/me", token).status_code == 200 and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert [house.ask("/v1/me", one).status_code for one in (key, token)] == [403, 403]
