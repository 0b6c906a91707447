"""The whole `cloudcost ui` on an installation without costs: what listens, on whose name it acts, and how it ends."""

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

from tests.ui_session import UiSession, find_link, wait_until

PERSON = "ana@example.com"
LAUNCH = """mutation($job: String!, $tags: [ExecutionTag!], $config: RunConfigData) { launchRun(executionParams: {
  selector: {repositoryLocationName: "cloudcost", repositoryName: "__repository__", jobName: $job},
  runConfigData: $config, executionMetadata: {tags: $tags}
}) { __typename ... on LaunchRunSuccess { run { id } } ... on RunConfigValidationInvalid { errors { message } } } }"""
TAGS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path, int]]:
    """The process, what it prints, and its port."""
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
    command = [str(Path(sys.executable).with_name("cloudcost")), "ui", "--port", str(port)]
    log = tmp_path / "ui.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        wait_until(lambda: find_link(log) or process.poll() is not None, 180, log.read_text)
        yield process, log, port
    finally:
        if process.poll() is None:
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


def is_group_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_the_ui_from_its_start_to_its_end(started: tuple[subprocess.Popen[bytes], Path, int]) -> None:
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

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    wait_until(lambda: is_group_gone(process.pid), 60, lambda: "processes are left over")
    assert "Warning" not in log.read_text() and "Traceback" not in log.read_text()
