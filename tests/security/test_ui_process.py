"""The whole `cloudcost ui` on an installation without costs: what listens, on whose name it acts, and how it ends."""

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.log import AuditLog
from cloudcost.identity.people import find_account
from cloudcost.installation import Installation
from core.instants import utc_now
from tests.security.ui_process import (
    PERSON,
    RUN,
    StartedUi,
    is_group_gone,
    list_listeners,
    list_processes,
    start_ui,
)
from tests.ui_session import UiSession, find_link, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def started(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartedUi]:
    """The UI; the parameter is what it is started by."""
    with start_ui(tmp_path, getattr(request, "param", [])) as found:
        yield found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_the_ui_from_its_start_to_its_end(started: StartedUi) -> None:
    """Before, whoever reached the port was answered; forged tags were kept (seen with Dagster's own queue alone)."""
    process, log, port = started.process, started.log, started.port
    assert list_listeners(process.pid) == {port}, "something listens beside the door"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/runs", timeout=30)
    link = find_link(log)
    assert link is not None
    ui = UiSession.begin(link)
    tags = [{"key": "cloudcost/person", "value": "forged@example.com"}, {"key": "own", "value": "kept"}]
    answer = started.launch(ui, "freshness_job", tags=tags)
    assert answer["__typename"] == "LaunchRunSuccess", answer
    found = ui.ask(RUN, {"id": answer["run"]["id"]})
    kept = {tag["key"]: tag["value"] for tag in found["runOrError"]["tags"]}
    assert (kept["cloudcost/person"], kept["own"]) == (PERSON, "kept")
    elsewhere = {"resources": {"installation": {"config": {"home": str(log.parent / "elsewhere")}}}}
    answer = started.launch(ui, "freshness_job", config=elsewhere)
    assert answer["__typename"] == "RunConfigValidationInvalid"

    for _ in range(3):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(link, timeout=30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    wait_until(lambda: is_group_gone(process.pid), 60, lambda: "processes are left over")
    assert "Warning" not in log.read_text() and "Traceback" not in log.read_text()
    rows = AuditLog(Installation(log.parent / "cloudcost.yaml", log.parent / "home", "cli").store, utc_now).rows()
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


def test_the_daemon_does_not_outlive_a_killed_ui(started: StartedUi) -> None:
    """Succeeded before: schedules and sensors went on, with nobody who saw them or could end them in the UI."""
    process = started.process
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
def test_a_signal_ends_all_of_it(started: StartedUi, number: int) -> None:
    """Before, SIGHUP killed the UI without any order; SIGTERM under `nohup` was in order."""
    process, log = started.process, started.log
    process.send_signal(number)
    assert process.wait(60) == 0, log.read_text()
    wait_until(lambda: is_group_gone(process.pid), 60, lambda: "processes are left over")
