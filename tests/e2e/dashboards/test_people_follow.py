"""What an administrator changes of people counts on the dashboards within seconds, for all that is signed in."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from cloudcost.installation import Installation
from tests.dashboards_site import TEAM, Site, Visitor, patiently

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

NORA = "nora@fernhill.example"
COUNT = "number_of_rows"
#: Within this many seconds a change counts.
BOUND = 10.0


def seconds_until(is_so: Callable[[], bool]) -> float:
    """How long it takes from now on; every caller asks several times a second."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < BOUND, "not within the bound"
        time.sleep(0.2)
    return time.monotonic() - began


def ask(visitor: Visitor, dataset: int) -> Any:
    """A question as a page asks it: the answer may be a remembered one."""
    body = {
        "datasource": {"id": dataset, "type": "table"}, "result_format": "json", "result_type": "full",
        "queries": [{"columns": ["x_team"], "metrics": [COUNT], "row_limit": 1000}],
    }  # fmt: skip
    return visitor.post("/api/v1/chart/data", body)


def teams_of(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text[:300]
    return {row["x_team"] for row in answer.json()["result"][0]["data"]}


class FromElsewhere(HTTPAdapter):
    """Connects from an address of its own: attempts to sign in are counted by address, and others test here too."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, source_address=("127.0.0.9", 0))


def visit(site: Site) -> Visitor:
    visitor = Visitor(site.url)
    visitor.session.mount("http://", FromElsewhere())
    return visitor


class SignedIn:
    """One person, signed in by a token of the API with the one that renews it, and in a browser where asked for."""

    def __init__(self, site: Site, is_on_page: bool = False) -> None:
        """AssertionError where she cannot sign in. Attempts are limited: no more than needed."""
        body = {"username": NORA, "password": site.added[NORA], "provider": "db", "refresh": True}
        login = f"{site.url}/api/v1/security/login"
        answer = patiently(lambda: visit(site).session.post(login, json=body, timeout=60))
        assert answer.status_code == 200, answer.text
        self.visitors = {"bearer": visit(site), "renewal": visit(site)}
        self.visitors["bearer"].carry(answer.json()["access_token"])
        self.visitors["renewal"].carry(answer.json()["refresh_token"])
        if is_on_page:
            page = self.visitors["page"] = visit(site)
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get("/login/").text)
            assert found
            form = {"username": NORA, "password": site.added[NORA], "csrf_token": found[1]}
            patiently(lambda: page.session.post(f"{site.url}/login/", data=form, timeout=60))
        assert all(self.ways().values()), self.ways()

    @property
    def bearer(self) -> Visitor:
        return self.visitors["bearer"]

    def ways(self) -> dict[str, bool]:
        """What of it still counts."""
        asked = {
            name: visitor.send("POST", "/api/v1/security/refresh") if name == "renewal" else visitor.get("/api/v1/me/")
            for name, visitor in self.visitors.items()
        }
        return {name: answer.status_code == 200 for name, answer in asked.items()}

    def has_ended(self) -> bool:
        return not any(self.ways().values())


@pytest.fixture(scope="module")
def nora(site: Site) -> Iterator[str]:
    """Somebody whom an administrator adds while the dashboards are served; disabled when all is done."""
    site.change_people("add", NORA, "--role", "analyst")
    try:
        assert seconds_until(lambda: has_come(site)) < BOUND
        yield NORA
    finally:
        site.change_people("disable", NORA)


def has_come(site: Site) -> bool:
    """Whether she was added; the server looks when somebody asks it for anything."""
    Visitor(site.url).get("/health")
    return NORA in site.added


def test_who_is_added_signs_in_without_a_restart_and_a_change_ends_what_is_signed_in_and_remembered(
    site: Site, nora: str, datasets: dict[str, int]
) -> None:
    number = datasets["fct_cost_daily"]
    everybody = {team for (team,) in site.query("select distinct x_team from marts.fct_cost_daily")}
    steps: list[tuple[str, Callable[[], None], set[str]]] = [
        ("a role taken away", lambda: site.change_people("change", NORA, "--role", "team_lead"), set()),
        ("a scope given", lambda: site.change_people("change", NORA, "--scope", "one_team"), {TEAM}),
        ("a scope taken away", lambda: change_directly(site.root, scopes=[]), set()),
    ]
    before = SignedIn(site, is_on_page=True)
    assert teams_of(ask(before.bearer, number)) == everybody
    for name, change, seen in steps:
        second = ask(before.bearer, number), ask(before.bearer, number)
        assert "X-Cloudcost-Remembered" in second[1].headers
        change()
        seconds_until(before.has_ended)
        assert ask(before.bearer, number).status_code == 401
        before = SignedIn(site)
        assert teams_of(ask(before.bearer, number)) == seen, name


def test_her_password_is_on_the_terminal_and_nowhere_else(site: Site, nora: str) -> None:
    folder = site.root / "home" / "dashboards"
    for path in (*(folder / "logs").glob("*.log"), folder / "people.json", folder / "settings.json"):
        assert site.added[nora] not in path.read_text(), path
    assert (folder / "people.json").stat().st_mode & 0o777 == 0o600


def test_who_is_disabled_is_out_whatever_superset_says_until_they_are_enabled(
    site: Site, nora: str, visitors: dict[str, Visitor]
) -> None:
    def find() -> dict[str, Any]:
        users = visitors["admin"].get("/api/v1/security/users/?q=(page_size:100)").json()["result"]
        found: dict[str, Any] = next(user for user in users if user["username"] == nora)
        return found

    before = SignedIn(site, is_on_page=True)
    site.change_people("disable", NORA)
    seconds_until(before.has_ended)
    with pytest.raises(AssertionError, match="Not authorized"):
        SignedIn(site)
    # an administrator of Superset alone does not bring back whom the directory refuses
    answer = visitors["admin"].put(f"/api/v1/security/users/{find()['id']}", {"active": True})
    assert answer.ok and find()["active"], answer.text
    with pytest.raises(AssertionError, match="Not authorized"):
        SignedIn(site)
    password = site.added[nora]
    site.change_people("enable", NORA)
    seconds_until(lambda: is_let_in(site) and find()["active"])
    assert before.has_ended(), "what was signed in before does not come back"
    SignedIn(site)
    assert site.added[nora] == password


def is_let_in(site: Site) -> bool:
    return NORA not in json.loads((site.root / "home" / "dashboards" / "people.json").read_text())["refused"]


def change_directly(root: Path, **fields: Any) -> None:
    """As the API changes people."""
    Installation(root / "cloudcost.yaml", root / "home", "api").directory.change("root", NORA, "a test", **fields)
