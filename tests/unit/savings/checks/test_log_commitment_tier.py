"""Log Analytics workspaces that would be cheaper with a commitment tier."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

LOGS: dict[str, Any] = {"unit": "GB", "x_sku_meter_category": "Log Analytics"}
METER = "Pay-as-you-go Data Ingestion"


def test_the_best_tier_on_the_very_days_is_proposed(tmp_path: Path) -> None:
    # 250 GB a day at 2: tier 200 at 1.6 is 400 of 500 a day; tier 100 at 1.704 is dearer, tier 500 is 750
    bill = Bill(cloud="azure").add("ws-1", METER, cost="500", quantity="250", **LOGS)
    (found,) = bill.ask("log_commitment_tier", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(15000), Decimal(3000))
    assert found.reason.endswith("the tier of 200 GB costs 3,000 USD less")


def test_quiet_days_are_paid_in_full(tmp_path: Path) -> None:
    # 15 days of 90 and 15 of 130 GB at 2: 100 x 15 + 130 x 15 = 3450 GB at 1.704347826 of 6600
    bill = Bill(cloud="azure").add("ws-1", METER, cost="180", quantity="90", last_days_ago=15, **LOGS)
    bill.add("ws-1", METER, cost="260", quantity="130", first_days_ago=14, **LOGS)
    assert bill.savings("log_commitment_tier", tmp_path) == {"ws-1": Decimal("720.00")}


def test_small_wavering_new_and_committed_workspaces_are_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("ws-small", METER, cost="198", quantity="99", **LOGS)
    # 105 GB on the average, but nearly all of it on every other day
    for days_ago in range(30):
        quantity = "10" if days_ago % 2 else "200"
        bill.add(
            "ws-wavers", METER, cost=Decimal(quantity) * 2, quantity=quantity, first_days_ago=days_ago,
            last_days_ago=days_ago, **LOGS,
        )  # fmt: skip
    bill.add("ws-new", METER, cost="500", quantity="250", first_days_ago=28, **LOGS)
    bill.add("ws-tier", METER, cost="80", quantity="150", **LOGS)
    tier = LOGS | {"x_sku_meter_category": "Azure Monitor"}
    bill.add("ws-tier", "100 GB Commitment Tier Capacity Reservation", cost="170", quantity="1", **tier)
    bill.add("ws-covered", METER, cost="500", quantity="250", pricing_category="Committed", **LOGS)
    bill.add(None, METER, cost="500", quantity="250", **LOGS)
    bill.add("ws-basic", "Basic Logs Data Ingestion", cost="125", quantity="250", **LOGS)
    assert bill.savings("log_commitment_tier", tmp_path) == {}
