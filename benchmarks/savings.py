"""How well savings checks find what was planted in bills that somebody else wrote.

    python -m benchmarks.savings [--companies 20] [--seed 7] [--first 0] [--details CHECK]

Companies of `simulator.opportunities` (which knows nothing of the checks) are ingested from their native exports and
built up to the charges; then every check of the bill runs. Per check: *precision*, the share of its findings that were
planted; *recall*, the share of what was planted that it found; *amount*, the share of the found ones whose saving is
within 2 % of the true one (or of a stated alternative). What could fairly be found or not is left out when missed.
Of each company the planned total stands beside the true optimum, both without purchases of commitments.
Last, the sums over all checks.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
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
from savings.plan import make_plan
from savings.settings import LEAST as LEAST_SHOWN
from simulator.opportunities.generate import generate
from simulator.truth import Truth

PRECISION_BAR, RECALL_BAR = 0.95, 0.90
#: A saving is right within this share of the true one, and so many of them must be.
AMOUNT_BAR, AMOUNTS_BAR = Decimal("0.02"), 0.95
#: Smaller savings are not shown.
LEAST = LEAST_SHOWN
#: A check, a cloud and a resource.
Key = tuple[str, str, str]


@dataclass
class Score:
    """What became of a check's findings, and of what was planted for it; `wrong` says in words what did not fit.

    `ours` and `true`: what the found ones save a month by currency, as the check and as the truth says.
    """

    found: int = 0
    right: int = 0
    planted: int = 0
    recalled: int = 0
    exact: int = 0
    with_amount: int = 0
    ours: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    true: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.recalled / self.planted if self.planted else 1.0

    @property
    def amount(self) -> float:
        return self.exact / self.with_amount if self.with_amount else 1.0

    @property
    def holds(self) -> bool:
        return self.precision >= PRECISION_BAR and self.recall >= RECALL_BAR and self.amount >= AMOUNTS_BAR

    def add(self, other: "Score") -> None:
        """Count another check's too."""
        for name in ("found", "right", "planted", "recalled", "exact", "with_amount"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for currency in other.true:
            self.ours[currency] += other.ours[currency]
            self.true[currency] += other.true[currency]

    def describe(self) -> str:
        """Counts and shares in one line."""
        return (
            f"planted {self.planted:4} found {self.found:4}  precision {self.precision:.2f}  "
            f"recall {self.recall:.2f}  amount {self.amount:.2f}"
        )


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
            found = find(home, dt.date.fromisoformat(truth["as_of"]))
            judge(truth, found, scores)
            print_plan(truth, found)
        print(f"company {number}: {watch.lap().seconds:.0f} s", file=sys.stderr, flush=True)
    print_scores(scores, options.details, options.companies)
    return 0


def print_plan(truth: dict[str, Any], found: list[Recommendation]) -> None:
    """The one total of each currency, and how far it is from the most that what was planted can save together."""
    plan = make_plan([one.to_record() for one in found if one.check_name != "coverable_on_demand"])
    for currency, planted in sorted(truth["plan"].items()):
        ours, true = plan.totals.get(currency, Decimal(0)), Decimal(planted["total"])
        print(
            f"  company {truth['company']}: {ours:,.2f} {currency} planned, {true:,.2f} true ({ours / true - 1:+.2%})"
        )


def make_company(
    folder: Path, number: int, seed: int, write: Callable[[Path, int, int], dict[str, Any]] = generate
) -> dict[str, Any]:
    """Write a company, ingest its bills and build its charges; returns what is true of it."""
    fresh_folder(folder)
    truth = write(folder, number, seed)
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
    """Add one company's findings to the scores of their checks.

    A finding of an account names no resource: it stands for all that was planted for the check in its account and
    region and that no other finding names, and its amount for their sum.
    """
    planted: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for entry in truth["waste"]:
        planted[_key(entry)].append(entry)
    tolerated = {_key(entry) for entry in truth["tolerated"]}
    decoys = {_key(entry): entry["why"] for entry in truth["decoys"]}
    seen: set[Key] = set()
    named = {(one.check_name, one.provider, _name(one.resource_id)) for one in found}
    for one in found:
        score = scores[one.check_name]
        key = (one.check_name, one.provider, _name(one.resource_id))
        keys = [key] if one.resource_id else [each for each in _of_account(one, planted) if each not in named]
        entries = [entry for each in keys for entry in planted.get(each, [])]
        if entries:
            score.found += 1
            score.right += 1
            seen.update(keys)
            _judge_amount(score, entries, one)
        elif key not in tolerated:
            score.found += 1
            score.wrong.append(f"company {truth['company']}: {key[1:]} {one.reason}: {decoys.get(key, 'no decoy')}")
    for key, entries in planted.items():
        scores[key[0]].planted += 1
        if key in seen:
            scores[key[0]].recalled += 1
        elif key in tolerated or max(_true_savings(entries), default=LEAST) < LEAST:
            scores[key[0]].planted -= 1
        else:
            scores[key[0]].wrong.append(f"company {truth['company']}: missed {entries}")


def _of_account(one: Recommendation, planted: dict[Key, list[dict[str, Any]]]) -> list[Key]:
    """What was planted where an account's finding is."""
    where = (one.check_name, one.provider, one.account_id.lower())
    return [
        key
        for key, entries in planted.items()
        if (*key[:2], entries[0]["account"].lower()) == where
        and (not one.region or entries[0]["region"].lower() == one.region.lower())
    ]


def _judge_amount(score: Score, entries: list[dict[str, Any]], one: Recommendation) -> None:
    truths = _true_savings(entries)
    if one.monthly_saving is None:
        if truths:
            score.wrong.append(f"no amount, {truths[0]} is true: {one.resource_id}")
            score.with_amount += 1
        return
    score.with_amount += 1
    score.ours[one.billing_currency] += one.monthly_saving
    score.true[one.billing_currency] += truths[0] if truths else 0
    if any(abs(one.monthly_saving - true) <= AMOUNT_BAR * true for true in truths):
        score.exact += 1
    else:
        score.wrong.append(f"{one.resource_id}: {one.monthly_saving} of {one.monthly_cost}, true: {entries}")


def _true_savings(entries: list[dict[str, Any]]) -> list[Decimal]:
    """The sum of what the entries save, and every stated alternative to it; nothing where none can be stated."""
    stated = [entry for entry in entries if entry["monthly_saving"] is not None]
    if not stated:
        return []
    names = sorted({name for entry in stated for name in entry.get("alternatives", {})})
    usual = [Decimal(entry["monthly_saving"]) for entry in stated]
    others = [
        sum((Decimal(entry.get("alternatives", {}).get(name, entry["monthly_saving"])) for entry in stated), Decimal(0))
        for name in names
    ]
    return [sum(usual, Decimal(0)), *others]


def _key(entry: dict[str, Any]) -> Key:
    return entry["check"], entry["cloud"], _name(entry["resource_id"])


def _name(resource_id: str) -> str:
    return resource_id.lower()


def print_scores(scores: dict[str, Score], details: str, companies: int) -> None:
    """A line per check, how many hold their bars, and the sum over all checks by currency."""
    held = 0
    total = Score()
    for name, score in sorted(scores.items()):
        total.add(score)
        held += score.holds
        print(f"  {name:30} {score.describe()}  {'holds' if score.holds else 'MISSED'}")
        if details in (name, "all"):
            for line in score.wrong[:12]:
                print(f"      {line[:600]}")
    print(f"  {'all checks':30} {total.describe()}")
    for currency, amount in sorted(total.true.items()):
        print(f"  {currency}: {total.ours[currency]:,.2f} a month found where {amount:,.2f} is true")
    print(
        f"  {held} of {len(scores)} checks hold precision {PRECISION_BAR}, recall {RECALL_BAR} and amounts "
        f"over {companies} companies"
    )


if __name__ == "__main__":
    sys.exit(main())
