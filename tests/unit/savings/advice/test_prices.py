"""Advice priced by a bill: what a resource costs here, whatever the provider reckoned with."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from savings.advice.advice import A_MONTH, Advice, Kind
from savings.advice.billed import Bill as Billing
from savings.advice.billed import may_be_same, read_bill
from savings.advice.prices import price_all
from savings.findings import Recommendation
from savings.registry import CHECKS
from tests.savings_bill import Bill

TODAY = dt.date(2026, 11, 2)
GOOGLE = "//compute.googleapis.com/projects/account-1/zones/z-1"


def advice(resource_id: str, cloud: str = "aws", **fields: Any) -> Advice:
    """A smaller machine: 40 of 80 USD a month, at the customer's own price."""
    given: dict[str, Any] = {
        "place": "f, row 1", "provider": cloud, "account_id": "account-1", "region": "region-1",
        "resource_id": resource_id, "native_id": "n", "native_action": "Rightsize", "native_type": "Machine",
        "words": "Rightsize Machine", "summary": "", "target": "smaller", "kind": Kind("rightsize", "compute"),
        "effort": "medium", "risk_class": "reversible", "currency": "USD", "period": A_MONTH, "saving": Decimal(40),
        "basis": "own", "cost": Decimal(80),
    }  # fmt: skip
    return Advice(**given | fields)


def price(bill: Bill, *advised: Advice) -> list[Recommendation]:
    with bill.open() as evidence:
        billing = read_bill(evidence, {(one.provider, one.resource_id) for one in advised})
        check = CHECKS["aws_cost_optimization_hub"]
        found = price_all(check, [("hub", one) for one in advised], billing, dt.date(2026, 10, 1), TODAY)
    return [one for _, one in found]


def savings(bill: Bill, *advised: Advice) -> list[str | None]:
    return [None if one.monthly_saving is None else f"{one.monthly_saving:.2f}" for one in price(bill, *advised)]


def machine(resource_id: str = "i-1", cloud: str = "aws", **columns: Any) -> Bill:
    """90 USD of hours in 30 days, with 30 of traffic and 60 of storage under the same name."""
    bill = Bill(cloud).add(resource_id, "BoxUsage:m5.large", cost="3", **columns)
    bill.add(resource_id, "DataTransfer-Out-Bytes", cost="1", unit="GB", **columns)
    return bill.add(resource_id, "EBS:VolumeUsage", cost="2", unit="GB-Months", **columns)


@pytest.mark.parametrize(
    ("kind", "saving"),
    [(Kind("rightsize", "compute"), "45.00"), (Kind("migrate", "storage"), "30.00"), (Kind("delete", "all"), "90.00")],
)
def test_the_share_that_is_saved_is_of_the_part_that_is_advised_about(kind: Kind, saving: str) -> None:
    assert savings(machine(), advice("i-1", kind=kind)) == [saving]


def test_a_cheaper_customer_saves_less_than_the_list_says() -> None:
    """List prices are 50 % higher: of what AWS says, or Google of the list, two thirds are saved here."""
    bill = machine(list_cost=Decimal("4.5"), contracted_cost=Decimal("3.6"))
    listed: dict[str, Any] = {"cost": None, "saving": Decimal("45") * 365 / 360, "period": A_MONTH}
    assert savings(bill, advice("i-1", **listed, basis="list")) == ["30.00"], "45 of 135"
    assert savings(bill, advice("i-1", **listed, basis="own")) == ["37.50"], "45 of 108"
    (unknown,) = price(bill, advice("i-1", **listed, basis="unknown"))
    assert f"{unknown.monthly_saving:.2f}" == "30.00" and unknown.confidence == "low"
    assert savings(bill, advice("i-1", **listed | {"saving": Decimal(900)}, basis="list")) == ["90.00"], "never more"


def test_what_ends_the_cost_saves_all_of_it_in_any_currency() -> None:
    gone: dict[str, Any] = {"kind": Kind("delete", "compute"), "saves_all": True, "cost": None, "currency": "EUR"}
    assert savings(machine(), advice("i-1", **gone)) == ["90.00"]
    assert savings(machine(), advice("i-1", **gone | {"saving": None, "currency": ""})) == ["90.00"]


