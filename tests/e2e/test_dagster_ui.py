"""The demo in the Dagster UI as a person sees it: pages in a real browser, an approval that the daemon carries out, and
the way back. One demo, a small one, serves all tests of this file; pictures of the pages go to CLOUDCOST_ARTIFACTS."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.ui_session import UiSession, find_link

ROOT = Path(__file__).resolve().parents[2]
GROUPS = (
    "actions", "alerts", "business", "dashboards", "focus", "intermediate", "marts", "ml", "raw", "settings", "staging",
)  # fmt: skip
BOB = "bob@fernhill.example"
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
#: What Dagster's UI says when something is wrong; none of it may be on any page.
WARNINGS = re.compile(
    "daemon is not running|daemons? not running|failed to load|loaded with errors|code location error|deprecated|"
    "unexpected error|PythonError|Step failed|Join the Dagster community|Materialization failed",
    re.IGNORECASE,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Demo:
    """A finished demo with its UI running."""

    folder: Path
    session: UiSession
    output: str

    def call(self, *arguments: str) -> str:
        """What `demo/cloudcost` prints, started as another terminal would: without the demo's own environment."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "AWS_PROFILE": "somebody_elses"}
        done = subprocess.run(
            ["demo/cloudcost", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def proposals(self) -> list[dict[str, str]]:
        """All proposals, the smallest saving first."""
        rows: list[dict[str, str]] = json.loads(self.call("actions", "list", "--format", "json"))
        return sorted(rows, key=lambda row: float(row["monthly_saving"]))

    def ask(self, query: str) -> dict[str, Any]:
        """The answer to a GraphQL query."""
        return self.session.ask(query)

    def link(self) -> str:
        """The newest sign-in link."""
        found = find_link(self.folder / "ui.log")
        assert found is not None
        return found

    def volumes(self, account: str) -> list[dict[str, Any]]:
        """The volumes of a simulated account in all regions that the demo may act in, as EC2 describes them."""
        script = (self.folder / "demo" / "cloudcost").read_text()
        url = re.search(r"AWS_ENDPOINT_URL=(\S+)", script)
        assert url is not None
        session = boto3.Session(
            aws_access_key_id="simulated", aws_secret_access_key="simulated", region_name="us-east-1"
        )
        role = session.client("sts", endpoint_url=url[1]).assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/cloudcost", RoleSessionName="looking"
        )["Credentials"]
        found: list[dict[str, Any]] = []
        for region in ("eu-west-1", "us-east-1", "us-west-2"):
            client = boto3.client(
                "ec2",
                endpoint_url=url[1],
                region_name=region,
                aws_access_key_id=role["AccessKeyId"],
                aws_secret_access_key=role["SecretAccessKey"],
                aws_session_token=role["SessionToken"],
            )
            found += [dict(v) for v in client.describe_volumes()["Volumes"]]
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("ui")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "simulator.demo"]
    small = ["--rows-per-month", "8000", "--months", "3"]
    ran = subprocess.run([*command, "run", *small], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    log = folder / "ui.log"
    with log.open("w") as output:
        served = subprocess.Popen(
            [*command, "ui", "--port", str(port)], cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        wait_until(lambda: find_link(log), 90, f"the UI does not come up: {log.read_text()}")
        found = Demo(folder, UiSession.begin(str(find_link(log))), ran.stdout)
        wait_until(lambda: is_loaded(found), 90, f"the UI does not come up: {log.read_text()}")
        yield found
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(60)
    # what Dagster warns of would be seen by everybody who starts the UI
    assert "Warning" not in log.read_text()


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("CLOUDCOST_ARTIFACTS")
    path = Path(folder) / "ui" if folder else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def page(demo: Demo, chromium_path: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        opened = browser.new_page(base_url=demo.session.url, viewport={"width": 1600, "height": 1000})
        opened.set_default_timeout(30_000)
        opened.goto(demo.link(), wait_until="domcontentloaded")
        yield opened
        browser.close()


def is_loaded(demo: Demo) -> bool:
    try:
        answer = demo.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")
    except OSError:
        return False
    return bool(answer["repositoriesOrError"].get("nodes"))


def wait_until(is_true: Callable[[], object], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.5)


def look_at(page: Page, path: str, picture: Path, *texts: str) -> None:
    """Open a page, see every text on it and no warning, and keep a picture."""
    page.goto(path, wait_until="domcontentloaded")
    for text in texts:
        page.get_by_text(text, exact=True).locator("visible=true").first.wait_for()
    page.wait_for_timeout(500)
    check_calm(page)
    page.screenshot(path=picture)


def check_calm(page: Page) -> None:
    """Neither words of warning nor an alert that says anything."""
    found = WARNINGS.search(page.locator("body").inner_text())
    assert found is None, found
    alerts = [alert.inner_text().strip() for alert in page.locator("[role=alert]").all()]
    assert not any(alerts), alerts


def test_lineage_shows_groups_and_assets(page: Page, artifacts: Path) -> None:
    look_at(page, "/asset-groups", artifacts / "groups.png", *GROUPS)
    # nodes out of sight are not drawn
    page.set_viewport_size({"width": 2000, "height": 2500})
    shown = {"raw": "aws", "marts": "fct_reconciliation", "ml": "cost_forecasts", "alerts": "incidents",
             "actions": "proposals"}  # fmt: skip
    for group, asset in shown.items():
        look_at(page, f"/asset-groups?expanded=global@global:{group}", artifacts / f"lineage_{group}.png", asset)


def test_catalog_shows_every_asset_materialised(demo: Demo, page: Page, artifacts: Path) -> None:
    page.goto("/assets", wait_until="domcontentloaded")
    page.set_viewport_size({"width": 1600, "height": 5000})  # rows out of sight are not drawn
    page.locator("a[href*='/assets/ml/cost_anomalies']").first.wait_for()
    look_at(page, "/assets", artifacts / "catalog.png", "actions", "alerts", "intermediate", "marts", "ml")
    answer = demo.ask(
        "{ assetNodes { assetKey { path } groupName description kinds hasMaterializePermission "
        "partitionStats { numPartitions numMaterialized numFailed } "
        "assetMaterializations(limit: 1) { runId } } }"
    )
    nodes = answer["assetNodes"]
    assert isinstance(nodes, list)
    assert {n["groupName"] for n in nodes} == set(GROUPS)
    for node in nodes:
        name = "/".join(node["assetKey"]["path"])
        assert node["assetMaterializations"], f"{name} is not materialised"
        assert node["description"], f"{name} says nothing about itself"
        assert node["kinds"], f"{name} has no kind"
        stats = node["partitionStats"]
        assert stats is None or stats["numFailed"] == 0, name


def test_reconciliation_check_has_passed(demo: Demo, page: Page, artifacts: Path) -> None:
    path = "/assets/marts/fct_reconciliation?view=checks&checkDetail=totals_reconcile"
    look_at(page, path, artifacts / "checks.png", "totals_reconcile", "Passed", "totals compared", "differing")
    row = page.get_by_role("row").filter(has_text="totals compared")
    query = "select account_level, count(*) as totals from marts.fct_reconciliation group by 1"
    counted = {r["account_level"]: int(r["totals"]) for r in json.loads(demo.call("query", query, "--format", "json"))}
    assert counted["period"] == 36  # 3 sources, 3 billing periods, 4 cost measures
    assert set(counted) == {"period", "billing_account", "sub_account"}
    assert row.get_by_text(str(sum(counted.values())), exact=True).count() == 1


def test_raw_source_shows_its_billing_periods(page: Page, artifacts: Path) -> None:
    periods = ("2026-08-01", "2026-09-01", "2026-10-01")
    look_at(page, "/assets/raw/aws?view=partitions", artifacts / "partitions.png", *periods)
    page.get_by_text("Failed (0)").wait_for()
    look_at(page, "/assets/raw/aws?view=checks", artifacts / "delivery_check.png", "delivery_is_valid", "Passed")


def test_schedules_and_sensors_are_on(demo: Demo, page: Page, artifacts: Path) -> None:
    names = (
        "approved_action_sensor", "daily_cost_schedule", "export_event_sensor", "freshness_schedule",
        "new_delivery_sensor", "outbox_sensor", "publish_schedule",
    )  # fmt: skip
    look_at(page, "/automation", artifacts / "automation.png", *names)
    assert sum(box.is_checked() for box in page.locator("input[type=checkbox]").all()) == len(names)
    answer = demo.ask(
        "{ repositoriesOrError { ... on RepositoryConnection { nodes { "
        "schedules { name scheduleState { status } } sensors { name sensorState { status } } } } } "
        "instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"
    )
    nodes = answer["repositoriesOrError"]["nodes"]
    states = {s["name"]: s["scheduleState"]["status"] for n in nodes for s in n["schedules"]}
    states |= {s["name"]: s["sensorState"]["status"] for n in nodes for s in n["sensors"]}
    assert states == dict.fromkeys(names, "RUNNING")
    health = answer["instance"]["daemonHealth"]["allDaemonStatuses"]
    assert [d["daemonType"] for d in health if d["required"] and not d["healthy"]] == []


def test_runs_and_code_location_are_well(demo: Demo, page: Page, artifacts: Path) -> None:
    look_at(page, "/runs", artifacts / "runs.png", "cost_pipeline_job", "send_alerts_job", "Success")
    assert page.get_by_text("Failure", exact=True).count() == 0
    look_at(page, "/deployment/locations", artifacts / "locations.png", "cloudcost", "Loaded")
    look_at(page, "/deployment/daemons", artifacts / "daemons.png", "Sensors", "Scheduler", "Running")
    assert page.get_by_text("Not running").count() == 0


def test_approval_is_carried_out_and_taken_back(demo: Demo, page: Page, artifacts: Path) -> None:
    """The demo carried out the smallest saving itself; the largest needs two people, the next one needs one."""
    executed, chosen, _, largest = demo.proposals()
    assert (executed["state"], chosen["state"]) == ("executed", "proposed")
    assert "another person has to approve" in demo.call("actions", "approve", largest["proposal"], "--as", BOB)
    assert f"{chosen['proposal']}: approved" in demo.call("actions", "approve", chosen["proposal"][:12], "--as", BOB)

    def state() -> str:
        return next(p["state"] for p in demo.proposals() if p["proposal"] == chosen["proposal"])

    wait_until(lambda: state() == "executed", 90, "the daemon does not carry out what was approved")
    assert chosen["resource"] not in {v["VolumeId"] for v in demo.volumes(chosen["account"])}
    wait_until(lambda: len(sensor_runs(demo)) == 1, 60, "the sensor's run does not end well")
    look_at(page, "/runs", artifacts / "runs_after_approval.png", "execute_action_job", "approved_action_sensor")
    assert next(p["state"] for p in demo.proposals() if p["proposal"] == largest["proposal"]) == "proposed"

    # one that this UI's daemon deleted, and one that was deleted before this account was started again
    for taken_back in (chosen, executed):
        printed = demo.call("actions", "rollback", taken_back["proposal"], "--as", "alice@fernhill.example")
        assert printed.strip() == f"{taken_back['proposal']}: rolled_back"
        restored = [
            volume
            for volume in demo.volumes(taken_back["account"])
            if {"Key": "cloudcost:rollback", "Value": taken_back["proposal"]} in volume.get("Tags", [])
        ]
        assert [v["State"] for v in restored] == ["available"]


def sensor_runs(demo: Demo) -> list[dict[str, object]]:
    """The successful runs that approved_action_sensor started."""
    answer = demo.ask(
        '{ runsOrError(filter: {statuses: [SUCCESS], tags: [{key: "dagster/sensor_name", '
        'value: "approved_action_sensor"}]}) { ... on Runs { results { runId jobName } } } }'
    )
    runs = answer["runsOrError"]["results"]
    assert isinstance(runs, list)
    return runs
