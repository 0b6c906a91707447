"""Advice beside our own findings: which of them are the same, and what the plan makes of the rest."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from savings.advice.advice import Advice, Kind
from savings.advice.billed import Bill
from savings.advice.merge import merge, merge_purchases
from savings.findings import Recommendation
from savings.plan import make_plan
from tests.savings_plan import finding
from tests.unit.savings.advice.test_prices import advice

POOL = json.dumps(["bills", "aws", "payer", "compute", "USD"])


def found(name: str, saving: str | None, **fields: Any) -> Recommendation:
    return Recommendation(**finding(name, saving, **fields))


def advised(name: str, saving: str | None, **fields: Any) -> Recommendation:
    return found(name, saving, evidence_kind="advice", title="Advice of AWS", evidence='{"native_id": "x"}', **fields)


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        ({}, {}),
        ({"resource_id": "R-1"}, {"resource_id": "arn:aws:ec2:us-east-1:111111111111:instance/r-1"}),
        ({"lever": "delete", "component": "all"}, {"lever": "delete", "component": "compute"}),
        ({"lever": "migrate", "component": "storage"}, {"lever": "migrate", "component": "storage"}),
        ({"source_name": "other", "region": ""}, {}),
        ({"provider": "AWS"}, {}),
    ],
)
def test_the_same_on_the_same_resource_is_one_finding_with_our_amount(
    own: dict[str, Any], theirs: dict[str, Any]
) -> None:
    ours, alone = merge([found("own", "30", **own)], [advised("a", "40", **theirs)])
    assert alone == []
    assert ours[0].monthly_saving == Decimal(30) and ours[0].recommendation_id == "own"
    assert json.loads(ours[0].evidence) == {"also_advised_by": [{"native_id": "x", "check_name": "check_a"}]}
    assert ours[0].reason == "it is too large; AWS advises it too"
    assert make_plan([ours[0].to_record()]).totals == {"USD": Decimal(30)}


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        ({"lever": "migrate"}, {}),
        ({"component": "storage"}, {}),
        ({"resource_id": "r-2"}, {}),
        ({"resource_id": ""}, {"resource_id": ""}),
        ({"account_id": "222222222222"}, {}),
        ({"provider": "azure"}, {}),
        ({"lever": "none"}, {"lever": "none"}),
        ({"resource_id": "arn:aws:rds:r:1:db:r-1"}, {"resource_id": "arn:aws:lambda:r:1:function:r-1"}),
    ],
)
def test_what_is_not_the_same_stands_beside(own: dict[str, Any], theirs: dict[str, Any]) -> None:
    before = found("own", "30", **own)
    ours, alone = merge([before], [advised("a", "40", **theirs)])
    assert ours == [before] and [one.recommendation_id for one in alone] == ["a"]


def test_a_finding_of_ours_without_an_amount_does_not_hide_one() -> None:
    ours, alone = merge([found("own", None)], [advised("a", "40")])
    assert len(alone) == 1 and ours[0].evidence == "{}"
    rows = [one.to_record() for one in (*ours, *alone)]
    assert make_plan(rows).totals == {"USD": Decimal(40)}


def test_of_several_of_ours_that_which_saves_most_is_noted() -> None:
    own = [found("small", "10"), found("large", "30"), found("other", "50", lever="migrate")]
    ours, alone = merge(own, [advised("a", "40"), advised("b", "41")])
    assert alone == [] and [ours[0], ours[2]] == [own[0], own[2]]
    assert [one["check_name"] for one in json.loads(ours[1].evidence)["also_advised_by"]] == ["check_a", "check_b"]


def test_evidence_stays_as_long_as_a_column_may_be() -> None:
    own = replace(found("own", "30"), evidence=json.dumps({"long": "x" * 60_000}))
    ours, _ = merge([own], [replace(advised("a", "40"), evidence=json.dumps({"native": "y" * 60_000}))])
    assert len(ours[0].evidence) <= 64_000 and json.loads(ours[0].evidence)["also_advised_by"] == ["AWS"]
    full = replace(own, evidence=json.dumps({"long": "x" * 63_980}))
    ours, _ = merge([full], [advised("a", "40")])
    assert ours[0].evidence == full.evidence and ours[0].reason.endswith("AWS advises it too")


def purchase(account: str = "111111111111", pools: tuple[str, ...] = ("compute",), **fields: Any) -> Advice:
    return advice("", kind=Kind("commit", "compute"), account_id=account, pools=pools, **fields)


@pytest.mark.parametrize(
    ("bought", "is_noted"),
    [
        (purchase("payer"), True),
        (purchase("PAYER"), True),
        (purchase("111111111111"), True),
        (purchase("222222222222"), False),
        (purchase("payer", pools=("reserved_cache",)), False),
        (purchase("payer", pools=()), False),
        (purchase("payer", cloud="azure"), False),
    ],
)
def test_a_purchase_is_noted_on_our_own_for_the_same_payer_and_usage(bought: Advice, is_noted: bool) -> None:
    own = found("own", "200", lever="commit", resource_id="", purchase_pool=POOL)
    bill = Bill([], {("aws", "111111111111"): ("111111111111", "payer"), ("aws", "222222222222"): ("2", "another")})
    theirs = advised("a", None, lever="commit", resource_id="", account_id=bought.account_id)
    ours, alone = merge_purchases([own], [(bought, theirs)], bill)
    assert ("also_advised_by" in ours[0].evidence) == is_noted and (alone == []) == is_noted
    rows = [one.to_record() for one in (*ours, *alone)]
    assert make_plan(rows).totals == {"USD": Decimal(200)}, "ours alone counts"
