"""Real headers of Azure cost exports: Enterprise, camel case, pay-as-you-go, German, byte-order mark, own templates."""

import csv
import shutil
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb
import pytest

from tests.integration.ingest.conftest import Desk

STEP = Decimal(1).scaleb(-12)


def take(realdata: Callable[[str], Path], root: Path, name: str) -> tuple[Desk, list[dict[str, str]]]:
    desk = Desk(root, provider="azure")
    path = Path(shutil.copy(realdata(f"azure_header_variants/{name}"), desk.exports))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return desk, list(csv.DictReader(stream))


def find(row: dict[str, str], *names: str) -> str | None:
    """The value under one of these names, whatever their case; an English name may stand in brackets."""
    spelled = {name.rpartition("(")[2].rstrip(")").lower(): value for name, value in row.items()}
    spelled.setdefault("subscriptionid", spelled.get("subscriptionguid", ""))
    return next(spelled[name] for name in names if name in spelled) or None


@pytest.mark.parametrize(
    ("name", "cost", "period", "currency"),
    [
        ("Template.csv", "costinbillingcurrency", "2021-02", "USD"),
        ("header_Enterprise.csv", "CostInBillingCurrency", "2021-05", "CAD"),
        ("header_EnterpriseCamel.csv", "costInBillingCurrency", "2021-02", "USD"),
        ("header_PayAsYouGo.csv", "PreTaxCost", "2021-02", "USD"),
        ("header_YA.csv", "costInBillingCurrency", "2021-02", "USD"),
    ],
)
def test_every_spelling_is_read_exactly(
    realdata: Callable[[str], Path], tmp_path: Path, name: str, cost: str, period: str, currency: str
) -> None:
    desk, rows = take(realdata, tmp_path, name)
    report = desk.ingest()
    assert report.problems == []
    (judged,) = report.promoted
    (total,) = judged.profile.control_totals
    exact = [Decimal(row[cost]) for row in rows]
    stored = sum((value.quantize(STEP, ROUND_HALF_EVEN) for value in exact), Decimal(0))
    assert (total.file_total, total.file_total + total.rounding_remainder) == (stored, sum(exact, Decimal(0)))
    assert (f"{judged.key.billing_period:%Y-%m}", total.billing_currency, total.row_count) == (
        period, currency, len(rows),
    )  # fmt: skip
    ((snapshot, _),) = desk.ledger.current_snapshots()
    landed = duckdb.execute(
        "select subscription_id, meter_category, resource_id from read_parquet(?)",
        [[str(desk.lake.resolve(path)) for path in snapshot.paths]],
    ).fetchall()
    named = (("subscriptionid",), ("metercategory",), ("instanceid", "instancename", "resourceid"))
    assert sorted(landed) == sorted(tuple(find(row, *names) for names in named) for row in rows)


def test_a_row_that_says_nothing_is_refused(realdata: Callable[[str], Path], tmp_path: Path) -> None:
    """The file with the byte-order mark has one row with a date alone: nobody can say whose cost that is."""
    desk, rows = take(realdata, tmp_path, "header_BOM.csv")
    assert [row["SubscriptionGuid"] for row in rows] == [""]
    row = "header_BOM.csv: data row 1 (line 2)"
    assert desk.problems() == [
        f"{row}: Currency is empty", f"{row}: SubscriptionGuid is empty", f"{row}: PreTaxCost is empty",
    ]  # fmt: skip
    assert desk.ledger.current_snapshots() == []
