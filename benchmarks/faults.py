"""The fault campaign: random schedules of deliveries, restatements, broken files, provider errors and process kills.

After every run, totals per source, period and currency, read from the lake's current snapshots, are compared with the
generator's truth; see `tests.integration.faults.campaign`. Ends with 1 on any mismatch.
"""

import argparse
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# The tests are no installed package.
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:1] + os.environ.get("PYTHONPATH", "").split(os.pathsep))

SHOWN = (
    "schedules", "deliveries", "restatements", "duplicates", "delivery faults", "runs", "kills", "provider faults",
    "warehouses",
)  # fmt: skip


def main() -> int:
    """Run the schedules in several processes and print what was done and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first schedule, to run one again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="a folder for what is made; a mismatch leaves its installation there")
    parser.add_argument("--shared", action="store_true", help="machines on one shared warehouse, instead of ingestion")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = (options.keep or Path(temporary)).absolute()
        counts, mismatches = run_workers(
            folder, options.seed, options.first, options.schedules, options.workers, options.shared
        )
    for name in SHOWN:
        print(f"{counts[name]:6} {name}")
    print(f"{counts['comparisons']:6} totals compared with the truth, {len(mismatches)} mismatches")
    print(f"seed {options.seed}, {options.workers} workers, {time.monotonic() - started:.0f} s")
    return 0 if counts["schedules"] == options.schedules and not mismatches else 1


def run_workers(
    folder: Path, seed: int, first: int, schedules: int, workers: int, is_shared: bool = False
) -> tuple[Counter[str], list[str]]:
    """The schedules, dealt out to worker processes: what was counted, and the mismatches."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    numbers = range(first, first + schedules)
    shares = [list(numbers[n::workers]) for n in range(workers) if numbers[n::workers]]
    processes = [
        context.Process(target=run_share, args=(folder / f"worker-{n}", seed, share, results, is_shared))
        for n, share in enumerate(shares)
    ]
    for process in processes:
        process.start()
    counts: Counter[str] = Counter()
    mismatches: list[str] = []
    for done in range(1, schedules + 1):
        counted, found = results.get(timeout=1800)
        counts += counted
        mismatches += found
        for mismatch in found:
            print(f"MISMATCH {mismatch}", file=sys.stderr, flush=True)
        if done % 10 == 0:
            print(f"{done} schedules, {len(mismatches)} mismatches", file=sys.stderr, flush=True)
    for process in processes:
        process.join()
    return counts, mismatches


def run_share(folder: Path, seed: int, numbers: list[int], results: Any, is_shared: bool) -> None:
    """One worker's schedules, on peers of its own."""
    # Here and not above: every process that is to be killed imports this file anew, and has to start fast.
    from tests.integration.faults.campaign import Campaign
    from tests.integration.faults.shared_campaign import SharedCampaign

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with SharedCampaign(folder, seed) if is_shared else Campaign(folder, seed) as campaign:
        for number in numbers:
            tally = campaign.run(number)
            results.put((tally.counts, tally.mismatches))


if __name__ == "__main__":
    sys.exit(main())
