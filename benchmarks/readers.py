"""Readers of the dashboards while the pipeline publishes: ``python benchmarks/readers.py [--seconds 300]``.

Somebody has opened every page once before. Then sixty people, all of one role, open one page after the other, each
time with all of its charts, six requests at a time as a browser does, and read what they see for a while. Meanwhile
the warehouse is published twenty times, or as often as it can be; each publication makes every remembered answer void.
Bars: no request fails, and of the answers to charts 95 of 100 come within 500 ms. The readers run on the machine that
they load. It serves a copy of the demo where there is one, else a simulated company.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import requests
from requests.structures import CaseInsensitiveDict

from dashboards.publish import publish_warehouse

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """\
sources:
  - {{name: aws, provider: aws, location: "exports/aws"}}
  - {{name: azure, provider: azure, location: "exports/azure"}}
  - {{name: gcp, provider: gcp, location: "exports/gcp"}}
dashboards:
  port: {port}
  people:
    - {{email: reader@example.com, role: finance}}
"""
BAR_MS = 500


@dataclass
class Answers:
    """What readers saw: milliseconds of each chart's answer, whether it was remembered, and what failed."""

    milliseconds: list[float] = field(default_factory=list)
    remembered: int = 0
    failures: list[str] = field(default_factory=list)


def main() -> int:
    """Serve, read, publish, report; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python benchmarks/readers.py", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300, help="how long (default 300)")
    parser.add_argument("--readers", type=int, default=60, help="people at a time (default 60)")
    parser.add_argument("--publications", type=int, default=20, help="over the time (default 20)")
    parser.add_argument("--pause", type=float, default=20, help="seconds a page is read, on average (default 20)")
    parser.add_argument("--home", type=Path, default=ROOT / "demo" / "state", help="whose warehouse is copied")
    parser.add_argument(
        "--generate", nargs=2, type=int, metavar=("ROWS", "MONTHS"),
        help="a simulated company instead, with so many rows a month",
    )  # fmt: skip
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cloudcost-dashboards-") as name:
        root = Path(name)
        make_home(root, options.home, options.generate)
        port = find_free_port()
        (root / "cloudcost.yaml").write_text(CONFIG.format(port=port))
        server, password = start(root)
        try:
            return measure(root, f"http://127.0.0.1:{port}", password, server.pid, options)
        finally:
            stop(server)


def make_home(root: Path, home: Path, generated: list[int] | None = None) -> None:
    """A home with a warehouse and nothing published yet."""
    (root / "home").mkdir()
    if generated or not (home / "warehouse.duckdb").exists():
        from simulator import generate

        rows, months = generated or [60_000, 3]
        generate(root / "exports", seed=7, months=months, rows_per_month=rows)
        (root / "cloudcost.yaml").write_text(CONFIG.format(port=1))
        program = Path(sys.executable).with_name("cloudcost")
        subprocess.run([program, "run"], cwd=root, env=environment(root), check=True, stdout=subprocess.DEVNULL)
    else:
        shutil.copyfile(home / "warehouse.duckdb", root / "home" / "warehouse.duckdb")


def environment(root: Path) -> dict[str, str]:
    """Of every program that is started here."""
    named = {"CLOUDCOST_CONFIG": str(root / "cloudcost.yaml"), "CLOUDCOST_HOME": str(root / "home")}
    return {**os.environ, **named}


def start(root: Path) -> tuple[subprocess.Popen[str], str]:
    """The running dashboards, and the reader's password."""
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboards.serve"], cwd=ROOT, env=environment(root), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert server.stdout
    password, output = "", ""
    for line in server.stdout:
        output += line
        if found := re.fullmatch(r"  reader@example.com  (\S+)\n", line):
            password = found[1]
        if "The dashboards are at" in line:
            return server, password
    raise SystemExit(f"the dashboards did not start:\n{output}")


