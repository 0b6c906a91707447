"""How well the checks of inventory and metrics find what was planted in estates that somebody else wrote.

    python -m benchmarks.estate [--companies 5] [--seed 7] [--first 11] [--details CHECK] [--homes FOLDER]

As `benchmarks.savings`, whose measures these are, with what `simulator.opportunities.estate` lists and measures beside
the bill in the place of the clouds. Of each company the plan of all findings, the bill's and the inventory's, stands
beside the most that everything planted saves together, without purchases of commitments. Last come the kinds of waste
that no check looks for.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import benchmarks.savings as of_bill
from benchmarks._measuring import Stopwatch
from benchmarks.estate.bridge import take_estate
from benchmarks.estate.scoring import list_unasked, name_alike, translate
from cloudcost.analytics.savings import ask_bill, list_checks
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from savings.check import InventoryCheck, QuestionCheck
from savings.findings import Recommendation
from savings.plan import make_plan
from savings.registry import find_checks
from simulator.opportunities.generate import generate
from simulator.truth import Truth


def main() -> int:
    """Print a line per check, the plans, and what nobody looks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=5, help="how many companies (default 5)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same estates (default 7)")
    parser.add_argument("--first", type=int, default=11, help="the number of the first company (default 11)")
    parser.add_argument("--details", default="", help="list what this check missed and found wrongly; `all` for each")
    parser.add_argument("--homes", type=Path, help="keep what is built here, and take what was built before")
    options = parser.parse_args()
    scores: dict[str, of_bill.Score] = defaultdict(of_bill.Score)
    unasked: Counter[str] = Counter()
    watch = Stopwatch()
    for number in range(options.first, options.first + options.companies):
        with tempfile.TemporaryDirectory(prefix="cloudcost-bench-") as folder:
            home = (options.homes or Path(folder)) / f"company-{number}"
            truth = Truth.read(home / "truth.json") if (home / "done").exists() else _make(home, number, options.seed)
            found = find(home, truth)
            of_bill.judge(translate(truth), name_alike(home, _of_inventory(found)), scores)
            unasked.update(list_unasked(truth))
            print_plan(truth, found)
        print(f"company {number}: {watch.lap().seconds:.0f} s", file=sys.stderr, flush=True)
    of_bill.print_scores(scores, options.details, options.companies)
    for kind, count in sorted(unasked.items()):
        print(f"  no check looks for {kind}: {count} planted")
    return 0


def _make(home: Path, number: int, seed: int) -> dict[str, Any]:
    return of_bill.make_company(home, number, seed, _write)


def _write(home: Path, number: int, seed: int) -> dict[str, Any]:
    """A company with its estate, and the tag in its configuration that protects."""
    truth = generate(home, number, seed, with_estate=True)
    with (home / "cloudcost.yaml").open("a", encoding="utf-8") as file:
        file.write(f"savings: {{inventory: {{protected_tags: [{truth['protection']['tag_key']}]}}}}\n")
    return truth


def find(home: Path, truth: Any) -> list[Recommendation]:
    """What all checks find, of the bill and of what is listed and measured up to its last day."""
    installation = Installation(home / "cloudcost.yaml", home / "home")
    today = dt.date.fromisoformat(truth["as_of"]) + dt.timedelta(days=2)
    settings = installation.config.savings
    checks = [check for check in list_checks(settings) if isinstance(check, QuestionCheck)]
    taken = take_estate(home, settings.inventory.look_back_days)
    done = ask_bill(installation, checks, ScoredDays.until(today), today, taken)
    for name, why in done.failed.items():
        print(f"{name}: {why}", file=sys.stderr)
    return list(done.findings.recommendations)


def _of_inventory(found: list[Recommendation]) -> list[Recommendation]:
    return [one for one in found if isinstance(find_checks()[one.check_name], InventoryCheck)]


def print_plan(truth: Any, found: list[Recommendation]) -> None:
    """The one total of each currency, and how far it is from the most that bill and estate can save together."""
    plan = make_plan([one.to_record() for one in found if one.check_name != "coverable_on_demand"])
    for currency, planted in sorted(truth["plan_with_inventory"].items()):
        ours, true = plan.totals.get(currency, Decimal(0)), Decimal(planted["total"])
        print(
            f"  company {truth['company']}: {ours:,.2f} {currency} planned with the inventory, {true:,.2f} true "
            f"({ours / true - 1:+.2%})"
        )


if __name__ == "__main__":
    sys.exit(main())
