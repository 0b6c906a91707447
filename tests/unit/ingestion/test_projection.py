"""How native files become landed rows, whatever their spelling of the same thing."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.columns.projection import project_file
from ingestion.contracts import NOTHING, DeliveryError, ExportFormat
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.formats import get_format, recognise_format
from ingestion.incoming import Reading, read_incoming_file
from ingestion.reading.native import read_native_file
from tests.unit.ingestion.exports import cur_row, write_csv, write_parquet

DATES = PlausibleDates(dt.date(2026, 10, 5))


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def land(scratch: duckdb.DuckDBPyConnection, path: Path, fmt: ExportFormat | None = None) -> list[dict[str, Any]]:
    native = read_native_file(scratch, path, path.name, path.parent / "work", NOTHING)
    fmt = fmt or recognise_format(native.top_level_names, path.name)
    projection = project_file(native, fmt, "EUR", DATES)
    cursor = scratch.execute(projection.select_sql)
    names = [d[0] for d in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


AZURE_ROW: Mapping[str, object] = {
    "SubscriptionId": "s-1", "Date": "09/07/2026", "MeterCategory": "Storage", "BillingCurrencyCode": "CAD",
    "CostInBillingCurrency": "1.25", "Tags": '"team": "search"', "ResourceGroup": "rg-1", "Quantity": "3E-7",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fmt", "removed", "message"),
    [
        ("aws_cur", "lineItem/UnblendedCost", "required column 'lineItem/UnblendedCost' is missing"),
        ("aws_cur", "lineItem/UsageAccountId", "required column 'lineItem/UsageAccountId' is missing"),
        ("azure_cost_details", "CostInBillingCurrency",
         "required column 'Cost' (also known as costinbillingcurrency, pretaxcost, extendedcost, billingpretaxtotal) "
         "is missing"),
        ("azure_cost_details", "SubscriptionId",
         "required column 'SubscriptionId' (also known as subscriptionguid, entitlementid) is missing"),
    ],
)  # fmt: skip
def test_a_missing_required_column_is_named(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, fmt: str, removed: str, message: str
) -> None:
    row = dict(AZURE_ROW if fmt == "azure_cost_details" else cur_row(1, "1"))
    del row[removed]
    path = write_csv(tmp_path / "export.csv", [row])
    with pytest.raises(DeliveryError) as error:
        land(scratch, path, get_format(fmt))
    assert str(error.value) == f"export.csv: {message}; format {fmt} needs it"


def test_localised_azure_header(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    spelled = {
        "SubscriptionId": "Abonnement-ID (SubscriptionId)", "ResourceGroup": "Ressourcengruppe (ResourceGroup)",
        "CostInBillingCurrency": "Kosten in Abrechnungswährung (CostInBillingCurrency)", "Date": "Datum (Date)",
    }  # fmt: skip
    path = write_csv(tmp_path / "export.csv", [{spelled.get(k, k): v for k, v in AZURE_ROW.items()}])
    (row,) = land(scratch, path)
    assert (row["cost"], row["date"], row["subscription_id"], row["resource_group"], row["quantity"]) == (
        Decimal("1.25"), dt.date(2026, 9, 7), "s-1", "rg-1", Decimal("3E-7"),
    )  # fmt: skip
    assert json.loads(row["tags"]) == {"team": "search"}


@pytest.mark.parametrize("written", ["09/07/2026", "9/7/2026", "2026-09-07", "2026-09-07T00:00:00Z", "20260907"])
def test_azure_dates(scratch: duckdb.DuckDBPyConnection, tmp_path: Path, written: str) -> None:
    (row,) = land(scratch, write_csv(tmp_path / "export.csv", [{**AZURE_ROW, "Date": written}]))
    assert row["date"] == dt.date(2026, 9, 7) and row["cast_failures"] == 0


def test_cur2_maps_and_legacy_columns_land_alike(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    legacy = cur_row(1, "0.5") | {"product/sku": "SKU1", "product/instanceType": "t3.micro"}
    product = {"product_name": "Amazon Elastic Compute Cloud", "region": "eu-west-1", "sku": "SKU1"}
    text_map = pa.map_(pa.string(), pa.string())
    own = {
        "identity_line_item_id": "line202609x1", "bill_payer_account_id": "111122223333",
        "bill_billing_period_start_date": dt.datetime(2026, 9, 1), "line_item_usage_account_id": "444455556666",
        "line_item_line_item_type": "Usage", "line_item_usage_start_date": dt.datetime(2026, 9, 2),
        "line_item_product_code": "AmazonEC2", "line_item_currency_code": "USD", "line_item_unblended_cost": 0.5,
        "product_instance_type": "t3.micro",
    }  # fmt: skip
    schema = pa.schema([*pa.Table.from_pylist([own]).schema, ("product", text_map), ("resource_tags", text_map)])
    nested = {**own, "product": list(product.items()), "resource_tags": [("user:team", "search")]}
    (old,) = land(scratch, write_csv(tmp_path / "legacy.csv", [legacy]))
    (new,) = land(scratch, write_parquet(tmp_path / "new.parquet", [nested], schema))
    texts = [{**own, "product": json.dumps(product), "resource_tags": json.dumps({"user:team": "search"})}]
    (as_text,) = land(scratch, write_parquet(tmp_path / "text.parquet", texts))
    for name in ("product_product_name", "product_sku", "product_instance_type", "line_item_unblended_cost",
                 "line_item_usage_start_date", "bill_billing_period_start_date"):  # fmt: skip
        assert old[name] == new[name] == as_text[name] is not None, name
    assert json.loads(old["resource_tags"]) == json.loads(new["resource_tags"]) == json.loads(as_text["resource_tags"])


CREDITS = {
    "COMMITTED_USAGE_DISCOUNT": "credits_commitment", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": "credits_commitment",
    "FEE_UTILIZATION_OFFSET": "credits_commitment", "SUSTAINED_USAGE_DISCOUNT": "credits_negotiated",
    "DISCOUNT": "credits_negotiated", "SPENDING_BASED_DISCOUNT": "credits_negotiated",
    "RESELLER_MARGIN": "credits_negotiated", "SUBSCRIPTION_BENEFIT": "credits_negotiated",
    "FREE_TIER": "credits_free_tier", "PROMOTION": "credits_promotion",
    "CREDIT_TYPE_UNSPECIFIED": "credits_promotion", "SOMETHING_NEW": "credits_promotion", None: "credits_promotion",
}  # fmt: skip
AMOUNTS = {kind: -((n + 1) * 0.37) for n, kind in enumerate(CREDITS)}


def expected_credits(kinds: Sequence[str | None]) -> dict[str, Decimal]:
    sums = dict.fromkeys(CREDITS.values(), Decimal(0))
    for kind in kinds:
        sums[CREDITS[kind]] += round(Decimal(repr(AMOUNTS[kind])), 12)
    return sums


def gcp_row(credits: list[dict[str, object]] | None) -> dict[str, object]:
    return {
        "billing_account_id": "01A2B3", "service": {"id": "s", "description": "Compute Engine"},
        "sku": {"id": "k", "description": "N2 core"}, "usage_start_time": dt.datetime(2026, 9, 3),
        "project": {"id": "p", "labels": [{"key": "team", "value": "search"}]},
        "cost": 12.000000000000375, "currency": "EUR", "invoice": {"month": "202609"}, "credits": credits,
        "labels": [{"key": "env", "value": "prod"}],
    }  # fmt: skip


ENTRIES = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
GCP_SCHEMA = pa.schema(
    [
        ("billing_account_id", pa.string()),
        ("service", pa.struct([("id", pa.string()), ("description", pa.string())])),
        ("sku", pa.struct([("id", pa.string()), ("description", pa.string())])),
        ("usage_start_time", pa.timestamp("us")),
        ("project", pa.struct([("id", pa.string()), ("labels", ENTRIES)])),
        ("cost", pa.float64()),
        ("currency", pa.string()),
        ("invoice", pa.struct([("month", pa.string())])),
        ("credits", pa.list_(pa.struct([("name", pa.string()), ("amount", pa.float64()), ("type", pa.string())]))),
        ("labels", ENTRIES),
    ]
)


def test_gcp_credits_of_every_type_land_in_their_sum(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    groups: list[list[str | None] | None] = [*([k] for k in CREDITS), list(CREDITS), [], None, ["DISCOUNT", "DISCOUNT"]]
    rows = [gcp_row(None if g is None else [{"name": "c", "amount": AMOUNTS[k], "type": k} for k in g]) for g in groups]
    landed = land(scratch, write_parquet(tmp_path / "gcp.parquet", rows, GCP_SCHEMA))
    for kinds, row in zip(groups, landed, strict=True):
        assert {name: row[name] for name in expected_credits([])} == expected_credits(kinds or [])
    assert landed[0]["cost"] == Decimal("12.000000000000") and landed[0]["rounding_remainder"] == Decimal("3.75E-13")
    assert json.loads(landed[0]["project_labels"]) == {"team": "search"}
    assert json.loads(landed[0]["labels"]) == {"env": "prod"}


@pytest.mark.parametrize("dump", [json.dumps, repr], ids=["json", "python"])
def test_flattened_gcp_csv(scratch: duckdb.DuckDBPyConnection, tmp_path: Path, dump: Any) -> None:
    kinds = ["COMMITTED_USAGE_DISCOUNT", "FREE_TIER", "PROMOTION", "SOMETHING_NEW"]
    credits = [{"name": "a credit", "full_name": None, "amount": AMOUNTS[k], "type": k, "id": "x"} for k in kinds]
    if dump is repr:
        credits[0]["name"] = "Customer's credit"  # printed with the other quotation mark
    flat = {
        "billing_account_id": "01A2B3", "service.id": "s", "service.description": "Compute Engine", "sku.id": "k",
        "sku.description": "N2 core", "usage_start_time": "2026-09-03 00:00:00 UTC", "project.id": "p",
        "cost": "1.5E-7", "currency": "EUR", "invoice.month": "202609", "credits": dump(credits),
    }  # fmt: skip
    empty = {**flat, "credits": "[]"}
    full, none = land(scratch, write_csv(tmp_path / "gcp.csv", [flat, empty]))
    assert {name: full[name] for name in expected_credits([])} == expected_credits(kinds)
    assert {name: none[name] for name in expected_credits([])} == expected_credits([])
    assert (full["cost"], full["invoice_month"], full["project_id"]) == (Decimal("1.5E-7"), "202609", "p")
    assert full["usage_start_time"] == dt.datetime(2026, 9, 3)


@pytest.mark.parametrize(
    "credits",
    [
        "[{'type': 'DISCOUNT', 'amount': minus one}]",
        '[{"type": "DISCOUNT", "amount": "1,5"}]',
        '[{"type": "DISCOUNT"}]',
        "see attachment",
    ],
)
def test_a_credit_that_cannot_be_read_does_not_pass_as_nothing(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, credits: str
) -> None:
    flat = {
        "billing_account_id": "a", "service.description": "s", "sku.id": "k", "usage_start_time": "2026-09-03",
        "cost": "1", "currency": "EUR", "invoice.month": "202609", "credits": "",
    }  # fmt: skip
    path = write_csv(tmp_path / "gcp.csv", [flat, {**flat, "credits": credits}])
    with pytest.raises(DeliveryError) as error:
        read_incoming_file(
            scratch, path, "gcp.csv", tmp_path / "landed.parquet", tmp_path / "work", Reading("gcp", None, "EUR", DATES)
        )
    assert str(error.value) == f"gcp.csv: data row 2 (line 3): credits {credits!r} cannot be read"


def test_a_currency_that_is_not_there_is_assumed(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    row = {k: v for k, v in AZURE_ROW.items() if k != "BillingCurrencyCode"}
    path = write_csv(tmp_path / "export.csv", [row])
    assert land(scratch, path)[0]["billing_currency"] == "EUR"
    native = read_native_file(scratch, path, "export.csv", tmp_path / "work", NOTHING)
    projection = project_file(native, get_format("azure_cost_details"), "EUR", DATES)
    assert projection.assumed_currency == "EUR"


def test_focus_reads_the_word_null_as_nothing(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    row = {
        "BilledCost": "1.000000000000", "EffectiveCost": "NULL", "BillingAccountId": "a", "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-09-01 00:00:00", "ChargeCategory": "Usage", "RegionId": "NULL", "Tags": "NULL",
        "ChargePeriodStart": "2026-09-02T00:00:00Z", "ListCost": "",
    }  # fmt: skip
    (landed,) = land(scratch, write_csv(tmp_path / "focus.csv", [row]))
    assert [landed[n] for n in ("effective_cost", "region_id", "tags", "list_cost")] == [None] * 4
    assert landed["billed_cost"] == 1 and landed["cast_failures"] == 0


@pytest.mark.parametrize("column", ["lineItem/UnblendedCost", "bill/BillingPeriodStartDate", "lineItem/UsageStartDate"])
def test_values_that_cannot_be_read_are_counted(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, column: str
) -> None:
    rows = [cur_row(1, "1"), cur_row(2, "2") | {column: "twelve"}, cur_row(3, "3")]
    assert [r["cast_failures"] for r in land(scratch, write_csv(tmp_path / "cur.csv", rows))] == [0, 1, 0]
