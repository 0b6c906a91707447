"""A whole `cloudcost ui` of its own, on an installation without costs, and what its processes are."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ui_session import UiSession, find_link, wait_until

PERSON = "ana@example.com"
LAUNCH = """mutation($job: String!, $tags: [ExecutionTag!], $config: RunConfigData) { launchRun(executionParams: {
  selector: {repositoryLocationName: "cloudcost", repositoryName: "__repository__", jobName: $job},
  runConfigData: $config, executionMetadata: {tags: $tags}
}) { __typename ... on LaunchRunSuccess { run { id } } ... on RunConfigValidationInvalid { errors { message } }
     ... on PythonError { message } } }"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status tags { key value } } } }"


@dataclass(frozen=True)
class StartedUi:
    """The process, what it prints, its port, and the folder of its configuration (the home is `home` in it)."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def folder(self) -> Path:
        """Where the configuration is."""
        return self.log.parent

    def sign_in(self) -> UiSession:
        """A session by the newest link."""
        link = find_link(self.log)
        assert link is not None
        return UiSession.begin(link)

    def launch(self, ui: UiSession, job: str, **more: Any) -> dict[str, Any]:
        """What Dagster says of a run that is launched with these ``tags`` and this ``config``."""
        found: dict[str, Any] = ui.ask(LAUNCH, {"job": job, **more})["launchRun"]
        return found

    def wait_for_run(self, ui: UiSession, run_id: str, seconds: float = 90) -> str:
        """How a run ends."""
        ends = ("SUCCESS", "FAILURE", "CANCELED")
        wait_until(lambda: find_status(ui, run_id) in ends, seconds, self.log.read_text)
        return find_status(ui, run_id)


def find_status(ui: UiSession, run_id: str) -> str:
    """How far a run is."""
    return str(ui.ask(RUN, {"id": run_id})["runOrError"]["status"])


@contextlib.contextmanager
def start_ui(
    folder: Path, starter: Sequence[str] = (), cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[StartedUi]:
    """Start it, in ``cwd`` and by ``starter`` where they are given; at the end all that is left of it is killed."""
    account = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "exports").mkdir()
    (folder / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        f"people: [{{name: {PERSON}, account: {account}}}]\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    home = {"CLOUDCOST_CONFIG": str(folder / "cloudcost.yaml"), "CLOUDCOST_HOME": str(folder / "home")}
    command = [*starter, str(Path(sys.executable).with_name("cloudcost")), "ui", "--port", str(port)]
    log = folder / "ui.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **home, **(environment or {})},
            stdout=output,
            stderr=output,
            cwd=cwd,
            start_new_session=True,
        )
    try:
        wait_until(lambda: find_link(log) or process.poll() is not None, 180, log.read_text)
        yield StartedUi(process, log, port)
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


def list_processes(group: int, words: str = "") -> list[int]:
    """The processes of a session whose command line has these words."""
    return [process for process, line in list_command_lines(group) if words in line]


def list_command_lines(group: int) -> list[tuple[int, str]]:
    """The processes of a session as every account of the machine sees them."""
    command = ["ps", "-A", "-ww", "-o", "pid=,pgid=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [(int(row[0]), row[2]) for row in rows if int(row[1]) == group]


def is_group_gone(group: int) -> bool:
    """Whether none of its processes is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
