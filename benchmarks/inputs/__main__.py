"""Run the campaign and say what was done and found; ends with 1 where anything is not as it must be."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from benchmarks.inputs.campaign import Campaign, Result
from benchmarks.inputs.formats import FORMATS
from benchmarks.inputs.kinds import KINDS
from benchmarks.inputs.whole import Batch, choose_numbers, run_batches

#: What the door may take for one export; the limits of whole runs grow with it.
DOOR_SECONDS = 30.0
OUTCOMES = ("taken", "in part", "refused", "left alone", "crashed")


def main() -> int:
    """Parse the command line, run the mutations and print the counts."""
    options = parse_options()
    if options.mutation is not None:
        return run_one(options)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="inputs-") as temporary:
        campaign = open_campaign(options, options.keep or Path(temporary))
        results = campaign.run_all(
            range(options.mutations), options.workers, options.seconds, on_result=Reporter(options, began)
        )
        print_counts(results)
        chosen = choose_numbers(results, options.whole, options.seed)
        batches = run_batches(campaign, chosen, min(options.workers, 2), options.seconds / DOOR_SECONDS)
        print_batches(batches)
    violated = sum(bool(r.verdict.violations) for r in results)
    peak = max(r.answer.peak_mb for r in results)
    slowest = max(results, key=lambda r: r.answer.seconds)
    print(f"{len(results)} mutations at the door, {violated} violated, peak {peak:.0f} MB")
    print(f"slowest {slowest.answer.seconds:.1f} s: {slowest.title}")
    print(f"seed {options.seed}, {options.workers} workers, {time.monotonic() - began:.0f} s")
    return 1 if violated or any(b.violations for b in batches) else 0


def run_one(options: argparse.Namespace) -> int:
    """One mutation again, whose folder stays."""
    folder = options.keep or Path(tempfile.mkdtemp(prefix="inputs-"))
    campaign = open_campaign(options, folder)
    result = campaign.run_all([options.mutation], 1, options.seconds, keep=True)[0]
    print_one(result, campaign.folder)
    return 1 if result.verdict.violations else 0


def open_campaign(options: argparse.Namespace, folder: Path) -> Campaign:
    """The campaign of these options, in that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Campaign(folder.absolute(), options.seed, options.formats, options.only or KINDS)


class Reporter:
    """Says each violation with the command that runs it again, and now and then how far things are."""

    def __init__(self, options: argparse.Namespace, began: float) -> None:
        self._began = began
        self._done = self._violated = 0
        only = f" --only {' '.join(options.only)}" if options.only else ""
        formats = f" --formats {' '.join(options.formats)}" if options.formats != list_formats() else ""
        self._again = f"python -m benchmarks.inputs --seed {options.seed}{only}{formats} --mutation"

    def __call__(self, result: Result) -> None:
        """Take note of one mutation."""
        self._done += 1
        self._violated += bool(result.verdict.violations)
        for violation in result.verdict.violations:
            print(f"VIOLATION {result.title}: {violation}\n    {self._again} {result.number}", flush=True)
        if self._done % 100 == 0:
            seconds = time.monotonic() - self._began
            progress = f"{self._done} mutations, {self._violated} violated, {seconds:.0f} s"
            print(progress, file=sys.stderr, flush=True)


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inputs", description=__doc__)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", metavar="KIND", choices=sorted(KINDS), help="these kinds alone")
    parser.add_argument("--formats", nargs="+", default=list_formats(), choices=list(FORMATS))
    parser.add_argument("--whole", type=int, default=100, help="so many of them through complete runs as well")
    parser.add_argument("--mutation", type=int, help="this one again; its folder stays")
    parser.add_argument(
        "--keep", type=Path, help="a folder for what is made; violations leave their installation there"
    )
    parser.add_argument(
        "--seconds", type=float, default=DOOR_SECONDS, help="what one export may take; more on a busy machine"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def list_formats() -> list[str]:
    """The formats that can be written here: Avro needs its library."""
    return [name for name, fmt in FORMATS.items() if fmt.content != "avro" or find_spec("fastavro")]


def print_counts(results: list[Result]) -> None:
    """Per kind: how often each outcome, and how many violations."""
    print(f"{'':14}{'':42}" + "".join(f"{o:>12}" for o in OUTCOMES) + f"{'violated':>12}")
    rows: dict[tuple[str, str], Counter[str]] = {}
    for result in results:
        row = rows.setdefault((result.kind.group, result.kind.name), Counter())
        row[result.verdict.outcome] += 1
        row["violated"] += bool(result.verdict.violations)
    for (group, name), counted in sorted(rows.items()):
        print(f"{group:14}{name:42}" + "".join(f"{counted[o] or '':>12}" for o in (*OUTCOMES, "violated")))


def print_batches(batches: list[Batch]) -> None:
    """The complete runs: how they ended, and what is wrong."""
    for number, batch in enumerate(batches):
        print(
            f"whole run {number}: {len(batch.numbers)} mutations beside a healthy source, {batch.taken} taken, "
            f"exit {batch.exit_code}, {batch.seconds:.0f} s, peak {batch.peak_mb:.0f} MB, "
            f"{len(batch.violations)} violations"
        )
        for violation in batch.violations:
            print(f"VIOLATION whole run {number}: {violation}")


def print_one(result: Result, folder: Path) -> None:
    """Everything about one mutation."""
    reading, answer = result.reading, result.answer
    print(f"{result.title}\nright: {result.draft.right} {result.draft.why} {result.draft.place}")
    print(f"other reader: {reading.fault or reading.totals} of {reading.rows} rows")
    for violation in result.verdict.violations:
        print(f"VIOLATION {violation}")
    print(f"door: {answer.taken}\nrefused: {answer.refused}\nsaid: {answer.notes}\n{answer.crash}")
    print(f"folder: {folder / f'mutation-{result.number}'}")


if __name__ == "__main__":
    sys.exit(main())
