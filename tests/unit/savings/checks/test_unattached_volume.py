"""Volumes on nothing: what is known of one before it is found, and what is said where it is not."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from savings.findings import Findings, make_recommendation_id
from tests.savings_inventory import ACCOUNT, REGION, TODAY, Estate

GP3: dict[str, Any] = {"quantity": "3", "unit": "GB-Months"}


def volume(estate: Estate, name: str = "vol-1", **columns: Any) -> Estate:
    """A volume of a year, attached to nothing."""
    plain = {
        "state": "available", "size_gb": 100, "volume_type": "gp3", "created_at": dt.datetime(2025, 11, 2),
        "attached_to": [], "tags": {"team": "shop"},
    }  # fmt: skip
    return estate.add("aws_volumes", name, **{**plain, **columns})


def billed(
    estate: Estate, name: str = "vol-1", cost: str = "8", days: int = 30, last_days_ago: int = 0, **columns: Any
) -> Estate:
    """So much in as many days."""
    first = days - 1 + last_days_ago
    day = Decimal(cost) / days
    estate.bill.add(
        name, "EBS:VolumeUsage.gp3", cost=day, first_days_ago=first, last_days_ago=last_days_ago, **GP3, **columns
    )
    return estate


def example() -> Estate:
    return billed(volume(Estate()))


def judge(estate: Estate) -> Findings:
    return estate.ask("unattached_volume")


def test_an_unattached_volume_is_recommended_with_its_billed_money() -> None:
    found = judge(example())
    assert not found.skipped
    (one,) = found.recommendations
    assert (one.check_name, one.remediation, one.risk_class) == (
        "unattached_volume",
        "delete_unattached_volume",
        "restorable",
    )
    assert (one.resource_id, one.account_id, one.region, one.created_on) == ("vol-1", ACCOUNT, REGION, TODAY)
    assert one.monthly_saving == one.monthly_cost and one.billing_currency == "USD"
    assert abs(Decimal(one.monthly_saving or 0) - 8) < Decimal("1e-9")
    assert one.reason == "vol-1 is attached to nothing and costs 8.00 USD in 30 days"
    evidence = json.loads(one.evidence)
    assert (evidence["age_days"], evidence["billed_days"], evidence["size_gb"]) == (365, 30, 100)
    assert abs(Decimal(evidence["billed_cost_30_days"]) - 8) < Decimal("1e-9")


def test_its_id_is_what_it_always_was() -> None:
    (one,) = judge(example()).recommendations
    assert one.recommendation_id == make_recommendation_id("unattached_volume", "aws", ACCOUNT, "vol-1")


@pytest.mark.parametrize(
    ("cost", "saving"),
    [
        ({"cost": "2", "days": 10}, "6"),
        ({"cost": "1", "days": 7}, "4.285714285714"),
        # of 31 days the last 30 are looked at
        ({"cost": "3.1", "days": 31}, "3"),
        ({"name": "arn:aws:ec2:region-1:account-1:volume/vol-1"}, "8"),
        ({"name": "VOL-1"}, "8"),
    ],
)
def test_the_saving_is_thirty_billed_days(cost: dict[str, Any], saving: str) -> None:
    (one,) = judge(billed(volume(Estate()), **cost)).recommendations
    assert one.resource_id == "vol-1", "as the action takes it"
    assert one.monthly_saving is not None and abs(one.monthly_saving - Decimal(saving)) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("columns", "cost", "reason"),
    [
        ({"state": "error"}, {}, "unknown state 'error'"),
        ({"state": "creating"}, {}, "unknown state 'creating'"),
        ({"state": None}, {}, "does not say its state"),
        ({"account_id": ""}, {}, "does not say its account_id"),
        ({"attached_to": None}, {}, "attachments are not known"),
        ({"attached_to": ["i-1"]}, {}, "yet it has 1 attachment"),
        ({"created_at": dt.datetime(2026, 10, 27)}, {}, "6 day(s) old, 7 are needed"),
        ({"created_at": None}, {}, "creation time is not known"),
        ({"tags": None}, {}, "tags are not known"),
        ({"tags": {"Keep": ""}}, {}, "protected by its tag Keep="),
        ({"tags": {"kubernetes.io/created-for/pvc/name": "db"}}, {}, "kubernetes.io/created-for/pvc/name"),
        ({}, {"name": "vol-2"}, "no billed cost"),
        ({}, {"last_days_ago": 4}, "no billed cost"),
        ({}, {"cost": "0"}, "billed cost is 0.000000000000 USD"),
        ({}, {"cost": "-3"}, "billed cost is -3.000000000000 USD"),
        ({}, {"effective_cost": None}, "no cost for it that can be reckoned with"),
        ({}, {"days": 6}, "billed on 6 days, 7 are needed"),
        ({}, {"billing_currency": None}, "no billed cost"),
    ],
)
def test_whatever_is_not_known_is_not_judged_with_its_reason(
    columns: dict[str, Any], cost: dict[str, Any], reason: str
) -> None:
    estate = billed(volume(Estate(), **columns), **cost)
    # the bill's last day is that of something else
    estate.bill.add("i-1", "BoxUsage:m5.large", cost="1")
    found = judge(estate)
    assert not found.recommendations
    (one,) = found.skipped
    assert reason in one.reason
    assert one.resource_id == "vol-1"


def test_an_installation_may_protect_by_a_tag_of_its_own() -> None:
    estate = billed(volume(Estate(protected_tags=["Hold"]), tags={"hold": "yes"}))
    (one,) = judge(estate).skipped
    assert "protected by its tag hold=yes" in one.reason


def test_a_region_that_was_not_read_completely_has_none() -> None:
    estate = example()
    estate.incomplete = {"aws_volumes": {("aws", ACCOUNT, REGION): "AccessDenied"}}
    found = judge(estate)
    assert not found.recommendations and [one.reason for one in found.skipped] == ["aws_volumes: AccessDenied"]


def test_two_currencies_or_two_resources_are_not_judged() -> None:
    two = billed(example(), billing_currency="EUR")
    assert "['EUR', 'USD']" in judge(two).skipped[0].reason
    both = billed(example(), name="projects/p/vol-1")
    assert "several resources carry its id: projects/p/vol-1, vol-1" in judge(both).skipped[0].reason


def test_a_volume_listed_twice_is_not_judged_twice() -> None:
    found = judge(volume(example(), state="in-use"))
    assert not found.recommendations
    assert [one.reason for one in found.skipped] == ["its id is more than once in the inventory"] * 2


def test_volumes_in_use_are_not_mentioned() -> None:
    assert judge(billed(volume(Estate(), state="in-use", attached_to=["i-1"]))) == Findings([], [])


def test_a_protecting_tag_that_says_no_protects_nothing() -> None:
    assert len(judge(billed(volume(Estate(), tags={"keep": "False"}))).recommendations) == 1


def test_the_id_is_the_same_for_every_order() -> None:
    first = judge(billed(volume(example(), "vol-2"), "vol-2")).recommendations
    second = judge(billed(volume(billed(volume(Estate(), "vol-2"), "vol-2")))).recommendations
    assert {one.recommendation_id for one in first} == {one.recommendation_id for one in second}
    assert len({one.recommendation_id for one in first}) == 2
