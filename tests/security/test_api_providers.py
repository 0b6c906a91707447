"""Other providers: their keys come and go, they are down, they are slow; and browsers that sign in at them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from fastapi.testclient import TestClient

from cloudcost.identity.oidc import metadata, provider_keys
from cloudcost.identity.oidc.provider_keys import COOLDOWN_SECONDS, FRESH_SECONDS, LONGEST_SECONDS, ProviderKeys
from cloudcost.identity.proofs import UnavailableError
from tests.api_house import PEOPLE, House, build_house, open_page, read_page_name, read_query, swap_code
from tests.peers.oidc import Provider, run_oidc_provider
from tests.security.api_credentials import AUDIENCE, PROVIDER_SECTION


class Clock:
    """Seconds that a test lets go by."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Iterator[Provider]:
    with run_oidc_provider() as running:
        yield running


@pytest.fixture
def house(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("TEST_OIDC_CLIENT", provider.client_id)
    monkeypatch.setenv("TEST_OIDC_SECRET", provider.client_secret)
    return build_house(tmp_path / "it", PROVIDER_SECTION.format(url=provider.url, audience=AUDIENCE))


def give_clock(house: House, provider: Provider) -> Clock:
    clock = Clock()
    house.doors.providers["corp"].keys = ProviderKeys(provider.url, clock)
    return clock


def sign(provider: Provider, kid: str = "one") -> str:
    return provider.sign({"sub": "1", "email": PEOPLE["viewer"], "aud": AUDIENCE}, kid=kid)


def test_a_new_key_counts_and_one_that_is_withdrawn_does_not(house: House, provider: Provider) -> None:
    clock = give_clock(house, provider)
    assert house.ask("/v1/me", sign(provider)).status_code == 200
    provider.turn_key("two", is_older_kept=True)
    clock.now += COOLDOWN_SECONDS + 1
    assert house.ask("/v1/me", sign(provider, "two")).status_code == 200
    assert house.ask("/v1/me", sign(provider, "one")).status_code == 200
    provider.turn_key("three")
    clock.now += FRESH_SECONDS + 1
    assert [house.ask("/v1/me", sign(provider, kid)).status_code for kid in ("three", "two", "one")] == [200, 401, 401]


def test_a_flood_of_unknown_keys_asks_the_provider_once_in_a_while(house: House, provider: Provider) -> None:
    clock = give_clock(house, provider)
    for number in range(100):
        provider.keys[f"made up {number}"] = provider.keys["impostor"]
        assert house.ask("/v1/me", sign(provider, f"made up {number}")).status_code == 401
    assert provider.fetches == 1
    clock.now += COOLDOWN_SECONDS + 1
    for number in range(100):
        house.ask("/v1/me", sign(provider, f"made up {number}"))
    assert provider.fetches == 2


def test_while_one_fetches_some_wait_and_the_others_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_keys, "MOST_WAITING", 2)
    begun, go_on = threading.Event(), threading.Event()

    def hang(issuer: str) -> metadata.Metadata:
        begun.set()
        go_on.wait(10)
        raise UnavailableError("too slow")

    monkeypatch.setattr(provider_keys, "read_metadata", hang)
    keys = ProviderKeys("https://login.example.com")
    refused: list[str] = []

    def find() -> None:
        try:
            keys.find("unknown", "RS256")
        except UnavailableError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=find) for _ in range(10)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    give_up_at = time.monotonic() + 5
    while len(refused) < 7 and time.monotonic() < give_up_at:
        time.sleep(0.01)
    assert len(refused) == 7, "one fetches, two wait"
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(refused) == 10


