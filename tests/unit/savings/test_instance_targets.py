"""The table of families that take one another's place, and the checks that ask it."""

import csv
from collections.abc import Mapping

import pytest

from savings.check import BillCheck
from savings.evidence import SEEDS
from savings.instance_targets import PATTERNS
from savings.registry import CHECKS

with (SEEDS / "aws_instance_targets.csv").open() as _handle:
    ROWS = list(csv.DictReader(_handle))


def test_every_pair_stands_once_with_its_source() -> None:
    pairs = [(row["service"], row["goal"], row["family"], row["target"], row["operations"]) for row in ROWS]
    assert len(set(pairs)) == len(pairs)
    # a row for all engines beside one for some would count twice
    of_some = {pair[:4] for pair in pairs if pair[4]}
    assert not of_some & {pair[:4] for pair in pairs if not pair[4]}
    assert all(row["source"] and row["as_of"] and row["sizes"] for row in ROWS)
    assert {row["service"] for row in ROWS} == set(PATTERNS)


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['service']}-{row['family']}-{row['target']}-{row['operations'][-4:]}"
)
def test_a_target_is_of_the_kind_that_its_goal_says(row: Mapping[str, str]) -> None:
    family, target = row["family"], row["target"]
    generation = {name: int(name[1]) for name in (family, target)}
    # T and M count their generations apart
    assert generation[target] >= generation[family] or row["goal"] == "steady"
    assert ("g" in target[2:]) == (row["goal"] == "graviton" or family == "t4g")
    assert ("a" in target[2:]) == (row["goal"] == "amd" or ("a" in family[2:] and row["goal"] != "graviton"))
    # a local disk is not lost on the way, and none is paid for that was not there
    assert ("d" in target[1:]) == ("d" in family[1:])
    # a price of another size would be off by two
    assert not row["price_ratio"] or 0.4 < float(row["price_ratio"]) < 1.6


def test_every_goal_is_asked_for() -> None:
    asked = " ".join(check.evidence for check in CHECKS.values() if isinstance(check, BillCheck))
    assert all(f"targets.goal = '{goal}'" in asked for goal in {row["goal"] for row in ROWS})
