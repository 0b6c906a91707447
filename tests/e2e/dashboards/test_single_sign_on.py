"""Signing in at an OpenID Connect provider: what a person may see follows from the configuration, and every answer that
the provider did not give, or gave for another sign-in, is refused."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import duckdb
import pytest
import requests

from dashboards.publish import published_file
from tests.dashboards_site import PEOPLE, TEAM, Site, Visitor, free_port
from tests.peers.oidc import Provider, run_oidc_provider

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

OIDC = """\
  separation: copies
  oidc:
    discovery_url: {discovery_url}
    group_roles: {{finops: finance, everybody: viewer}}
"""
COUNT = "number_of_rows"


@dataclass
class SingleSignOn:
    """Dashboards that a provider signs people in to."""

    site: Site
    provider: Provider

    def start(self, **claims: Any) -> tuple[Visitor, str]:
        """Somebody with these claims comes back from the provider; their session, and the address they come back to."""
        self.provider.person = {"sub": claims.get("email", "someone"), "email_verified": True, **claims}
        visitor = Visitor(self.site.url)
        redirect = visitor.get("/login/oidc", allow_redirects=False)
        assert redirect.status_code == 302, redirect.text[:500]
        assert redirect.headers["Location"].startswith(f"{self.provider.url}/authorize?")
        answered = requests.get(redirect.headers["Location"], allow_redirects=False, timeout=30)
        return visitor, answered.headers["Location"].removeprefix(self.site.url)

    def sign_in(self, **claims: Any) -> Visitor:
        visitor, back = self.start(**claims)
        visitor.get(back)
        return visitor


def roles_of(visitor: Visitor) -> set[str] | None:
    """The roles of a session without the one that everybody has and that allows nothing; None where nobody is."""
    answer = visitor.get("/api/v1/me/roles/")
    return set(answer.json()["result"]["roles"]) - {"cloudcost_none"} if answer.status_code == 200 else None


@pytest.fixture(scope="module")
def sso(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SingleSignOn]:
    """A second Superset on the same warehouse, with what the first one made of its metadata."""
    root = tmp_path_factory.mktemp("sso")
    shutil.copytree(site.root / "home" / "dashboards", root / "home" / "dashboards")
    for path in (site.root / "home").glob("*"):
        if path.name.startswith(("warehouse.duckdb", "state.sqlite", "keys", "audit_witness")):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, root / "home" / path.name)
    with run_oidc_provider() as provider:
        second = Site(root, free_port())
        second.configure(TEAM, OIDC.format(discovery_url=provider.discovery_url))
        try:
            second.start(OIDC_CLIENT_ID=provider.client_id, OIDC_CLIENT_SECRET=provider.client_secret)
            yield SingleSignOn(second, provider)
        finally:
            second.stop()


@pytest.fixture(autouse=True)
def honest(sso: SingleSignOn) -> None:
    sso.provider.forged, sso.provider.is_impostor = {}, False


def test_somebody_whom_the_configuration_lists_gets_its_role_whatever_their_groups(sso: SingleSignOn) -> None:
    assert roles_of(sso.sign_in(email=PEOPLE["finance"])) == {"cloudcost_finance"}
    assert roles_of(sso.sign_in(email=PEOPLE["viewer"].upper(), groups=["finops"])) == {"cloudcost_viewer"}


def test_a_team_sees_its_rows_and_no_others(sso: SingleSignOn, datasets: dict[str, int]) -> None:
    pia = sso.sign_in(email=PEOPLE["team"])
    assert roles_of(pia) == {"cloudcost_team", "cloudcost_scope_one_team"}
    pia.session.headers["X-CSRFToken"] = pia.get("/api/v1/security/csrf_token/").json()["result"]
    found = pia.ask(datasets["fct_cost_daily"], columns=["x_team"], metrics=[COUNT]).json()["result"][0]["data"]
    counted = sso.site.query(f"select count(*) from marts.fct_cost_daily where x_team = '{TEAM}'")[0][0]
    assert [(row["x_team"], row[COUNT]) for row in found] == [(TEAM, counted)]


def test_a_team_is_answered_from_a_database_without_other_rows(sso: SingleSignOn, datasets: dict[str, int]) -> None:
    """Hard separation: were every check of statements passed by, there would be nothing else to find."""
    own = published_file(sso.site.serving, "warehouse.duckdb").resolve().parent / "scopes" / "one_team"
    with duckdb.connect(str(own / "warehouse.duckdb"), read_only=True) as connection:
        teams = connection.execute("select distinct x_team from marts.fct_cost_daily").fetchall()
        lines = connection.execute("select distinct x_team from marts.fct_charges").fetchall()
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert teams == lines == [(TEAM,)]
    assert "checks" not in tables
    assert (own / "warehouse.duckdb").stat().st_mode & 0o777 == 0o400
    pia, fay = sso.sign_in(email=PEOPLE["team"]), sso.sign_in(email=PEOPLE["finance"])
    for visitor in (pia, fay):
        visitor.session.headers["X-CSRFToken"] = visitor.get("/api/v1/security/csrf_token/").json()["result"]
    own.rename(own.with_name("away"))
    try:
        answers = [v.ask(datasets["fct_cost_daily"], columns=[], metrics=[COUNT], row_limit=7) for v in (pia, fay)]
    finally:
        own.with_name("away").rename(own)
    assert [answer.status_code for answer in answers] == [403, 200], answers[0].text[:300]
    assert "next publication" in answers[0].text
    assert pia.ask(datasets["fct_cost_daily"], columns=[], metrics=[COUNT], row_limit=7).status_code == 200


def test_the_directory_is_stronger_than_any_group_and_counts_within_seconds(sso: SingleSignOn) -> None:
    gail, groups = "gail@fernhill.example", ["finops"]
    visitor = sso.sign_in(email=gail, groups=groups)
    assert roles_of(visitor) == {"cloudcost_finance"}
    sso.site.change_people("add", gail, "--role", "viewer")
    wait_until(lambda: roles_of(visitor) is None)
    visitor = sso.sign_in(email=gail, groups=groups)
    assert roles_of(visitor) == {"cloudcost_viewer"}
    sso.site.change_people("disable", gail)
    wait_until(lambda: roles_of(visitor) is None)
    assert roles_of(sso.sign_in(email=gail, groups=groups)) is None
    sso.site.change_people("enable", gail)
    wait_until(lambda: roles_of(sso.sign_in(email=gail)) == {"cloudcost_viewer"})
    assert sso.site.added == {}, "the provider has the passwords"


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "not within the bound"
        time.sleep(0.3)


def test_a_groups_role_follows_the_group(sso: SingleSignOn) -> None:
    """What somebody was allowed yesterday does not stay with them."""
    person = {"email": "gus@fernhill.example"}
    assert roles_of(sso.sign_in(**person, groups=["finops", "staff"])) == {"cloudcost_finance"}
    assert roles_of(sso.sign_in(**person, groups=["everybody"])) == {"cloudcost_viewer"}
    assert roles_of(sso.sign_in(**person, groups=["staff"])) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@elsewhere.example"},
        {"email": "stranger@elsewhere.example", "groups": ["admin", "Admin", "mail:fay@fernhill.example"]},
        {"email": PEOPLE["finance"], "email_verified": False},
        {"email": PEOPLE["finance"], "email_verified": "false"},
        {"name": "Nobody"},
    ],
    ids=["unknown", "unknown with groups of their own", "address not verified", "so in text", "no address"],
)
def test_somebody_unknown_is_refused(claims: dict[str, Any], sso: SingleSignOn) -> None:
    assert roles_of(sso.sign_in(**claims)) is None


def test_an_answer_for_another_sign_in_is_refused(sso: SingleSignOn) -> None:
    """The state: an answer that was fetched in one browser signs nobody in in another, nor twice, nor changed."""
    finance = {"email": PEOPLE["finance"]}
    _, back = sso.start(**finance)
    other = Visitor(sso.site.url)
    other.get(back)
    assert roles_of(other) is None
    victim, own = sso.start(**finance)
    _, attackers = sso.start(email=PEOPLE["viewer"])
    victim.get(attackers)
    assert roles_of(victim) is None
    changed = urlsplit(own)
    query = {name: values[0] for name, values in parse_qs(changed.query).items()}
    victim.get(urlunsplit(changed._replace(query=urlencode({**query, "state": "x"}))))
    assert roles_of(victim) is None
    without = urlencode({"code": query["code"]})
    victim.get(urlunsplit(changed._replace(query=without)))
    assert roles_of(victim) is None


def test_a_code_that_the_provider_did_not_give_is_refused(sso: SingleSignOn) -> None:
    visitor, back = sso.start(email=PEOPLE["finance"])
    parts = urlsplit(back)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    visitor.get(urlunsplit(parts._replace(query=urlencode({**query, "code": "guessed"}))))
    assert roles_of(visitor) is None


@pytest.mark.parametrize(
    "forged",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another application"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
    ],
    ids=lambda claims: next(iter(f"{name}={value}" for name, value in claims.items())),
)
def test_a_token_for_something_else_is_refused(forged: dict[str, Any], sso: SingleSignOn) -> None:
    sso.provider.forged = forged
    assert roles_of(sso.sign_in(email=PEOPLE["finance"])) is None


def test_a_token_signed_by_somebody_else_is_refused(sso: SingleSignOn) -> None:
    sso.provider.is_impostor = True
    assert roles_of(sso.sign_in(email=PEOPLE["finance"])) is None