def test_an_amount_in_another_currency_says_nothing_and_a_share_does() -> None:
    assert savings(machine(), advice("i-1", currency="EUR")) == ["45.00"]
    (one,) = price(machine(), advice("i-1", currency="EUR", cost=None))
    assert one.monthly_saving is None and one.billing_currency == "USD"
    assert "a saving in EUR, and no cost; the bill is in USD" in one.reason


def test_what_a_commitment_covers_is_not_saved_but_may_become_free() -> None:
    bill = (
        Bill()
        .add("i-1", "BoxUsage:m5.large", cost="2")
        .add("i-1", "BoxUsage:m5.large", cost="1", pricing_category="Committed", commitment_discount_id="sp-1")
    )
    (one,) = price(bill, advice("i-1"))
    assert (f"{one.monthly_cost:.2f}", f"{one.monthly_saving:.2f}", f"{one.covered_cost:.2f}") == (
        "60.00", "30.00", "30.00",
    )  # fmt: skip
    covered = Bill().add("i-1", "BoxUsage:m5.large", cost="1", pricing_category="Committed")
    (all_of_it,) = price(covered, advice("i-1"))
    assert all_of_it.monthly_saving is None and f"{all_of_it.covered_cost:.2f}" == "30.00"
    assert "a commitment covers all of it" in all_of_it.reason


@pytest.mark.parametrize(
    ("billed", "advised", "cloud"),
    [
        ("i-1", "arn:aws:ec2:region-1:account-1:instance/i-1", "aws"),
        ("vol-0AB", "arn:aws:ec2:region-1:account-1:volume/vol-0ab", "aws"),
        ("arn:aws:rds:region-1:account-1:db:orders", "arn:aws:rds:region-1:account-1:db:orders", "aws"),
        ("/subscriptions/a/resourcegroups/r/x/vms/web", "/subscriptions/A/resourceGroups/R/X/vms/Web", "azure"),
        (f"{GOOGLE}/instances/web", f"{GOOGLE}/instances/web", "gcp"),
        ("web", f"{GOOGLE}/instances/web", "gcp"),
    ],
)  # fmt: skip
def test_a_resource_is_found_by_its_name_or_the_last_part_of_it_in_any_case(
    billed: str, advised: str, cloud: str
) -> None:
    (one,) = price(machine(billed, cloud), advice(advised, cloud))
    assert f"{one.monthly_saving:.2f}" == "45.00" and one.resource_id == billed


def test_a_machine_that_google_bills_under_its_number_is_found_by_its_name() -> None:
    bill = machine(f"{GOOGLE.replace('account-1', '4711')}/instance/8472", "gcp", resource_name="web")
    assert savings(bill, advice(f"{GOOGLE}/instances/web", "gcp")) == ["45.00"]


@pytest.mark.parametrize(
    ("billed", "advised", "cloud"),
    [
        # a function and a table, machines of two groups, a machine and its disk, machines of two zones
        ("arn:aws:lambda:r:account-1:function:orders", "arn:aws:dynamodb:r:account-1:table/orders", "aws"),
        ("/subscriptions/a/resourcegroups/r1/x/vm", "/subscriptions/a/resourcegroups/r2/x/vm", "azure"),
        (f"{GOOGLE}/disks/web", f"{GOOGLE}/instances/web", "gcp"),
        (f"{GOOGLE.replace('z-1', 'z-2')}/instances/web", f"{GOOGLE}/instances/web", "gcp"),
        (f"{GOOGLE.replace('compute', 'cloudsql')}/instances/web", f"{GOOGLE}/instances/web", "gcp"),
        ("i-12", "arn:aws:ec2:region-1:account-1:instance/i-1", "aws"),
        ("i-1", f"{GOOGLE}/instances/i-1", "gcp"),
    ],
)  # fmt: skip
def test_another_resource_of_the_name_is_not_taken_for_it(billed: str, advised: str, cloud: str) -> None:
    bill = machine(billed, "aws" if billed == "i-1" else cloud)
    (one,) = price(bill, advice(advised, cloud))
    assert one.monthly_saving is None and one.monthly_cost == 0 and one.resource_id == advised
    assert "the bill does not have it, or no more" in one.reason
    evidence = json.loads(one.evidence)
    assert (evidence["native_saving"], evidence["native_cost"]) == ("40", "80"), "both are seen"


