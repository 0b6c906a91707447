"""FOCUS files of every version, and of the newest at every kind of place: exact costs, that version's columns."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.instants import utc_now
from ingestion.formats.focus import FOCUS
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.snapshots import Snapshot
from ingestion.source import Source
from state import SqliteStateStore
from tests.peers.azurite import ACCOUNT

#: The columns that each version brought, in the specification's own order of versions.
BROUGHT = {
    "1.0": """AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
        BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd
        ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
        CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost
        ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity
        PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType
        ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags""",
    "1.1": """CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit
        ServiceSubcategory SkuMeter SkuPriceDetails""",
    "1.2": """BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice
        PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType""",
    "1.3": """AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags
        ContractApplied HostProviderName ServiceProviderName""",
}
COSTS = {
    "BilledCost": ("1.25", "-0.000000000001"), "EffectiveCost": ("1.5", "0"), "ListCost": ("2", "7.125"),
    "ContractedCost": ("1.75", "3"),
}  # fmt: skip
FIXED = {
    "BillingCurrency": "EUR", "ChargeCategory": "Usage", "Tags": '{"team": "search"}', "SkuPriceDetails": "{}",
    "AllocatedTags": "{}", "AllocatedMethodDetails": "{}", "ContractApplied": "{}",
    "BillingPeriodStart": "2026-09-01T00:00:00Z", "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-02T00:00:00Z", "ChargePeriodEnd": "2026-09-03T00:00:00Z",
}  # fmt: skip


def columns_of(version: str) -> list[str]:
    """A version has what those before it had; 1.3 replaces the provider and publisher by two others."""
    versions = [v for v in BROUGHT if v <= version]
    return [name for v in versions for name in BROUGHT[v].split()]


def rows_of(version: str, without: tuple[str, ...] = ()) -> list[dict[str, str]]:
    def value(name: str, number: int) -> str:
        if name in COSTS:
            return COSTS[name][number]
        if name.endswith(("Quantity", "Price")) or name == "PricingCurrencyEffectiveCost":
            return "0.5"
        return FIXED.get(name, f"{name} {number}")

    return [{n: value(n, number) for n in columns_of(version) if n not in without} for number in range(2)]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    buffer = io.BytesIO()
    exact = [{k: Decimal(v) if k in COSTS else v for k, v in row.items()} for row in rows]
    schema = pa.schema([(k, pa.decimal128(38, 12) if k in COSTS else pa.string()) for k in rows[0]])
    pq.write_table(pa.Table.from_pylist(exact, schema), buffer)
    return buffer.getvalue()


def take(root: Path, uri: str) -> tuple[Snapshot, list[dict[str, Any]]]:
    """Ingest a location; what is current then, and its landed rows."""
    ledger = Ledger(SqliteStateStore(root / "state.sqlite"), utc_now)
    report = Ingestor(LocalLake(root / "lake"), ledger).ingest(
        Source("other", "focus", "focus", open_location(uri, root), "USD")
    )
    assert report.problems == []
    ((snapshot, _),) = ledger.current_snapshots()
    cursor = duckdb.execute(
        "select * from read_parquet(?) order by billed_cost desc", [[str(root / "lake" / p) for p in snapshot.paths]]
    )
    names = [d[0] for d in cursor.description or []]
    return snapshot, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def check(snapshot: Snapshot) -> None:
    assert (snapshot.format_name, snapshot.key.text) == ("focus", "other/2026-09/cost")
    found = {t.measure: (t.billing_currency, t.file_total) for t in snapshot.control_totals}
    assert found == {
        "billed_cost": ("EUR", Decimal("1.249999999999")), "effective_cost": ("EUR", Decimal("1.5")),
        "list_cost": ("EUR", Decimal("9.125")), "contracted_cost": ("EUR", Decimal("4.75")),
    }  # fmt: skip


@pytest.mark.parametrize("write", [as_csv, as_parquet])
@pytest.mark.parametrize("version", list(BROUGHT))
def test_every_version_in_a_folder(tmp_path: Path, version: str, write: Callable[..., bytes]) -> None:
    (tmp_path / "in").mkdir()
    name = "focus.csv" if write is as_csv else "focus.parquet"
    (tmp_path / "in" / name).write_bytes(write(rows_of(version)))
    snapshot, rows = take(tmp_path, "in")
    check(snapshot)
    native = {name.lower() for name in columns_of(version)}
    missing = {column.name for column in FOCUS.columns if column.name.replace("_", "") not in native}
    assert (set(snapshot.missing_columns), snapshot.extra_columns) == (missing, ()), "of no other version is anything"
    assert rows[0]["service_name"] == "ServiceName 0" and rows[1]["sku_id"] == "SkuId 1"
    if version == "1.3":
        assert rows[0]["service_provider_name"] == "ServiceProviderName 0"
        assert rows[1]["host_provider_name"] == "HostProviderName 1"
        assert rows[0]["allocated_resource_id"] == "AllocatedResourceId 0"


def test_s3(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="exports", Key="focus/a.parquet", Body=as_parquet(rows_of("1.3")))
    check(take(tmp_path, "s3://exports/focus")[0])


def test_blob(container: Any, tmp_path: Path) -> None:
    container.upload_blob("focus/a.csv", as_csv(rows_of("1.3")))
    check(take(tmp_path, f"az://{ACCOUNT}/exports/focus")[0])


def test_cloud_storage(gcs: Any, tmp_path: Path) -> None:
    """A file of 1.3 whose writer left out the provider and publisher, which that version replaces."""
    rows = rows_of("1.3", without=("ProviderName", "PublisherName"))
    gcs.put("exports", "focus/a.parquet", as_parquet(rows))
    snapshot, landed = take(tmp_path, "gs://exports/focus")
    check(snapshot)
    assert {"provider_name", "publisher_name"} <= set(snapshot.missing_columns)
    assert landed[0]["service_provider_name"] == "ServiceProviderName 0"