def test_many_at_once_fetch_once(provider: Provider) -> None:
    keys = ProviderKeys(provider.url)
    found = []
    threads = [threading.Thread(target=lambda: found.append(keys.find("one", "RS256"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert provider.fetches == 1 and len(found) == 10 and all(found)


def test_while_the_provider_is_down_known_keys_count_for_a_day(house: House, provider: Provider) -> None:
    clock = give_clock(house, provider)
    token = sign(provider)
    assert house.ask("/v1/me", token).status_code == 200
    provider.is_down = True
    clock.now += FRESH_SECONDS + 1
    assert house.ask("/v1/me", token).status_code == 200
    provider.keys["two"] = provider.keys["impostor"]
    answer = house.ask("/v1/me", sign(provider, "two"))
    assert answer.status_code == 503 and "cannot be asked" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "30"
    clock.now += LONGEST_SECONDS
    assert house.ask("/v1/me", token).status_code == 503
    provider.is_down = False
    clock.now += COOLDOWN_SECONDS + 1
    assert house.ask("/v1/me", token).status_code == 200


def test_a_provider_that_was_never_there_is_a_sentence(house: House, provider: Provider) -> None:
    provider.is_down = True
    assert house.ask("/v1/me", sign(provider)).status_code == 503
    assert house.ask("/v1/me", house.token(PEOPLE["viewer"])).status_code == 200
    page = open_page(house.client)
    assert house.client.get("/oauth/providers/corp", params={"page": page}).status_code == 503


def test_a_provider_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "ALL_SECONDS", 0.5)

    class Drip(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                try:
                    self.wfile.write(b" " * 9000)
                    time.sleep(0.1)
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    started = time.monotonic()
    try:
        with pytest.raises(UnavailableError, match="too slow"):
            metadata.read_metadata(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://another.example.com"},
        {"jwks_uri": "http://keys.example.com/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ""},
        {"token_endpoint": "http://tokens.example.com"},
    ],
)
def test_a_provider_that_says_something_else_is_not_believed(
    said: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"issuer": "https://login.example.com", "jwks_uri": "https://login.example.com/jwks"}
    monkeypatch.setattr(metadata, "fetch_json", lambda *given: {**good, **said})
    with pytest.raises(UnavailableError):
        metadata.read_metadata("https://login.example.com")


def test_secrets_and_keys_to_encrypt_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"keys": [{"kid": "a", "kty": "oct", "k": "c2VjcmV0"}, {"kid": "b", "kty": "RSA", "use": "enc"}, "x", {}]}
    monkeypatch.setattr(provider_keys, "read_metadata", lambda issuer: metadata.Metadata("https://x"))
    monkeypatch.setattr(provider_keys, "fetch_json", lambda *given: listed)
    keys = ProviderKeys("https://login.example.com")
    assert [keys.find(kid, algorithm) for kid in "ab" for algorithm in ("HS256", "RS256")] == [None] * 4


def go_there_and_back(house: House, provider: Provider, page: str) -> requests.Response:
    """What a browser gets that signs in at the provider."""
    away = house.client.get("/oauth/providers/corp", params={"page": page})
    assert away.status_code == 303 and away.headers["location"].startswith(provider.url)
    back = requests.get(away.headers["location"], allow_redirects=False, timeout=5).headers["Location"]
    return house.client.get(back)


def test_a_browser_signs_in_at_a_provider(house: House, provider: Provider) -> None:
    provider.person = {"sub": "42", "email": PEOPLE["analyst"].title(), "email_verified": True}
    answer = go_there_and_back(house, provider, open_page(house.client))
    tokens = swap_code(house.client, read_query(answer.headers["location"])["code"]).json()
    me = house.ask("/v1/me", tokens["access_token"]).json()
    assert (me["person"]["name"], me["account"]) == (PEOPLE["analyst"], "corp 42")


def test_groups_hold_for_the_sign_in(house: House, provider: Provider) -> None:
    provider.person = {"sub": "43", "email": "new@example.com", "groups": ["readers"]}
    answer = go_there_and_back(house, provider, open_page(house.client))
    tokens = swap_code(house.client, read_query(answer.headers["location"])["code"]).json()
    person = house.ask("/v1/me", tokens["access_token"]).json()["person"]
    assert (person["roles"], person["scopes"], person["origin"]) == (["viewer"], ["payments"], "group")
    sessions = house.ask("/v1/me/sessions", tokens["access_token"]).json()["items"]
    assert sessions[0]["ends_at"][:13] <= time.strftime("%Y-%m-%dT%H", time.gmtime(time.time() + 12 * 3600))
    refused = house.ask("/v1/keys", tokens["access_token"], "POST", json={"name": "x", "permissions": ["see_costs"]})
    assert refused.status_code == 409 and "known by a group alone" in refused.json()["detail"]


def test_a_device_is_let_in_at_a_provider(house: House, provider: Provider) -> None:
    provider.person = {"sub": "42", "email": PEOPLE["viewer"]}
    codes = house.client.post("/oauth/device_authorization", data={"client_id": "cloudcost-cli"}).json()
    page = read_page_name(house.client.get(codes["verification_uri_complete"]).text)
    assert go_there_and_back(house, provider, page).status_code == 200
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "cloudcost-cli"}
    answer = house.client.post("/oauth/token", data={**poll, "device_code": codes["device_code"]})
    assert house.ask("/v1/me", answer.json()["access_token"]).json()["account"] == "corp 42"


@pytest.mark.parametrize(
    ("lie", "status"),
    [
        ({"forged": {"nonce": "another"}}, 401),
        ({"forged": {"aud": "another client"}}, 401),
        ({"forged": {"iss": "https://another.example.com"}}, 401),
        ({"forged": {"exp": 1}}, 401),
        ({"forged": {"azp": "another client"}}, 401),
        ({"forged": {"email_verified": False}}, 401),
        ({"forged": {"sub": "exporter@clients"}}, 401),
        ({"forged": {"email": PEOPLE["disabled"]}}, 403),
        ({"forged": {"email": "stranger@example.com"}}, 403),
        ({"is_impostor": True}, 401),
    ],
)
def test_an_answer_that_is_not_the_providers_signs_nobody_in(
    house: House, provider: Provider, lie: dict[str, object], status: int
) -> None:
    provider.person = {"sub": "42", "email": PEOPLE["admin"]}
    for name, value in lie.items():
        setattr(provider, name, value)
    answer = go_there_and_back(house, provider, open_page(house.client))
    assert answer.status_code == status and "location" not in answer.headers


def test_who_comes_back_is_the_browser_that_went(house: House, provider: Provider) -> None:
    provider.person = {"sub": "42", "email": PEOPLE["admin"]}
    page = open_page(house.client)
    away = house.client.get("/oauth/providers/corp", params={"page": page})
    back = requests.get(away.headers["location"], allow_redirects=False, timeout=5).headers["Location"]
    other = TestClient(house.client.app, base_url="http://testserver", follow_redirects=False)
    assert other.get(back).status_code == 400
    assert house.client.get(back).status_code == 400  # a state counts once
    assert house.client.get("/oauth/callback", params={"code": "x", "state": "made up"}).status_code == 400
    assert house.client.get("/oauth/providers/other", params={"page": page}).status_code == 400


def test_without_passwords_the_page_offers_providers_alone(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_OIDC_CLIENT", provider.client_id)
    more = PROVIDER_SECTION.format(url=provider.url, audience=AUDIENCE) + "  local: {enabled: false}\n"
    house = build_house(tmp_path / "it", more)
    password = house.password(PEOPLE["admin"])
    page = open_page(house.client)
    form = {"page": page, "name": PEOPLE["admin"], "password": password}
    assert house.client.post("/oauth/sign-in", data=form).status_code == 400
    # who signed in by a password before is signed out
    assert house.ask("/v1/me", house.token(PEOPLE["boss"])).status_code == 401
    admin = provider.sign({"sub": "1", "email": PEOPLE["boss"], "aud": AUDIENCE})
    assert house.ask(f"/v1/people/{PEOPLE['viewer']}/invitation", admin, "POST").status_code == 409


def test_nobody_comes_by_a_group_under_a_name_that_looks_like_somebodys(house: House, provider: Provider) -> None:
    """Providers let people choose names: one that only looks like an administrator's would be read as theirs."""

    def ask(email: str) -> int:
        claims = {"sub": "1", "email": email, "aud": AUDIENCE, "groups": ["staff"]}
        return int(house.ask("/v1/me", provider.sign(claims, kid="one")).status_code)

    assert ask("stranger@example.com") == 200
    assert ask("\u0430dmin@example.com") == 401  # of two scripts
    assert ask("\u0251dmin@example.com") == 401  # of one, with another letter
    assert ask("\uff41dmin@example.com") == 401  # full width