def stop(server: subprocess.Popen[str]) -> None:
    """End the dashboards, if need be those that still answer somebody."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def measure(root: Path, url: str, password: str, server: int, options: argparse.Namespace) -> int:
    """Let the readers read and the warehouse be published, and report."""
    body = {"username": "reader@example.com", "password": password, "provider": "db"}
    token = requests.post(f"{url}/api/v1/security/login", json=body, timeout=60).json()["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    pages = find_pages(url, header)
    for chart in {chart for page in pages for chart in page}:
        requests.get(f"{url}/api/v1/chart/{chart}/data/", headers=header, timeout=120)
    answers, end = Answers(), time.monotonic() + options.seconds
    readers = [
        threading.Thread(target=read, args=(url, header, pages, answers, end, options.pause, number))
        for number in range(options.readers)
    ]
    for reader in readers:
        reader.start()
    warehouse, published, peak = root / "home" / "warehouse.duckdb", 0, 0.0
    started = time.monotonic()
    while time.monotonic() < end:
        if published < options.publications * (time.monotonic() - started) / options.seconds:
            publish_warehouse(warehouse, lambda: duckdb.connect(str(warehouse)), root / "home" / "serving")
            published += 1
        peak = max(peak, memory_of(server))
        time.sleep(0.5)
    for reader in readers:
        reader.join()
    return report(answers, published, peak, warehouse, options)


def find_pages(url: str, header: dict[str, str]) -> list[list[int]]:
    """The charts of each page."""
    found = requests.get(f"{url}/api/v1/dashboard/?q=(page_size:50)", headers=header, timeout=60).json()["result"]
    answers = [requests.get(f"{url}/api/v1/dashboard/{p['id']}/charts", headers=header, timeout=60) for p in found]
    return [[chart["id"] for chart in answer.json()["result"]] for answer in answers]


def read(
    url: str, header: dict[str, str], pages: list[list[int]], answers: Answers, end: float, pause: float, number: int
) -> None:
    """One reader: a page, all of its charts, a while of reading, the next page."""
    chance, session = random.Random(number), requests.Session()
    session.headers.update(header)

    def ask(chart: int) -> None:
        began, headers = time.monotonic(), CaseInsensitiveDict[str]()
        try:
            answer = session.get(f"{url}/api/v1/chart/{chart}/data/", timeout=60)
            headers = answer.headers
            found = answer.json()["result"][0] if answer.status_code == 200 else {"error": answer.text[:200]}
        except (requests.RequestException, ValueError) as error:
            found = {"error": repr(error)}
        answers.milliseconds.append((time.monotonic() - began) * 1000)
        answers.remembered += "X-Cloudcost-Remembered" in headers
        if found.get("error"):
            answers.failures.append(f"chart {chart}: {found['error']}")

    time.sleep(chance.uniform(0, pause))  # they do not come all at once
    with ThreadPoolExecutor(6) as browser:
        while time.monotonic() < end:
            list(browser.map(ask, chance.choice(pages)))
            time.sleep(min(chance.uniform(0.5, 1.5) * pause, max(0.0, end - time.monotonic())))


def memory_of(leader: int) -> float:
    """Megabytes of the server and of all that it started; what they share counts once."""
    parents, total = {}, 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    for process in parents:
        above = process
        while above not in (leader, 0):
            above = parents.get(above, 0)
        if above == leader:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
                found = re.search(r"^Pss:\s+(\d+)", rollup, re.M)
                total += int(found[1]) if found else 0
    return total / 1024


def report(answers: Answers, published: int, peak: float, warehouse: Path, options: argparse.Namespace) -> int:
    """Print the figures beside the bars."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        lines = connection.execute("select count(*) from intermediate.int_focus__unioned").fetchall()[0][0]
    cuts = statistics.quantiles(answers.milliseconds, n=100)
    figures = {
        "lines": lines, "readers": options.readers, "seconds": options.seconds, "publications": published,
        "answers": len(answers.milliseconds), "remembered": answers.remembered, "errors": len(answers.failures),
        "p50_ms": round(cuts[49]), "p95_ms": round(cuts[94]), "p99_ms": round(cuts[98]), "memory_mb": round(peak),
    }  # fmt: skip
    print(json.dumps(figures))
    for failure in answers.failures[:5]:
        print(failure, file=sys.stderr)
    is_met = not answers.failures and cuts[94] <= BAR_MS
    print(f"bar: no error, p95 <= {BAR_MS} ms: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


def find_free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
