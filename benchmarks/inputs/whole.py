"""Whole runs: spoiled exports, twenty at a time, as sources of one installation beside a healthy one."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from benchmarks.inputs.campaign import Campaign, Result
from benchmarks.inputs.door import HEALTHY, write_config
from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.judge import Reading
from benchmarks.inputs.verdict import compare_totals

Totals = dict[tuple[str, str], Decimal]
BATCH = 20
RUN_SECONDS, ASK_SECONDS = 420, 180
COMMAND = Path(sys.executable).with_name("cloudcost")
TRACEBACK = "Traceback (most recent call last)"


@dataclass
class Batch:
    """One installation: the numbers of the mutations in it, what its commands ended with, and what is wrong."""

    numbers: list[int]
    seconds: float = 0.0
    peak_mb: float = 0.0
    exit_code: int | None = None
    taken: int = 0
    violations: list[str] = field(default_factory=list)


def choose_numbers(results: Sequence[Result], count: int, seed: int) -> list[int]:
    """So many of the mutations, over as many kinds as there are."""
    shuffled = list(results)
    random.Random(f"whole/{seed}").shuffle(shuffled)
    seen: dict[str, int] = {}
    ranked = []
    for result in shuffled:
        seen[result.kind.name] = seen.get(result.kind.name, 0) + 1
        ranked.append((seen[result.kind.name], result.number))
    return [number for _, number in sorted(ranked, key=lambda pair: pair[0])[:count]]


def run_batches(campaign: Campaign, numbers: Sequence[int], workers: int, patience: float) -> list[Batch]:
    """All batches, several at once; ``patience`` widens the limits of time."""
    parts = [list(numbers[n : n + BATCH]) for n in range(0, len(numbers), BATCH)]
    with ThreadPoolExecutor(workers) as lanes:
        return list(lanes.map(lambda pair: run_batch(campaign, pair[0], pair[1], patience), enumerate(parts)))


def run_batch(campaign: Campaign, index: int, numbers: list[int], patience: float) -> Batch:
    """Write the exports, run the pipeline once, check, and compare every source's totals with the other reader's."""
    batch = Batch(numbers)
    home = campaign.folder / f"batch-{index}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copytree(campaign.template / HEALTHY, home / HEALTHY)
    sources = {HEALTHY: ("auto", HEALTHY)}
    drafts: dict[str, tuple[Draft, Reading]] = {}
    for number in numbers:
        name = f"m{number}"
        _, draft = campaign.draft(number)
        draft.write(home / name)
        sources[name] = (draft.format.provider, name)
        drafts[name] = draft, campaign.judge(draft)
        draft.files, draft.judged = {}, []
    write_config(home, sources)
    began = time.monotonic()
    batch.exit_code = _call(batch, home, RUN_SECONDS * patience, "run")[0]
    batch.seconds = time.monotonic() - began
    if batch.exit_code not in (0, 3):
        batch.violations.append(f"the run ended with {batch.exit_code}; see {home}")
    code, output = _call(batch, home, ASK_SECONDS * patience, "check")
    if code not in (0, 1):
        batch.violations.append(f"the check ended with {code}: {output[-300:]}")
    _, printed = _call(batch, home, ASK_SECONDS * patience, "totals", "--format", "json")
    _compare(batch, read_totals(printed), drafts, campaign.healthy_totals)
    for log in (home / "state" / "logs").glob("*"):
        if TRACEBACK in log.read_text(encoding="utf-8", errors="replace"):
            batch.violations.append(f"a traceback in {log.name}")
    if not batch.violations:
        shutil.rmtree(home, ignore_errors=True)
    return batch


def _call(batch: Batch, home: Path, seconds: float, *words: str) -> tuple[int | None, str]:
    """Exit code and what was printed; a hang and a traceback are violations. The peak of memory is the kernel's."""
    environ = {
        **os.environ, "CLOUDCOST_HOME": str(home / "state"), "CLOUDCOST_CONFIG": str(home / "cloudcost.yaml"),
        "COLUMNS": "400", "NO_COLOR": "1",
    }  # fmt: skip
    out, err = home / f"{words[0]}.out", home / f"{words[0]}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen([str(COMMAND), *words], env=environ, cwd=home, stdout=stdout, stderr=stderr)
        deadline = time.monotonic() + seconds
        while True:
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                process.returncode = code = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                batch.violations.append(f"`{' '.join(words)}` took more than {seconds:.0f} s")
                return None, ""
            time.sleep(0.1)
    batch.peak_mb = max(batch.peak_mb, used.ru_maxrss / 1024)
    printed = out.read_text(encoding="utf-8", errors="replace")
    errors = err.read_text(encoding="utf-8", errors="replace")
    if TRACEBACK in printed + errors:
        batch.violations.append(f"`{' '.join(words)}` ended in a traceback: {errors.strip().splitlines()[-1][:200]}")
    return code, printed if words[0] == "totals" else printed + errors


def read_totals(printed: str) -> dict[str, dict[str, Totals]]:
    """Source -> measure -> totals, as the command prints them."""
    totals: dict[str, dict[str, Totals]] = {}
    for row in json.loads(printed, parse_float=Decimal) if printed.strip() else []:
        measures = totals.setdefault(row["source"], {"billed_cost": {}, "effective_cost": {}})
        for measure, summed in measures.items():
            key = (str(row["period"])[:7], row["currency"])
            summed[key] = summed.get(key, Decimal(0)) + Decimal(str(row[measure]))
    return totals


def _compare(
    batch: Batch, found: dict[str, dict[str, Totals]], drafts: dict[str, tuple[Draft, Reading]], healthy: Totals
) -> None:
    wrong = compare_totals(found.pop(HEALTHY, {}).get("billed_cost", {}), healthy, in_part=False)
    if wrong:
        batch.violations.append(f"the healthy source: {wrong}")
    for name, (draft, reading) in drafts.items():
        taken = found.pop(name, {}).get(draft.format.measure, {})
        batch.taken += bool(taken)
        if taken and (draft.right in (Right.REFUSED, Right.NOT_TAKEN) or reading.fault):
            batch.violations.append(f"{name}: taken, though {draft.why or reading.fault}")
        elif not taken and draft.right is Right.TAKEN:
            batch.violations.append(f"{name}: not taken, though it is right")
        elif taken and (wrong := compare_totals(taken, reading.totals, in_part=draft.right is not Right.TAKEN)):
            batch.violations.append(f"{name}: {wrong}")
    if found:
        batch.violations.append(f"sources that nobody configured: {sorted(found)}")
