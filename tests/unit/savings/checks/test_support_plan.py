"""Support that is a large part of the bill."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

AWS: dict[str, Any] = {"x_service_code": "AWSSupportBusiness", "service_name": "AWS Support (Business)"}


def bill_with(support: str, **columns: Any) -> Bill:
    """1,000 a month of usage and a support charge for October."""
    bill = Bill().add("i-1", "BoxUsage:m5.large", cost="33.3333333333", x_service_code="AmazonEC2")
    return bill.add(None, "Dollar", cost=support, first_days_ago=30, last_days_ago=30, days=31, **columns)


def test_a_tenth_of_the_bill_is_named(tmp_path: Path) -> None:
    # 103.33 for 31 days are 100 for 30
    (found,) = bill_with("103.3333333333", **AWS).ask("support_plan", tmp_path)
    assert (found.monthly_cost.quantize(Decimal("0.01")), found.monthly_saving) == (Decimal("100.00"), None)
    assert found.reason.startswith("AWS Support (Business) costs 100.00 USD in 30 days; all support is 10 % of")


@pytest.mark.parametrize("name", ["Support", "AWS Support (Enterprise)", "AWS Premium Support"])
def test_every_clouds_name_of_it_is_known(tmp_path: Path, name: str) -> None:
    assert len(bill_with("200", service_name=name).ask("support_plan", tmp_path)) == 1


@pytest.mark.parametrize("name", ["Amazon Connect Support Tools", "Support Vector", "Extended Support", None])
def test_other_services_are_no_support_plan(tmp_path: Path, name: str | None) -> None:
    assert bill_with("200", service_name=name).ask("support_plan", tmp_path) == []


def test_a_small_part_of_the_bill_is_not_found(tmp_path: Path) -> None:
    assert bill_with("72", **AWS).ask("support_plan", tmp_path) == []


def test_who_sees_an_account_learns_nothing_of_what_the_others_cost(tmp_path: Path) -> None:
    bill = bill_with("103.3333333333", **AWS)
    bill.add("i-2", "BoxUsage:m5.large", cost="10", x_service_code="AmazonEC2", sub_account_id="account-2")
    (found,) = bill.ask("support_plan", tmp_path)
    assert found.reason.endswith("all support is more than 7 % of everything else on this bill")
    assert json.loads(found.evidence) == {"share": "more than 7 %"}
