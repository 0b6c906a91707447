"""The same entry of a price sheet, at different prices."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

PRICE: dict[str, Any] = {"sku_id": "SKU", "sku_price_id": "SKU.RATE"}


def usage(bill: Bill, account: str, price: str, quantity: str = "100", **columns: Any) -> Bill:
    """So much a day at a price."""
    cost = Decimal(price) * Decimal(quantity)
    columns = {**PRICE, "sub_account_id": account, "first_days_ago": 29, **columns}
    return bill.add(f"r-{account}", "usage", cost=cost, quantity=quantity, **columns)


def ask(bill: Bill, tmp_path: Path) -> dict[str, Decimal | None]:
    """Savings by account."""
    return {one.account_id: one.monthly_saving for one in bill.ask("price_inconsistency", tmp_path)}


def test_the_difference_to_the_lowest_price_is_saved(tmp_path: Path) -> None:
    bill = usage(usage(usage(Bill(), "a", "0.10"), "b", "0.08"), "c", "0.09", "200")
    # 3000 x 0.02, 6000 x 0.01
    assert ask(bill, tmp_path) == {"a": Decimal("60.000000000000"), "c": Decimal("60.000000000000")}


def test_what_google_takes_off_for_running_long_is_no_other_price(tmp_path: Path) -> None:
    price: dict[str, Any] = {"contracted_unit_price": Decimal("0.10")}
    bill = usage(usage(Bill("gcp"), "a", "0.10", **price), "b", "0.09", **price)
    assert ask(bill, tmp_path) == {}
    (tmp_path / "contract").mkdir()
    usage(bill, "c", "0.08")
    # 3000 x 0.02, whatever comes off the cost
    assert ask(bill, tmp_path / "contract") == {"a": Decimal("60.000000000000"), "b": Decimal("60.000000000000")}


def test_an_account_has_one_finding_for_all_its_prices(tmp_path: Path) -> None:
    bill = usage(usage(Bill(), "a", "0.10"), "b", "0.08")
    usage(usage(bill, "a", "1", "10", sku_price_id="OTHER"), "b", "0.5", "10", sku_price_id="OTHER")
    (found,) = bill.ask("price_inconsistency", tmp_path)
    assert (found.account_id, found.resource_id) == ("a", "")
    # 3000 x 0.02 and 300 x 0.5 of 300 and 300
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("600.000000000000"), Decimal("210.000000000000"))
    assert "for 2 entries of the price sheet" in found.reason


def test_a_price_id_that_carries_the_account_is_not_the_same_entry_but_its_sku_is(tmp_path: Path) -> None:
    bill = usage(Bill(), "a", "0.10", sku_price_id="SKU_a")
    usage(bill, "b", "0.08", sku_price_id="SKU_b")
    assert ask(bill, tmp_path) == {"a": Decimal("60.000000000000")}


def test_tiers_other_regions_currencies_units_and_commitments_are_not_found(tmp_path: Path) -> None:
    bill = usage(Bill(), "lowest", "0.05")
    usage(bill, "tiers", "0.10", last_days_ago=15)
    usage(bill, "tiers", "0.08", first_days_ago=14)
    # the second tier was reached within the last day
    usage(bill, "tier-of-a-day", "0.10")
    usage(bill, "tier-of-a-day", "0.08", first_days_ago=0)
    usage(bill, "other-source", "0.10", source_name="aws-2")
    usage(bill, "region", "0.10", region_id="region-2")
    usage(bill, "currency", "0.10", billing_currency="EUR")
    usage(bill, "unit", "0.10", unit="GB")
    usage(bill, "committed", "0.10", pricing_category="Committed")
    usage(bill, "spot", "0.10", pricing_category="Dynamic")
    usage(bill, "rounding", "0.0503")
    usage(bill, "gone", "0.10", last_days_ago=4)
    usage(bill, "other-price", "0.10", sku_price_id="OTHER")
    assert ask(bill, tmp_path) == {}


def test_free_usage_and_credits_are_no_price(tmp_path: Path) -> None:
    bill = usage(usage(Bill(), "a", "0.10"), "free", "0")
    bill.add("credit", "usage", cost="-5", quantity="100", sub_account_id="b", first_days_ago=29, **PRICE)
    assert ask(bill, tmp_path) == {}


def test_a_discount_in_the_cost_is_one_of_the_price(tmp_path: Path) -> None:
    # the bill states the price before an enterprise discount of 10 % and the cost after it
    bill = usage(Bill(), "a", "0.10", contracted_cost=Decimal(9))
    usage(bill, "b", "0.08", contracted_cost=Decimal("7.2"))
    # 3000 x (0.09 - 0.072)
    assert ask(bill, tmp_path) == {"a": Decimal("54.000000000000")}


def test_development_offers_of_azure_are_not_held_against_production(tmp_path: Path) -> None:
    bill = usage(usage(Bill("azure"), "prod", "0.10", x_environment="prod"), "dev", "0.06", x_environment="dev")
    assert ask(bill, tmp_path) == {}
    (tmp_path / "b").mkdir()
    usage(bill, "dev-2", "0.10", x_environment="dev")
    assert ask(bill, tmp_path / "b") == {"dev-2": Decimal("120.000000000000")}


def test_the_finding_of_an_account_names_no_other(tmp_path: Path) -> None:
    (found,) = usage(usage(Bill(), "dear-1", "0.10"), "cheap-1", "0.08").ask("price_inconsistency", tmp_path)
    assert "dear-1" in found.reason and "cheap-1" not in found.reason + found.evidence
