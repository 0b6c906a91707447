"""Small export files of each format, written the way the cloud writes them, for tests to spoil one thing at a time."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

CUR_HEADER = (
    "identity/LineItemId", "identity/TimeInterval", "bill/PayerAccountId", "bill/BillingPeriodStartDate",
    "bill/BillingPeriodEndDate", "lineItem/UsageAccountId", "lineItem/LineItemType", "lineItem/UsageStartDate",
    "lineItem/UsageEndDate", "lineItem/ProductCode", "lineItem/UsageType", "lineItem/UsageAmount",
    "lineItem/CurrencyCode", "lineItem/UnblendedCost", "product/ProductName", "product/region",
    "resourceTags/user:team",
)  # fmt: skip


def cur_row(number: int, cost: object, period: dt.date = dt.date(2026, 9, 1), **changes: object) -> dict[str, object]:
    """One line of a legacy Cost and Usage Report."""
    after = (period.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    day = f"{period:%Y-%m}-{number % 27 + 1:02d}"
    values = dict(
        zip(
            CUR_HEADER,
            (
                f"line{period:%Y%m}x{number}", f"{day}T00:00:00Z/{day}T01:00:00Z", "111122223333",
                f"{period}T00:00:00Z", f"{after}T00:00:00Z", "444455556666", "Usage", f"{day}T00:00:00Z",
                f"{day}T01:00:00Z", "AmazonEC2", "BoxUsage:t3.micro", 1, "USD", cost,
                "Amazon Elastic Compute Cloud", "eu-west-1", "search",
            ),
            strict=True,
        )
    )  # fmt: skip
    return values | changes


def cur_rows(costs: Iterable[object], period: dt.date = dt.date(2026, 9, 1)) -> list[dict[str, object]]:
    """One line per cost."""
    return [cur_row(number, cost, period) for number, cost in enumerate(costs)]


def write_csv(path: Path, rows: Sequence[Mapping[str, object]], header: Sequence[str] | None = None) -> Path:
    """The rows as CSV; without rows only the header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, header or (list(rows[0]) if rows else list(CUR_HEADER)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema | None = None) -> Path:
    """The rows as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema), path)
    return path


def total(values: Iterable[object]) -> Decimal:
    """The exact sum of what was written."""
    return sum((Decimal(str(value)) for value in values), Decimal(0))
