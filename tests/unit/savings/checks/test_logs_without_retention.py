"""Logs that are kept for ever."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

ARN = "arn:aws:logs:region-1:account-1:log-group:"


def group(estate: Estate, name: str, **columns: Any) -> Estate:
    """A log group of 730 days that stores 500 GB for 0.50 a day."""
    plain = {
        "name": name,
        "retention_days": None,
        "stored_bytes": 500_000_000_000,
        "created_at": dt.datetime(2024, 11, 2),
    }
    estate.add("aws_log_groups", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, "EUC1-TimedStorage-ByteHrs", cost="0.50", quantity="16", unit="GB-Months")
    return estate


def example() -> Estate:
    return group(Estate(), "/aws/lambda/shop")


def test_what_is_older_than_a_year_is_saved() -> None:
    assert example().savings("logs_without_retention") == {f"{ARN}/aws/lambda/shop": Decimal("7.50")}


def test_what_expires_is_small_or_young_is_left_alone() -> None:
    estate = group(Estate(), "expires", retention_days=400)
    group(estate, "small", stored_bytes=900_000_000)
    group(estate, "young", created_at=dt.datetime(2025, 11, 3))
    group(estate, "held", tags={"legal-hold": "yes"})
    estate.add("aws_log_groups", "unbilled", stored_bytes=10**12, created_at=dt.datetime(2024, 1, 1))
    found = estate.ask("logs_without_retention")
    assert not found.recommendations
    assert {one.resource_id.removeprefix(ARN) for one in found.skipped} == {"held", "unbilled"}
