"""What the savings benchmark counts as found, missed and wrong."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.savings import Score, judge
from savings.findings import Recommendation
from tests.savings_bill import Bill


def entry(resource: str, saving: str | None, check: str = "price_inconsistency", **more: Any) -> dict[str, Any]:
    """A planted finding in the account and region of `find`."""
    place = {"cloud": "aws", "account": "a", "region": "region-1"}
    return {"check": check, "resource_id": resource, "monthly_saving": saving} | place | more


def score(found: list[Recommendation], check: str, *waste: dict[str, Any], tolerated: tuple[Any, ...] = ()) -> Score:
    """The check's score of one company."""
    scores: dict[str, Score] = defaultdict(Score)
    truth = {"company": 0, "waste": waste, "decoys": [], "tolerated": tolerated}
    judge(truth, found, scores)
    return scores[check]


def find(tmp_path: Path) -> list[Recommendation]:
    """One finding of the account `a`, which names no resource: 60 are saved."""
    bill = Bill()
    for account, cost in (("a", "10"), ("b", "8")):
        bill.add(
            f"r-{account}", "usage", cost=cost, quantity="100", sku_id="S", sku_price_id="P", sub_account_id=account,
            first_days_ago=29,
        )  # fmt: skip
    return bill.ask("price_inconsistency", tmp_path)


def test_a_finding_of_an_account_stands_for_all_that_is_planted_there(tmp_path: Path) -> None:
    one, two, other = entry("r-1", "40"), entry("r-2", "20"), entry("r-3", "5", region="region-2")
    counted = score(find(tmp_path), "price_inconsistency", one, two, other)
    assert (counted.found, counted.right, counted.planted, counted.recalled) == (1, 1, 3, 2)
    assert (counted.exact, counted.with_amount) == (1, 1)


def test_truths_of_one_resource_are_added_up_with_their_alternatives(tmp_path: Path) -> None:
    bill = Bill().add("v-1", "EBS:VolumeUsage.gp2", cost="1", quantity="10", unit="GB-Months")
    (found,) = bill.ask("gp2_to_gp3", tmp_path)
    assert found.monthly_saving
    part = str(found.monthly_saving / 2)
    half = entry("v-1", part, check="gp2_to_gp3")
    assert score([found], "gp2_to_gp3", half, half).exact == 1
    assert score([found], "gp2_to_gp3", half).exact == 0
    assert score([found], "gp2_to_gp3", half, half | {"monthly_saving": "0.1", "alternatives": {"x": part}}).exact == 1


def test_what_may_be_found_or_not_counts_when_it_is_found(tmp_path: Path) -> None:
    waste, either = entry("r-9", None, check="inter_az"), entry("r-9", None, check="inter_az")
    assert score([], "inter_az", waste, tolerated=(either,)).planted == 0
    assert score([], "inter_az", waste).recall == 0


def test_what_is_too_little_to_be_shown_is_not_missed() -> None:
    assert score([], "gp2_to_gp3", entry("v-1", "0.9", check="gp2_to_gp3")).planted == 0
    assert score([], "gp2_to_gp3", entry("v-1", "1.1", check="gp2_to_gp3")).planted == 1
