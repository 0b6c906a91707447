"""Signing in at the API in a real browser, which keeps to the pages' content security policy and to cookies' rules."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from playwright.sync_api import Route, sync_playwright

from cloudcost.identity.oidc.browser import challenge
from tests.api_house import PEOPLE, VERIFIER, build_house, read_query, swap_code
from tests.e2e.test_dagster_ui import CHROMIUM_FLAGS
from tests.peers.oidc import run_oidc_provider
from tests.security.api_credentials import AUDIENCE, PROVIDER_SECTION


def test_a_browser_signs_in_by_password_and_at_a_provider(
    chromium_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_oidc_provider() as provider, socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("TEST_OIDC_CLIENT", provider.client_id)
        monkeypatch.setenv("TEST_OIDC_SECRET", provider.client_secret)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        house = build_house(tmp_path / "it", PROVIDER_SECTION.format(url=provider.url, audience=AUDIENCE), url)
        server = uvicorn.Server(uvicorn.Config(house.client.app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        # nobody listens there: what matters is where the browser is sent
        back = "http://127.0.0.1:1/callback"
        query = {
            "response_type": "code",
            "client_id": "cloudcost-cli",
            "redirect_uri": back,
            "state": "s",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        names = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
            page = browser.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            arrived: list[str] = []

            def arrive(route: Route) -> None:
                arrived.append(route.request.url)
                route.fulfill(body="back")

            page.route(f"{back}*", arrive)
            for way in ("password", "provider"):
                page.goto(f"{url}/oauth/authorize?{urlencode(query)}")
                assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "the style is blocked"
                if way == "password":
                    page.get_by_label("Name").fill(PEOPLE["viewer"])
                    page.get_by_label("Password").fill("wrong")
                    page.get_by_role("button", name="Sign in").click()
                    assert "Name or password is wrong" in page.inner_text("body")
                    page.get_by_label("Name").fill(PEOPLE["viewer"])
                    page.get_by_label("Password").fill(house.password(PEOPLE["viewer"]))
                    page.get_by_role("button", name="Sign in").click()
                else:
                    provider.person = {"sub": "42", "email": PEOPLE["analyst"]}
                    page.get_by_role("link", name="Sign in with corp").click()
                page.wait_for_url(f"{back}*")
                tokens = swap_code(house.client, read_query(arrived[-1])["code"], redirect_uri=back).json()
                names.append(house.ask("/v1/me", tokens["access_token"]).json()["person"]["name"])
            browser.close()
        assert names == [PEOPLE["viewer"], PEOPLE["analyst"]]
        assert not [text for text in said if "Content Security Policy" in text]
        server.should_exit = True
        thread.join(10)
