"""How well savings checks find what was planted in bills that somebody else wrote.

    python -m benchmarks.savings [--companies 20] [--seed 7] [--first 0] [--details CHECK]

Companies of `simulator.opportunities` (which knows nothing of the checks) are ingested from their native exports and
built up to the charges; then every check of the bill runs. Per check: *precision*, the share of its findings that were
planted; *recall*, the share of what was planted that it found; *amount*, the share of the found ones whose saving is
within 2 % of the true one (or of a stated alternative). A resource that is neither waste nor decoy but could fairly be
either is left out. Last, each company's planned total beside the true optimum.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks._measuring import Stopwatch, build, fresh_folder, publish
from cloudcost.analytics.savings import ask_bill, list_checks
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from savings.check import BillCheck
from savings.findings import Recommendation
from simulator.opportunities.generate import generate
from simulator.truth import Truth

PRECISION_BAR, RECALL_BAR, AMOUNT_BAR = 0.95, 0.90, Decimal("0.02")
#: A check, a cloud and a resource.
Key = tuple[str, str, str]


@dataclass
class Score:
    """What became of a check's findings; `wrong` lists up to a few of them in words."""

    found: int = 0
    planted: int = 0
    right: int = 0
    exact: int = 0
    with_amount: int = 0
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    """Print a line per check and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=20, help="how many companies (default 20)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same bills (default 7)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first company (default 0)")
    parser.add_argument("--details", default="", help="list what this check missed and found wrongly; `all` for each")
    parser.add_argument("--homes", type=Path, help="keep what is built here, and take what was built before")
    options = parser.parse_args()
    scores: dict[str, Score] = defaultdict(Score)
    watch = Stopwatch()
    for number in range(options.first, options.first + options.companies):
        with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
            home = (options.homes or Path(folder)) / f"company-{number}"
            is_built = (home / "done").exists()
            truth = Truth.read(home / "truth.json") if is_built else make_company(home, number, options.seed)
            judge(truth, find(home, dt.date.fromisoformat(truth["as_of"])), scores)
        print(f"company {number}: {watch.lap().seconds:.0f} s", file=sys.stderr, flush=True)
    print_scores(scores, options.details)
    return 0


def make_company(folder: Path, number: int, seed: int) -> dict[str, Any]:
    """Write a company, ingest its bills and build its charges; returns what is true of it."""
    fresh_folder(folder)
    truth = generate(folder, number, seed)
    installation = Installation(folder / "cloudcost.yaml", folder / "home")
    for source in installation.config.sources:
        report = installation.ingestor().ingest(installation.source(source.name))
        if report.problems:
            raise SystemExit(f"{source.name} was refused: {report.problems}")
    publish(installation)
    build(installation, "--select", "+fct_charges", "+fct_cost_daily", "--indirect-selection", "empty")
    (folder / "done").touch()
    return truth


def find(folder: Path, as_of: dt.date) -> list[Recommendation]:
    """What the checks find in a company's bill, two days after its last day."""
    installation = Installation(folder / "cloudcost.yaml", folder / "home")
    today = as_of + dt.timedelta(days=2)
    checks = [check for check in list_checks(installation.config.savings) if isinstance(check, BillCheck)]
    done = ask_bill(installation, checks, ScoredDays.until(today), today)
    for name, why in done.failed.items():
        print(f"{name}: {why}", file=sys.stderr)
    return list(done.findings.recommendations)


def judge(truth: dict[str, Any], found: list[Recommendation], scores: dict[str, Score]) -> None:
    """Add one company's findings to the scores of their checks."""
    planted = {_key(entry): entry for entry in truth["waste"]}
    tolerated = {_key(entry) for entry in truth["tolerated"]}
    decoys = {_key(entry): entry["why"] for entry in truth["decoys"]}
    ours = {(one.check_name, one.provider, _name(one.resource_id)): one for one in found}
    for key, one in ours.items():
        score = scores[key[0]]
        if key in planted:
            score.found += 1
            score.right += 1
            _judge_amount(score, planted[key], one)
        elif key not in tolerated:
            score.found += 1
            score.wrong.append(f"company {truth['company']}: {key[1:]} {one.reason}: {decoys.get(key, 'no decoy')}")
    for key, entry in planted.items():
        scores[key[0]].planted += 1
        if key not in ours:
            scores[key[0]].wrong.append(f"company {truth['company']}: missed {entry}")


def _judge_amount(score: Score, entry: dict[str, Any], one: Recommendation) -> None:
    if entry["monthly_saving"] is None or one.monthly_saving is None:
        if entry["monthly_saving"] is not None:
            score.wrong.append(f"no amount, {entry['monthly_saving']} is true: {one.resource_id}")
            score.with_amount += 1
        return
    score.with_amount += 1
    truths = [Decimal(entry["monthly_saving"]), *map(Decimal, entry.get("alternatives", {}).values())]
    if any(abs(one.monthly_saving - true) <= AMOUNT_BAR * true for true in truths):
        score.exact += 1
    else:
        score.wrong.append(f"{one.resource_id}: {one.monthly_saving} of {one.monthly_cost}, true: {entry}")


def _key(entry: dict[str, Any]) -> Key:
    return entry["check"], entry["cloud"], _name(entry["resource_id"])


def _name(resource_id: str) -> str:
    return resource_id.lower()


def print_scores(scores: dict[str, Score], details: str) -> None:
    """A line per check, those first that hold their bars, and how many do."""
    held = 0
    for name, score in sorted(scores.items()):
        precision = score.right / score.found if score.found else 1.0
        recall = score.right / score.planted if score.planted else 1.0
        amount = score.exact / score.with_amount if score.with_amount else 1.0
        holds = precision >= PRECISION_BAR and recall >= RECALL_BAR and amount >= 0.95
        held += holds
        print(
            f"  {name:30} planted {score.planted:4} found {score.found:4}  precision {precision:.2f}  "
            f"recall {recall:.2f}  amount {amount:.2f}  {'holds' if holds else 'MISSED'}"
        )
        if details in (name, "all"):
            for line in score.wrong[:12]:
                print(f"      {line[:600]}")
    print(f"  {held} of {len(scores)} checks hold precision {PRECISION_BAR}, recall {RECALL_BAR} and amounts")


if __name__ == "__main__":
    sys.exit(main())
