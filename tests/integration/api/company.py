"""The API on the small simulated company of the dashboards' tests, with people of every role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import make_app
from api.callers import Caller, CredentialError
from cloudcost.identity.directory import Directory
from cloudcost.installation import Installation
from dashboards.publications import publish_where_needed

ROLES = {
    "vera": "viewer",
    "ana": "analyst",
    "theo": "team_lead",
    "nils": "team_lead",
    "ben": "approver",
    "cleo": "approver",
    "ada": "admin",
}
SCOPES = {"theo": ["one_team"]}
TEAM = "payments"
CONFIG = """\
sources:
  - {{name: aws, provider: aws, location: "exports/aws"}}
  - {{name: azure, provider: azure, location: "exports/azure"}}
  - {{name: gcp, provider: gcp, location: "exports/gcp"}}
reporting_currency: USD
dashboards:
  scopes:
    - {{name: one_team, teams: [{team}]{accounts}}}
people:
{people}
{more}
"""


@dataclass(frozen=True)
class ByName:
    """Takes a token for the name of a person; `<name>/machine` is a key of theirs."""

    directory: Directory

    def identify(self, credential: str) -> Caller:
        name, _, kind = credential.partition("/")
        person = self.directory.find(name) if name.strip() else None
        if person is None:
            raise CredentialError("the token proves nobody")
        return Caller(person, f"test {person.name}", person.permissions, kind == "machine")


@dataclass
class Company:
    """An installation and its API."""

    installation: Installation
    app: FastAPI
    clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, name: str) -> TestClient:
        """Somebody who sends their name as a token with everything."""
        if name not in self.clients:
            headers = {"Authorization": f"Bearer {name}"} if name else {}
            self.clients[name] = TestClient(self.app, base_url="http://localhost", headers=headers)
        return self.clients[name]

    def get(self, name: str, path: str, **query: Any) -> httpx.Response:
        """What somebody is answered."""
        return self.client(name).get(path, params=query)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of what is published."""
        with self.app.state.services.published.read() as reading:
            return list(reading.rows(sql)[1])


def write_config(
    root: Path, team: str = TEAM, accounts: Sequence[str] = (), more: str = "", limit: int = 600_000
) -> Path:
    """A configuration of the company with these people; ``team`` and ``accounts`` are whose costs Theo sees."""
    people = "\n".join(
        f"  - {{name: {name}, roles: [{role}], scopes: {SCOPES.get(name, [])}}}" for name, role in ROLES.items()
    )
    listed = f", accounts: [{', '.join(map(repr, accounts))}]" if accounts else ""
    path = root / "api.yaml"
    text = CONFIG.format(team=team, accounts=listed, people=people, more=more)
    path.write_text(f"{text}api: {{requests_per_minute: {limit}, hosts: [testserver]}}\n")
    return path


def open_company(root: Path, **config: Any) -> Company:
    """The API on the home that is in this folder."""
    installation = Installation(write_config(root, **config), root / "home", "api")
    publish_where_needed(installation)
    return Company(installation, make_app(installation, ByName(installation.directory)))


def days_of(month: dt.date) -> tuple[str, str]:
    """The first day of a month and that of the next one."""
    return month.isoformat(), (month + dt.timedelta(days=31)).replace(day=1).isoformat()
