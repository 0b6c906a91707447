"""One Superset on a small simulated company, with people of every role; it serves all tests of this folder."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import pytest
import requests

from dashboards.build import describe_access
from dashboards.home import PYTHON
from dashboards.publish import published_file
from simulator import generate

ROOT = Path(__file__).resolve().parents[1]
CLOUDCOST = str(Path(sys.executable).with_name("cloudcost"))
PEOPLE = {"viewer": "vera@fernhill.example", "team": "pia@fernhill.example", "finance": "fay@fernhill.example"}
NOBODY = "nils@fernhill.example"  # of role team, without a scope
TEAM = "payments"

CONFIG = """\
sources:
  - {{name: aws, provider: aws, location: "exports/aws"}}
  - {{name: azure, provider: azure, location: "exports/azure"}}
  - {{name: gcp, provider: gcp, location: "exports/gcp"}}
reporting_currency: USD
dashboards:
  port: {port}
  embed_origins: ["http://127.0.0.1:{port}"]
  scopes:
    - {{name: one_team, teams: [{team}]}}
  people:
    - {{email: {viewer}, role: viewer}}
    - {{email: {team_person}, role: team, scopes: [one_team]}}
    - {{email: {finance}, role: finance}}
    - {{email: {nobody}, role: team}}
{more}
"""


@dataclass
class Site:
    """A running Superset: where it is, who may sign in, and the installation behind it."""

    root: Path
    port: int
    process: subprocess.Popen[str] | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    output: str = ""
    #: Of people whom administrators added while it ran.
    added: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def serving(self) -> Path:
        return self.root / "home" / "serving"

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ, "CLOUDCOST_CONFIG": str(self.root / "cloudcost.yaml"),
            "CLOUDCOST_HOME": str(self.root / "home"), **more,
        }  # fmt: skip

    def configure(self, team: str, more: str = "") -> None:
        text = CONFIG.format(
            port=self.port, team=team, viewer=PEOPLE["viewer"], team_person=PEOPLE["team"], finance=PEOPLE["finance"],
            nobody=NOBODY, more=more,
        )  # fmt: skip
        (self.root / "cloudcost.yaml").write_text(text)

    def start(self, *options: str, **more: str) -> None:
        """Serve; what bootstrapping prints of new people is remembered."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboards.serve", *options], cwd=ROOT, env=self.environment(**more),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout
        self.output = ""
        for line in self.process.stdout:
            self.output += line
            if found := re.fullmatch(r"  (\S+)  (\S+)\n", line):
                self.passwords[found[1]] = found[2]
            if "The dashboards are at" in line:
                threading.Thread(target=self._read_on, args=[self.process.stdout], daemon=True).start()
                return
        raise AssertionError(f"the dashboards did not start:\n{self.output}{self.log()}")

    def _read_on(self, output: IO[str]) -> None:
        for line in output:
            self.output += line
            if found := re.fullmatch(r"  (\S+)  (\S+)\n", line):
                self.added[found[1]] = found[2]

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def change_people(self, command: str, person: str, *options: str) -> None:
        """`cloudcost people`, by the account that owns the home."""
        done = subprocess.run(
            [CLOUDCOST, "people", command, person, *options, "--reason", "a test"],
            env=self.environment(), cwd=self.root, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def log(self) -> str:
        path = self.root / "home" / "dashboards" / "logs" / "web.log"
        return path.read_text()[-4000:] if path.exists() else ""

    def sign_in(self, person: str) -> "Visitor":
        """A session of somebody, by the API."""
        visitor = Visitor(self.url, renew=lambda: visitor.carry(self.token_of(person)))
        visitor.carry(self.token_of(person))
        return visitor

    def token_of(self, person: str) -> str:
        """A token of somebody, which is good for fifteen minutes."""
        body = {"username": person, "password": (self.passwords | self.added)[person], "provider": "db"}
        answer = patiently(lambda: requests.post(f"{self.url}/api/v1/security/login", json=body, timeout=60))
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published warehouse."""
        path = published_file(self.serving, "warehouse.duckdb").resolve()
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@dataclass
class Visitor:
    """Somebody's requests."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)
    #: Signs in again; the tests of one server take longer than a token is good for.
    renew: Callable[[], None] | None = None

    def carry(self, token: str) -> None:
        """Send this token from now on."""
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.send("GET", path, **more)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request, sent again with a new token where the server says that this one has expired."""
        answer = self.session.request(method, f"{self.url}{path}", timeout=60, **more)
        if self.renew and answer.status_code == 401 and "expired" in answer.text:
            self.renew()
            answer = self.session.request(method, f"{self.url}{path}", timeout=60, **more)
        return answer

    def put(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self.post(path, body, "PUT")

    def post(self, path: str, body: dict[str, Any], method: str = "POST") -> requests.Response:
        headers = {}
        if "Authorization" in self.session.headers or "X-GuestToken" in self.session.headers:
            answer = self.get("/api/v1/security/csrf_token/")
            if answer.ok:
                headers = {"X-CSRFToken": answer.json()["result"], "Referer": self.url}
        return self.send(method, path, json=body, headers=headers)

    def ask(self, dataset: int, **query: Any) -> requests.Response:
        """The chart data route, with one query."""
        body = {
            "datasource": {"id": dataset, "type": "table"}, "force": True, "result_format": "json",
            "result_type": "full", "queries": [{"row_limit": 50_000, **query}],
        }  # fmt: skip
        return self.post("/api/v1/chart/data", body)


def chart_questions(visitor: Visitor) -> dict[int, dict[str, Any]]:
    """By dataset, what a chart of the pages that somebody may open asks of it."""
    found: dict[int, dict[str, Any]] = {}
    for page in visitor.get("/api/v1/dashboard/?q=(page_size:50)").json()["result"]:
        for chart in visitor.get(f"/api/v1/dashboard/{page['id']}/charts").json()["result"]:
            saved = visitor.get(f"/api/v1/chart/{chart['id']}").json()["result"]["query_context"]
            found[int(chart["form_data"]["datasource"].split("__")[0])] = json.loads(saved)["queries"][0]
    return found


def patiently(ask: Any) -> requests.Response:
    """Wait out the login limit, as a person would."""
    for _ in range(8):
        answer: requests.Response = ask()
        if answer.status_code != 429:
            return answer
        time.sleep(10)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `cloudcost run` made of a small company's exports; run once, however many workers test."""
    if not PYTHON.exists():
        pytest.fail("Superset's environment is not built: make dashboards-env")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "dashboards-company"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            run_company(shared)
            (shared / "done").touch()
    root = tmp_path_factory.mktemp("dashboards")
    shutil.copytree(shared / "home", root / "home", symlinks=True)
    return root


def run_company(root: Path) -> None:
    generate(root / "exports", seed=11, months=3, rows_per_month=4000)
    site = Site(root, free_port())
    site.configure(TEAM)
    done = subprocess.run([CLOUDCOST, "run"], env=site.environment(), cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[Site]:
    """The running dashboards."""
    running = Site(built, free_port())
    running.configure(TEAM)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        kept = os.environ.get("CLOUDCOST_ARTIFACTS")
        if kept:
            shutil.copy(built / "home" / "dashboards" / "logs" / "web.log", Path(kept))


@pytest.fixture(scope="session")
def visitors(site: Site) -> dict[str, Visitor]:
    """Everybody, signed in."""
    people = {**PEOPLE, "nobody": NOBODY, "admin": "admin"}
    return {role: site.sign_in(person) for role, person in people.items()}


@pytest.fixture(scope="session")
def datasets(visitors: dict[str, Visitor]) -> dict[str, int]:
    """Superset's number of each dataset, as the administrator sees them."""
    found = visitors["admin"].get("/api/v1/dataset/?q=(page_size:100)").json()["result"]
    return {row["table_name"]: row["id"] for row in found}


@pytest.fixture(scope="session")
def access() -> dict[str, Any]:
    """Which role may see which dataset, by the bundle."""
    return describe_access()
