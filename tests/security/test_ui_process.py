"""The whole `cloudcost ui` on an installation without costs: what listens, on whose name it acts, and how it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.audit import AuditLog
from orchestration.installation import Installation
from orchestration.people import find_account
from orchestration.sources.ledger import Clock
from tests.ui_session import UiSession, find_link, wait_until

PERSON = "ana@example.com"
LAUNCH = """mutation($job: String!, $tags: [ExecutionTag!], $config: RunConfigData) { launchRun(executionParams: {
  selector: {repositoryLocationName: "cloudcost", repositoryName: "__repository__", jobName: $job},
  runConfigData: $config, executionMetadata: {tags: $tags}
}) { __typename ... on LaunchRunSuccess { run { id } } ... on RunConfigValidationInvalid { errors { message } } } }"""
TAGS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


Started = tuple[subprocess.Popen[bytes], Path, int]


@pytest.fixture
def started(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Started]:
    """The process, what it prints, and its port; the parameter is what it is started by."""
    account = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "exports").mkdir()
    (tmp_path / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        f"people: [{{name: {PERSON}, account: {account}}}]\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {
        **os.environ, "CLOUDCOST_CONFIG": str(tmp_path / "cloudcost.yaml"), "CLOUDCOST_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    starter: list[str] = getattr(request, "param", [])
    command = [*starter, str(Path(sys.executable).with_name("cloudcost")), "ui", "--port", str(port)]
    log = tmp_path / "ui.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        wait_until(lambda: find_link(log) or process.poll() is not None, 180, log.read_text)
        yield process, log, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def list_listeners(group: int) -> set[int]:
    """The TCP ports on which processes of a session listen."""
    sockets = set()
    for process in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        try:
            if os.getsid(int(process)) == group:
                links = (link.readlink() for link in Path(f"/proc/{process}/fd").iterdir())
                sockets |= {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}
        except OSError:
            continue
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in sockets}


def list_processes(group: int, words: str) -> list[int]:
    """The processes of a session whose command line has these words."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(row[0]) for row in rows if int(row[1]) == group and words in row[2]]


def is_group_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_the_ui_from_its_start_to_its_end(started: Started) -> None:
    """Before, whoever reached the port was answered; forged tags were kept (seen with Dagster's own queue alone)."""
    process, log, port = started
    assert list_listeners(process.pid) == {port}, "something listens beside the door"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/runs", timeout=30)
    link = find_link(log)
    assert link is not None
    ui = UiSession.begin(link)
    tags = [{"key": "cloudcost/person", "value": "forged@example.com"}, {"key": "own", "value": "kept"}]
    answer = ui.ask(LAUNCH, {"job": "freshness_job", "tags": tags})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    found = ui.ask(TAGS, {"id": answer["run"]["id"]})
    kept = {tag["key"]: tag["value"] for tag in found["runOrError"]["tags"]}
    assert (kept["cloudcost/person"], kept["own"]) == (PERSON, "kept")
    elsewhere = {"resources": {"installation": {"config": {"home": str(log.parent / "elsewhere")}}}}
    answer = ui.ask(LAUNCH, {"job": "freshness_job", "config": elsewhere})["launchRun"]
    assert answer["__typename"] == "RunConfigValidationInvalid"

    for _ in range(3):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(link, timeout=30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    wait_until(lambda: is_group_gone(process.pid), 60, lambda: "processes are left over")
    assert "Warning" not in log.read_text() and "Traceback" not in log.read_text()
    rows = AuditLog(Installation(log.parent / "cloudcost.yaml", log.parent / "home", "cli").store, Clock()).rows()
    written = [(row.event, row.actor, row.channel) for row in rows if row.subject in ("ui", "configuration")]
    assert written == [
        ("configuration.recorded", "cloudcost", "cli"),
        ("ui.started", PERSON, "ui"),
        ("ui.signed_in", PERSON, "ui"),
        ("ui.refused", "unknown", "ui"),
        ("ui.refused", "unknown", "ui"),
    ]
    assert rows[-1].details["times"] == 2, "what was refused last is written at the end"
    assert (rows[-1].account, rows[-1].host) == (find_account(), socket.gethostname())


def test_the_daemon_does_not_outlive_a_killed_ui(started: Started) -> None:
    """Succeeded before: schedules and sensors went on, with nobody who saw them or could end them in the UI."""
    process, _, _ = started
    wait_until(lambda: list_processes(process.pid, "daemon run"), 60, lambda: "there is no daemon")
    process.kill()
    process.wait()
    wait_until(lambda: not list_processes(process.pid, "daemon run"), 40, lambda: "the daemon goes on")
    # Dagster's code servers end by themselves when nobody has asked for a while
    wait_until(lambda: is_group_gone(process.pid), 120, lambda: "processes are left over")


@pytest.mark.parametrize(
    ("started", "number"),
    [([], signal.SIGHUP), (["nohup"], signal.SIGTERM)],
    indirect=["started"],
    ids=["a terminal that is gone", "SIGTERM under nohup"],
)
def test_a_signal_ends_all_of_it(started: Started, number: int) -> None:
    """Before, SIGHUP killed the UI without any order; SIGTERM under `nohup` was in order."""
    process, log, _ = started
    process.send_signal(number)
    assert process.wait(60) == 0, log.read_text()
    wait_until(lambda: is_group_gone(process.pid), 60, lambda: "processes are left over")
