"""An installation with people of every role, its API in this process, and ways to be one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

from api.app import make_app
from api.sign_in.authenticator import DoorsAuthenticator
from api.sign_in.desk import make_doors
from cloudcost.identity.doors import Doors
from cloudcost.identity.local.sessions import SignedIn
from cloudcost.identity.oidc.browser import challenge
from cloudcost.installation import Installation
from core.instants import utc_now

ROLES = ("viewer", "analyst", "team_lead", "approver", "admin")
#: Everybody by what they are; nobody is in the directory without a role.
PEOPLE = {role: f"{role}@example.com" for role in (*ROLES, "nobody", "disabled", "boss")}
CONFIG = """
sources:
  - {{name: cloud, provider: aws, format: cur2, location: {exports}}}
dashboards:
  scopes: [{{name: payments, teams: [payments]}}]
people:
  - {{name: viewer@example.com, roles: [viewer]}}
  - {{name: analyst@example.com, roles: [analyst]}}
  - {{name: team_lead@example.com, roles: [team_lead], scopes: [payments]}}
  - {{name: approver@example.com, roles: [approver]}}
  - {{name: admin@example.com, roles: [admin]}}
  - {{name: boss@example.com, roles: [admin, approver]}}
  - {{name: disabled@example.com, roles: [admin]}}
  - {{name: nobody@example.com}}
"""
VERIFIER = "v" * 64
RETURN_TO = "http://127.0.0.1:5123/callback"


@dataclass
class House:
    """The installation, its API, and the ways in."""

    installation: Installation
    doors: Doors
    client: TestClient

    def token(self, name: str) -> str:
        """An access token of somebody who has just signed in."""
        who = SignedIn(name, f"local {name}", utc_now(), self.doors.local.accounts.generation(name))
        return self.doors.local.open(who, "cloudcost-cli", "203.0.113.9").access

    def key(self, name: str, *permissions: Any, days: int = 30) -> str:
        """A key of somebody."""
        person = self.installation.directory.find(name)
        assert person is not None
        return self.doors.local.keys.create(person, "a test", permissions or ("see_costs",), days)[1]

    def ask(self, path: str, credential: str | None, method: str = "GET", **content: Any) -> Any:
        """The answer to whoever has this token or key."""
        headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
        return self.client.request(method, path, headers=headers, **content)

    def change(self, name: str, **fields: Any) -> None:
        """What an administrator does elsewhere, in another process."""
        Installation(self.installation.config_path, self.installation.home, "cli").directory.change(
            PEOPLE["boss"], name, **fields
        )

    def password(self, name: str) -> str:
        """A new password of somebody."""
        return self.doors.local.accounts.reset_password("test", name)


def build_house(folder: Path, more: str = "", url: str = "http://testserver") -> House:
    """A house in an empty folder. ``more``: what the configuration has beside people."""
    (folder / "exports").mkdir(parents=True)
    config = folder / "cloudcost.yaml"
    config.write_text(CONFIG.format(exports=folder / "exports") + f"api: {{url: '{url}'}}\n" + more, encoding="utf-8")
    installation = Installation(config, folder / "home", "api")
    installation.directory.change(PEOPLE["boss"], PEOPLE["disabled"], is_disabled=True)
    doors = make_doors(installation)
    app = make_app(installation, DoorsAuthenticator(doors))
    return House(
        installation, doors, TestClient(app, base_url=url, follow_redirects=False, raise_server_exceptions=False)
    )


def open_page(client: TestClient, state: str = "a state") -> str:
    """Open the page to sign in for the command line, and its name."""
    query = {
        "response_type": "code",
        "client_id": "cloudcost-cli",
        "redirect_uri": RETURN_TO,
        "state": state,
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    answer = client.get("/oauth/authorize", params=query)
    assert answer.status_code == 200, answer.text
    return read_page_name(answer.text)


def read_page_name(html: str) -> str:
    """The name of a page that is shown."""
    found = re.search(r'name="page" value="([^"]+)"', html) or re.search(r'\?page=([^"&]+)', html)
    assert found is not None, html
    return found[1]


def read_query(address: str) -> dict[str, str]:
    """What an address that a browser is sent to says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def swap_code(client: TestClient, code: str, **changed: str) -> Any:
    """The token for a code; ``changed``: what is sent otherwise."""
    form = {
        "grant_type": "authorization_code",
        "client_id": "cloudcost-cli",
        "redirect_uri": RETURN_TO,
        "code": code,
        "code_verifier": VERIFIER,
        **changed,
    }
    return client.post("/oauth/token", data=form)
