"""A signal ends the dashboards with all their processes, however they were started and whatever they are doing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
#: `dashboards.serve` with programs of this test in place of Superset's.
SERVE = """
import sys
from pathlib import Path
from dashboards import serve
serve.PYTHON = Path(sys.argv.pop(1))
sys.exit(serve.main())
"""
#: Answers on the port, and has a child that does not want to end.
GUNICORN = """\
#!{python}
import http.server, os, subprocess, sys
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", stubborn])
open("{folder}/pids", "a").write(f"{{os.getpid()}} {{child.pid}} ")
open("{folder}/web", "w").write(str(os.getpid()))
port = int(sys.argv[sys.argv.index("--bind") + 1].rpartition(":")[2])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""
#: The bootstrap, which takes as long as the test says, and the warmer, which ends at once when it is asked.
PYTHON = """\
#!{python}
import os, signal, sys, time
open("{folder}/pids", "a").write(f"{{os.getpid()}} ")
if {is_stubborn}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep({bootstrap} if "cloudcost_superset.bootstrap" in sys.argv else 600)
"""


class Dashboards:
    """The dashboards of a small home, started as somebody would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        source = "sources: [{name: aws, provider: aws, location: exports}]\n"
        (folder / "cloudcost.yaml").write_text(f"{source}dashboards: {{port: {self.port}}}\n")
        (folder / "home").mkdir()
        duckdb.connect(str(folder / "home" / "warehouse.duckdb")).close()
        self.environment = {
            **os.environ, "CLOUDCOST_CONFIG": str(folder / "cloudcost.yaml"), "CLOUDCOST_HOME": str(folder / "home"),
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, bootstrap: float = 0.0, is_stubborn: bool = False, ignored: str = "") -> None:
        """Start with these signals ignored, as `nohup` and shells do."""
        values = {"python": sys.executable, "folder": self.folder, "bootstrap": bootstrap, "is_stubborn": is_stubborn}
        for name, text in (("gunicorn", GUNICORN), ("python", PYTHON)):
            (self.folder / name).write_text(text.format(**values))
            (self.folder / name).chmod(0o755)
        trap = f"trap '' {ignored}; " if ignored else ""
        command = ["sh", "-c", trap + 'exec "$@"', "sh", sys.executable, "-c", SERVE, str(self.folder / "python")]
        self.run(command)

    def run(self, command: list[str]) -> None:
        # whoever runs the tests by `nohup` has SIGHUP ignored, which children inherit
        with (self.folder / "output").open("wb") as output, taking(signal.SIGHUP):
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    def send(self, number: signal.Signals) -> None:
        assert self.process
        os.kill(self.process.pid, number)

    def end(self, seconds: float) -> int:
        assert self.process
        return self.process.wait(seconds)

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.output, lambda: self.output)

    def pids(self) -> list[int]:
        path = self.folder / "pids"
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def is_gone(self) -> bool:
        """Whether no process is left and the port is free."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return False
        return not [pid for pid in self.pids() if is_alive(pid)]


@contextlib.contextmanager
def taking(number: signal.Signals) -> Iterator[None]:
    """A block in which the signal does what it does by default."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


def is_alive(pid: int) -> bool:
    """A zombie that waits for its parent is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], tell: Callable[[], str], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, tell()
        time.sleep(0.05)


@pytest.fixture
def dashboards(tmp_path: Path) -> Iterator[Dashboards]:
    started = Dashboards(tmp_path)
    yield started
    assert started.process
    for pid in (*started.pids(), started.process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    started.process.wait(10)


def test_sigterm_ends_the_dashboards_that_ignore_other_signals(dashboards: Dashboards) -> None:
    """As under `nohup` and in the background of a script: what is ignored from the beginning stays so."""
    dashboards.start(ignored="HUP INT")
    dashboards.wait_for("The dashboards are at")
    dashboards.send(signal.SIGHUP)
    dashboards.send(signal.SIGINT)
    time.sleep(0.7)
    assert dashboards.process
    assert dashboards.process.poll() is None
    dashboards.send(signal.SIGTERM)
    assert dashboards.end(8) == 0, dashboards.output
    assert len(dashboards.pids()) == 4
    assert dashboards.is_gone()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_start(dashboards: Dashboards, number: signal.Signals) -> None:
    dashboards.start(bootstrap=600)
    wait_until(lambda: len(dashboards.pids()) == 1, lambda: dashboards.output)
    dashboards.send(number)
    assert dashboards.end(8) == 0, dashboards.output
    assert dashboards.is_gone()


def test_a_second_signal_does_not_wait_for_what_does_not_want_to_end(dashboards: Dashboards) -> None:
    dashboards.start(is_stubborn=True)
    dashboards.wait_for("The dashboards are at")
    dashboards.send(signal.SIGTERM)
    time.sleep(0.5)
    assert dashboards.process
    assert dashboards.process.poll() is None  # the warmer has ten seconds
    dashboards.send(signal.SIGTERM)
    assert dashboards.end(4) == 0, dashboards.output
    assert dashboards.is_gone()


def test_an_end_of_the_web_server_is_a_failure_and_leaves_nothing(dashboards: Dashboards) -> None:
    dashboards.start()
    dashboards.wait_for("The dashboards are at")
    os.kill(int((dashboards.folder / "web").read_text()), signal.SIGKILL)
    assert dashboards.end(10) == 1
    assert "web ended" in dashboards.output
    assert dashboards.is_gone()


def test_sigterm_ends_make_with_all_that_it_started(dashboards: Dashboards) -> None:
    """Make hands the signal on; the bootstrap is Superset's own here, and ends in the middle of its start."""
    dashboards.run(["make", "-o", ".venv/.made", "-o", "dashboards/.venv/.made", "dashboards"])
    dashboards.wait_for("Bringing Superset up to date")
    assert dashboards.process
    group = dashboards.process.pid
    below = descendants(group)
    assert len(below) >= 2
    dashboards.send(signal.SIGTERM)
    dashboards.end(8)
    wait_until(lambda: not [pid for pid in below if is_alive(pid)], lambda: dashboards.output)


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found: list[int] = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *descendants(int(child))]
    return found
