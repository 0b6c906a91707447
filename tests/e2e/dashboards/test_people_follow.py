"""What an administrator changes of people counts on the dashboards within seconds, for all that is signed in."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudcost.installation import Installation
from tests.dashboards_site import CLOUDCOST, TEAM, Site, Visitor, patiently

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

NORA = "nora@fernhill.example"
COUNT = "number_of_rows"
#: Within this many seconds a change counts.
BOUND = 10.0


def people(site: Site, command: str, *options: str) -> None:
    """`cloudcost people`, by the account that owns the home."""
    done = subprocess.run(
        [CLOUDCOST, "people", command, NORA, *options, "--reason", "a test"],
        env=site.environment(), cwd=site.root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


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


@pytest.fixture(scope="module")
def nora(site: Site) -> Iterator[str]:
    """Somebody whom an administrator adds while the dashboards are served; disabled when all is done."""
    people(site, "add", "--role", "team_lead")
    try:
        assert seconds_until(lambda: has_come(site)) < BOUND
        yield NORA
    finally:
        people(site, "disable")


def has_come(site: Site) -> bool:
    """Whether she was added; the server looks when somebody asks it for anything."""
    Visitor(site.url).get("/health")
    return NORA in site.added


class SignedIn:
    """One person, signed in in every way."""

    def __init__(self, site: Site) -> None:
        """The form of a browser, and a token of the API with the one that renews it."""
        password = site.added[NORA]
        self.page = Visitor(site.url)
        form = {"username": NORA, "password": password}
        patiently(lambda: self.page.session.post(f"{site.url}/login/", data=form, timeout=60))
        body = {"username": NORA, "password": password, "provider": "db", "refresh": True}
        login = f"{site.url}/api/v1/security/login"
        answer = patiently(lambda: Visitor(site.url).session.post(login, json=body, timeout=60))
        assert answer.status_code == 200, answer.text
        self.bearer, self.renewal = Visitor(site.url), Visitor(site.url)
        self.bearer.carry(answer.json()["access_token"])
        self.renewal.carry(answer.json()["refresh_token"])

    def ways(self) -> dict[str, bool]:
        """What of it still counts."""
        return {
            "page": self.page.get("/api/v1/me/").status_code == 200,
            "bearer": self.bearer.get("/api/v1/me/").status_code == 200,
            "renewal": self.renewal.send("POST", "/api/v1/security/refresh").status_code == 200,
        }

    def has_ended(self) -> bool:
        return not any(self.ways().values())


def test_who_is_added_signs_in_without_a_restart_and_sees_no_more_than_their_scopes(
    site: Site, nora: str, datasets: dict[str, int]
) -> None:
    signed_in = SignedIn(site)
    assert all(signed_in.ways().values()), signed_in.ways()
    roles = signed_in.page.get("/api/v1/me/roles/").json()["result"]["roles"]
    assert set(roles) == {"cloudcost_team"}
    assert teams_of(ask(signed_in.bearer, datasets["fct_cost_daily"])) == set()
    text = "".join(path.read_text() for path in (site.root / "home" / "dashboards" / "logs").glob("*.log"))
    assert site.added[NORA] not in text
    listed = site.root / "home" / "dashboards" / "people.json"
    assert listed.stat().st_mode & 0o777 == 0o600 and site.added[NORA] not in listed.read_text()


def test_other_scopes_and_another_role_end_what_is_signed_in_and_what_is_remembered(
    site: Site, nora: str, datasets: dict[str, int], record_property: Callable[[str, object], None]
) -> None:
    number = datasets["fct_cost_daily"]
    everybody = {team for (team,) in site.query("select distinct x_team from marts.fct_cost_daily")}
    steps: list[tuple[str, Callable[[], None], set[str]]] = [
        ("a scope given", lambda: people(site, "change", "--scope", "one_team"), {TEAM}),
        ("a role given", lambda: people(site, "change", "--role", "analyst"), everybody),
        ("a role taken away", lambda: people(site, "change", "--role", "team_lead"), {TEAM}),
        ("a scope taken away", lambda: change_directly(site.root, scopes=[]), set()),
    ]
    for name, change, seen in steps:
        before = SignedIn(site)
        first, second = ask(before.bearer, number), ask(before.bearer, number)
        assert teams_of(first) == teams_of(second) and "X-Cloudcost-Remembered" in second.headers
        change()
        record_property(name, round(seconds_until(before.has_ended), 2))
        assert ask(before.bearer, number).status_code == 401
        assert teams_of(ask(SignedIn(site).bearer, number)) == seen, name


def test_who_is_disabled_is_out_and_who_is_enabled_comes_in_with_the_same_password(
    site: Site, nora: str, datasets: dict[str, int], record_property: Callable[[str, object], None]
) -> None:
    people(site, "change", "--role", "analyst")
    before = SignedIn(site)
    seconds_until(lambda: bool(teams_of(ask(SignedIn(site).bearer, datasets["fct_cost_daily"]))))
    before = SignedIn(site)
    people(site, "disable")
    record_property("disabled", round(seconds_until(before.has_ended), 2))
    assert ask(before.bearer, datasets["fct_cost_daily"]).status_code == 401
    with pytest.raises(AssertionError, match="Invalid login|Not authorized|message"):
        SignedIn(site)
    password = site.added[NORA]
    people(site, "enable")
    seconds_until(lambda: can_sign_in(site))
    assert before.has_ended(), "what was signed in before does not come back"
    assert site.added[NORA] == password


def can_sign_in(site: Site) -> bool:
    body = {"username": NORA, "password": site.added[NORA], "provider": "db"}
    return patiently(
        lambda: Visitor(site.url).session.post(f"{site.url}/api/v1/security/login", json=body, timeout=60)
    ).ok


def test_who_is_refused_stays_refused_whatever_superset_says(
    site: Site, nora: str, visitors: dict[str, Visitor]
) -> None:
    """An administrator of Superset alone does not bring back whom the directory refuses."""
    people(site, "disable")
    seconds_until(lambda: not can_sign_in(site))
    users = visitors["admin"].get("/api/v1/security/users/?q=(page_size:100)").json()["result"]
    number = next(user["id"] for user in users if user["username"] == NORA)
    answer = visitors["admin"].put(f"/api/v1/security/users/{number}", {"active": True})
    assert answer.ok, answer.text
    assert not can_sign_in(site)


def change_directly(root: Path, **fields: Any) -> None:
    """As the API changes people."""
    Installation(root / "cloudcost.yaml", root / "home", "api").directory.change("root", NORA, "a test", **fields)