def test_a_name_that_several_resources_have_is_none() -> None:
    bill = machine("web", "gcp")
    bill.rows += machine("web", "gcp", sub_account_id="account-2").rows
    name = f"{GOOGLE}/instances/web"
    assert savings(bill, advice(name, "gcp")) == ["45.00"], "of its own account"
    (one,) = price(bill, advice(name, "gcp", account_id="323016592286"))
    assert one.monthly_saving is None and "the bill has several resources of this name" in one.reason
    bill = machine("web", "gcp", sub_account_id="account-2")
    bill.rows += Bill("gcp").add("x", "y", cost="1").rows
    assert savings(bill, advice(name, "gcp")) == [None], "the account is there and has none of this name"


def test_the_same_advice_in_several_words_is_one_finding() -> None:
    """AWS lists every option where an export asks for all; a purchase is listed for each term."""
    best, second = advice("i-1", target="smallest", saving=Decimal(60)), advice("i-1", native_id="2")
    found = price(machine(), second, best, advice("i-1", native_action="MigrateToGraviton"))
    assert sorted(one.monthly_saving or 0 for one in found) == [Decimal(45), Decimal("67.5")]
    (main,) = [one for one in found if one.monthly_saving == Decimal("67.5")]
    assert [one["native_target"] for one in json.loads(main.evidence)["alternatives"]] == ["smaller"]
    assert len({one.recommendation_id for one in found}) == 2


def test_advice_about_several_resources_is_told_apart_by_them() -> None:
    one, other = (advice("", other_resources=(f"a{number}", f"b{number}")) for number in (1, 2))
    found = price(machine(), one, other)
    assert [row.monthly_saving for row in found] == [None, None]
    assert len({row.recommendation_id for row in found}) == 2


def test_a_finding_keeps_its_id_when_the_provider_makes_new_ones_and_prices_change() -> None:
    (first,) = price(machine(), advice("i-1"))
    (later,) = price(machine(), advice("i-1", native_id="m", saving=Decimal(9)))
    (unbilled,) = price(Bill().add("x", "y", cost="1"), advice("i-1"))
    assert first.recommendation_id == later.recommendation_id == unbilled.recommendation_id


def test_a_resource_that_was_credited_is_not_priced() -> None:
    (one,) = price(Bill().add("i-1", "BoxUsage:m5.large", cost="-3"), advice("i-1"))
    assert one.monthly_saving is None and "credited with more than it cost" in one.reason


def test_backups_and_addresses_are_no_part_of_a_machine_or_its_storage() -> None:
    bill = Bill().add("db", "RDS:GP3-Storage", cost="2", unit="GB-Months")
    bill.add("db", "RDS:ChargedBackupUsage", cost="5", unit="GB-Months")
    bill.add("db", "PublicIPv4:InUseAddress", cost="7", unit="Hours").add("db", "InstanceUsage:db.m5", cost="1")
    kinds: Iterable[Any] = [Kind("rightsize", "storage"), Kind("rightsize", "compute"), Kind("delete", "address")]
    assert [savings(bill, advice("db", kind=kind))[0] for kind in kinds] == ["30.00", "15.00", "105.00"]


def test_names_are_compared_both_ways() -> None:
    assert may_be_same("I-1", "i-1") and may_be_same("i-1", "arn:aws:ec2:r:1:instance/i-1")
    assert not may_be_same("a/disks/web", "b/instances/web")


def test_a_bill_without_the_resources_is_read_at_once() -> None:
    with Bill().add("x", "y", cost="1").open() as evidence:
        bill = read_bill(evidence, set())
    assert isinstance(bill, Billing) and isinstance(bill.find("aws", "account-1", "x"), str)


def test_an_amount_that_fills_its_column_costs_no_other_advice() -> None:
    """28 digits, which is all that Python's decimals keep by themselves, leave sixteen before the point."""
    bill = machine().add("i-2", "BoxUsage:m5.large", cost="1" + "0" * 15)
    assert savings(bill, advice("i-1"), advice("i-2")) == ["45.00", f"15{'0' * 15}.00"]


def test_words_without_end_are_cut_to_what_a_warehouse_holds() -> None:
    also = advice("i-1", native_id="m", summary="y" * 200_000)
    (one,) = price(machine(), advice("i-1", summary="x" * 200_000, target="z" * 300_000), also)
    assert len(one.reason.encode()) <= 65_535 and len(one.evidence.encode()) <= 65_535
    assert json.loads(one.evidence)["native_id"] == "m" and f"{one.monthly_saving:.2f}" == "45.00"
