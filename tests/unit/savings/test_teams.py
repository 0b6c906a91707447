"""Whose findings are."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from savings.findings import Recommendation
from savings.teams import find_teams
from tests.savings_bill import Bill

FINDING = Recommendation(
    recommendation_id="f", check_name="c", title="t", provider="aws", source_name="aws",
    billing_period=dt.date(2026, 10, 1), account_id="account-1", region="region-1", resource_id="", resource_name=None,
    service_name=None, monthly_cost=Decimal(1), monthly_saving=Decimal(1), covered_cost=Decimal(0),
    billing_currency="USD", lever="delete", component="all", effort="low", confidence="high", risk_class="none",
    remediation="", evidence_kind="bill", reason="r", evidence="{}", created_on=dt.date(2026, 11, 2),
)  # fmt: skip


def assign(bill: Bill, **place: Any) -> str | None:
    """The team of a finding at this place of the bill."""
    with bill.open() as evidence:
        return find_teams(evidence).assign(replace(FINDING, **place)).x_team


@pytest.mark.parametrize(
    ("teams", "team"),
    [
        (["payments", "payments"], "payments"),
        (["payments", "search"], None),
        (["payments", None], None),
        ([None, None], None),
    ],
)
def test_a_resource_is_a_teams_where_all_of_its_cost_is(teams: list[str | None], team: str | None) -> None:
    bill = Bill()
    for number, one in enumerate(teams):
        bill.add("i-1", f"usage-{number}", cost="1", x_team=one)
    assert assign(bill, resource_id="i-1") == team
    assert assign(bill, resource_id="i-2") is None


def test_two_teams_on_one_meter_are_told_apart() -> None:
    bill = Bill().add("i-1", "usage", cost="1", x_team="payments").add("i-1", "usage", cost="1", x_team="search")
    assert assign(bill, resource_id="i-1") is None
    untagged = Bill().add("i-1", "usage", cost="1", x_team="payments").add("i-1", "usage", cost="1")
    assert assign(untagged, resource_id="i-1") is None


def test_what_was_given_to_another_team_is_that_teams_after_a_week() -> None:
    bill = Bill().add("i-1", "usage", cost="1", x_team="payments", last_days_ago=7)
    bill.add("i-1", "usage", cost="1", x_team="search", first_days_ago=6)
    assert assign(bill, resource_id="i-1") == "search"
    later = Bill().add("i-1", "usage", cost="1", x_team="payments", last_days_ago=6)
    later.add("i-1", "usage", cost="1", x_team="search", first_days_ago=5)
    assert assign(later, resource_id="i-1") is None


def test_a_finding_of_an_account_is_a_teams_where_all_of_the_account_is() -> None:
    whole: dict[str, Any] = {"sub_account_id": "account-2", "x_team": "payments"}
    bill = Bill().add("i-1", "usage", cost="1", **whole).add(None, "fee", cost="1", **whole)
    assert assign(bill, account_id="account-2") == "payments"
    assert assign(bill, account_id="account-2", region="region-2") is None
    assert assign(bill, account_id="account-1") is None
    bill.add(None, "fee", cost="1", sub_account_id="account-2")
    assert assign(bill, account_id="account-2") is None, "a fee is nobody's"


def test_a_finding_of_all_regions_or_accounts_is_a_teams_where_all_of_them_are() -> None:
    """Usage without a region or an account is not what such a finding is about: it is shown to no team for its sake."""
    bill = Bill().add("i-1", "usage", cost="1", x_team="payments", sub_account_id="account-2")
    bill.add("bucket", "storage", cost="1", x_team="search", region_id=None, sub_account_id="account-2")
    bill.add(None, "fee", cost="1", x_team="search", region_id=None, sub_account_id=None)
    assert assign(bill, account_id="account-2", region="") is None
    assert assign(bill, account_id="", region="") is None
    assert assign(bill, account_id="account-2", region="", resource_id="bucket") == "search"
    assert assign(bill, account_id="account-2") == "payments"
    alone = Bill().add("i-1", "usage", cost="1", x_team="payments", sub_account_id="account-2")
    alone.add("bucket", "storage", cost="1", x_team="payments", region_id=None, sub_account_id="account-2")
    assert assign(alone, account_id="account-2", region="") == "payments"
