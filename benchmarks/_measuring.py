"""What the benchmarks share: stages in processes of their own, the real way through the pipeline, and bars."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cloudcost.dbt.project import ALL_PERIODS
from cloudcost.dbt.running import run_dbt
from cloudcost.installation import Installation


@dataclass
class Figures:
    """Of one stage: wall and CPU seconds (which a busy machine distorts less), peak memory, and named parts."""

    seconds: float
    cpu_seconds: float
    peak_mb: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)


class Stopwatch:
    """Wall and CPU seconds of this process and of its children that ended, since it was made or last asked."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), _cpu_seconds()

    def lap(self) -> Figures:
        """What passed since the lap before."""
        before = self._wall, self._cpu
        self._wall, self._cpu = time.monotonic(), _cpu_seconds()
        return Figures(self._wall - before[0], self._cpu - before[1])


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def measure(module: str, stage: str, *arguments: object) -> Figures:
    """Run ``python -m <module> --stage <stage> …`` and read the figures that it prints last."""
    command = [sys.executable, "-m", module, "--stage", stage, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{stage}: {done.stderr[-3000:]}{done.stdout[-3000:]}")
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def print_figures(figures: Figures) -> None:
    """End a stage: its figures as JSON, with the peak memory of this process."""
    figures.peak_mb = peak_megabytes()
    print(json.dumps(asdict(figures)))


def peak_megabytes() -> float:
    """Peak memory of this process. Linux counts what the parent had before `exec` into `ru_maxrss`, so ask /proc."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def print_bar(what: str, figure: float, bar: float, unit: str = "×", at_least: bool = False) -> None:
    """One line: the figure, the bar and whether it holds."""
    holds = figure >= bar if at_least else figure <= bar
    verdict = "holds" if holds else "MISSED"
    print(
        f"  bar: {what}: {figure:.2f} {unit} ({'at least' if at_least else 'at most'} {bar:g}): {verdict}", flush=True
    )


def print_ratios(what: str, ours: Figures, floor: Figures, bar: float) -> None:
    """The bar on wall time, and the same ratio of CPU seconds, which neighbours on the machine hardly move."""
    print_bar(what, ours.seconds / floor.seconds, bar)
    print(f"       in CPU seconds: {ours.cpu_seconds / floor.cpu_seconds:.2f} ×", flush=True)


def build(installation: Installation, *arguments: str, periods: str = ALL_PERIODS) -> float:
    """``dbt build`` without unit tests, as the pipeline calls it; seconds that its nodes took."""
    command = ["--quiet", "build", "--exclude-resource-type", "unit_test", *arguments]
    return sum(event["data"]["execution_time"] for event in run_dbt(installation, command, periods))


def publish(installation: Installation) -> None:
    """Make the warehouse show the current snapshots and settings, as a run does before it builds."""
    installation.warehouse.publish_snapshots(installation.lake, installation.ledger.current_snapshots())
    installation.warehouse.publish_settings(installation.read_settings())


def fresh_folder(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def find_uv() -> str | None:
    """The uv on PATH or the one that `make env` installed."""
    own = Path(".uv/bin/uv")
    return shutil.which("uv") or (str(own) if own.exists() else None)


def make_environment(folder: Path, *requirements: str) -> str:
    """A Python environment with these packages, kept for the next time; what went wrong, or nothing."""
    uv = find_uv()
    if uv is None:
        return "no uv"
    stamp = folder / "requirements.txt"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    index = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    environ = {**({"UV_DEFAULT_INDEX": index} if index else {}), **os.environ}
    for command in (
        ["venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *requirements],
    ):
        done = subprocess.run([uv, *command], capture_output=True, text=True, check=False, env=environ)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["uv failed"])[-1]
    stamp.write_text(wanted)
    return ""
