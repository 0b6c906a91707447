"""Model input, and how much of it is read from the cache."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def tokens(bill: Bill, account: str, kind: str, cost: str, quantity: str, model: str = "Claude4.6Sonnet") -> Bill:
    """So many thousand tokens a day."""
    return bill.add(
        None, f"USW2-{model}-{kind}", cost=cost, quantity=quantity, unit="1000 Tokens", sub_account_id=account
    )


def test_input_that_is_hardly_ever_cached_is_a_hint_without_an_amount(tmp_path: Path) -> None:
    bill = tokens(Bill(), "a", "input-tokens", "10", "9500")
    tokens(bill, "a", "cache-read-input-token-count", "0.1", "500")
    (found,) = bill.ask("bedrock_cache_ratio", tmp_path)
    assert (found.monthly_cost, found.monthly_saving, found.lever) == (Decimal("300.000000000000"), None, "none")
    assert found.reason == (
        "a pays 300 USD in 30 days for input of Claude4.6Sonnet in region-1; 5 % of it was read from the cache"
    )


def test_cached_cheap_and_other_models_are_not_found(tmp_path: Path) -> None:
    bill = tokens(Bill(), "cached", "input-tokens", "10", "9000")
    tokens(bill, "cached", "cache-read-input-token-count", "0.1", "1000")
    tokens(bill, "cheap", "input-tokens", "3.3", "9000")
    tokens(bill, "old", "input-tokens", "10", "9000", model="Claude3Sonnet")
    tokens(bill, "other", "input-tokens", "10", "9000", model="Llama3-70B")
    tokens(bill, "output", "output-tokens", "10", "9000")
    tokens(bill, "batch", "input-tokens-batch", "10", "9000")
    assert bill.ask("bedrock_cache_ratio", tmp_path) == []


def test_each_inference_profile_is_judged_by_itself(tmp_path: Path) -> None:
    bill = Bill().add("profile-1", "Claude4.6Sonnet-input-tokens", cost="10", quantity="9500", unit="1000 Tokens")
    bill.add("profile-2", "Claude4.6Sonnet-input-tokens", cost="10", quantity="9500", unit="1000 Tokens")
    bill.add(
        "profile-2", "Claude4.6Sonnet-cache-read-input-token-count", cost="9", quantity="90000", unit="1000 Tokens"
    )
    assert [found.resource_id for found in bill.ask("bedrock_cache_ratio", tmp_path)] == ["profile-1"]
