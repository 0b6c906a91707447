"""The exports that are measured: a simulated month, repeated as often as it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks._exports import copy_rows, repeat_rows, write_legacy_csv, write_parquet

#: What a plain FOCUS export of AWS has in its 57 columns (1.2): SQL over a CUR 2.0 month, most of it a renaming.
_FOCUS_TEXT = {
    "AvailabilityZone": "line_item_availability_zone",
    "BillingAccountId": "bill_payer_account_id",
    "BillingAccountName": "bill_payer_account_name",
    "BillingAccountType": "'Billing Account'",
    "BillingCurrency": "line_item_currency_code",
    "CapacityReservationId": "null",
    "CapacityReservationStatus": "null",
    "ChargeCategory": """case line_item_line_item_type when 'Tax' then 'Tax' when 'Credit' then 'Credit'
        when 'Fee' then 'Purchase' when 'RIFee' then 'Purchase' when 'SavingsPlanRecurringFee' then 'Purchase'
        when 'Refund' then 'Adjustment' else 'Usage' end""",
    "ChargeClass": "null",
    "ChargeDescription": "line_item_line_item_description",
    "ChargeFrequency": "'Usage-Based'",
    "CommitmentDiscountCategory": "if(savings_plan_savings_plan_a_r_n is null, null, 'Spend')",
    "CommitmentDiscountId": "savings_plan_savings_plan_a_r_n",
    "CommitmentDiscountName": "null",
    "CommitmentDiscountStatus": "if(savings_plan_savings_plan_a_r_n is null, null, 'Used')",
    "CommitmentDiscountType": "savings_plan_offering_type",
    "CommitmentDiscountUnit": "null",
    "ConsumedUnit": "pricing_unit",
    "InvoiceId": "bill_invoice_id",
    "InvoiceIssuerName": "bill_invoicing_entity",
    "PricingCategory": "'Standard'",
    "PricingCurrency": "pricing_currency",
    "PricingUnit": "pricing_unit",
    "ProviderName": "bill_billing_entity",
    "PublisherName": "line_item_legal_entity",
    "RegionId": "product_region_code",
    "RegionName": "product_location",
    "ResourceId": "line_item_resource_id",
    "ResourceName": "null",
    "ResourceType": "product_product_family",
    "ServiceCategory": "'Compute'",
    "ServiceName": "product['product_name']",
    "ServiceSubcategory": "'Virtual Machines'",
    "SkuId": "product_sku",
    "SkuMeter": "line_item_usage_type",
    "SkuPriceDetails": "null",
    "SkuPriceId": "pricing_rate_code",
    "SubAccountId": "line_item_usage_account_id",
    "SubAccountName": "line_item_usage_account_name",
    "SubAccountType": "'Member Account'",
}
_FOCUS_NUMBERS = {
    "BilledCost": "line_item_unblended_cost",
    "CommitmentDiscountQuantity": "null",
    "ConsumedQuantity": "line_item_usage_amount",
    "ContractedCost": "coalesce(pricing_public_on_demand_cost, line_item_unblended_cost)",
    "ContractedUnitPrice": "line_item_unblended_rate",
    "EffectiveCost": "coalesce(nullif(savings_plan_savings_plan_effective_cost, 0), line_item_unblended_cost)",
    "ListCost": "coalesce(pricing_public_on_demand_cost, line_item_unblended_cost)",
    "ListUnitPrice": "pricing_public_on_demand_rate",
    "PricingCurrencyContractedUnitPrice": "null",
    "PricingCurrencyEffectiveCost": "null",
    "PricingCurrencyListUnitPrice": "null",
    "PricingQuantity": "line_item_usage_amount",
}
_FOCUS_TIMES = {
    "BillingPeriodEnd": "bill_billing_period_end_date",
    "BillingPeriodStart": "bill_billing_period_start_date",
    "ChargePeriodEnd": "line_item_usage_end_date",
    "ChargePeriodStart": "line_item_usage_start_date",
}


@dataclass(frozen=True)
class Input:
    """One kind of export: who reads it, how it is written, and how many times its floor it may take to FOCUS.

    ``write`` gets the simulated exports, the file to write, how many rows, and how many columns a CSV is to have; it
    returns how many columns the file has.
    """

    name: str
    title: str
    provider: str
    suffix: str
    bar: float
    write: Callable[[Path, Path, int, int], int]
    has_peer: bool = False


def _write_legacy_csv(exports: Path, target: Path, rows: int, columns: int) -> int:
    write_legacy_csv(_month(exports, "aws"), target, rows, columns)
    return columns


def _write_cur2(exports: Path, target: Path, rows: int, _columns: int) -> int:
    write_parquet(_month(exports, "aws"), target, rows)
    return _count_columns(target)


def _write_focus(exports: Path, target: Path, rows: int, _columns: int) -> int:
    selected = [
        *_select(_FOCUS_TEXT, "varchar"),
        *_select(_FOCUS_NUMBERS, "double"),
        *_select(_FOCUS_TIMES, "timestamp"),
        "resource_tags as Tags",
    ]
    copy_rows(f"select {', '.join(selected)} from ({repeat_rows(_month(exports, 'aws'), rows)})", target)
    return _count_columns(target)


def _write_gcp(exports: Path, target: Path, rows: int, _columns: int) -> int:
    # BigQuery's export has no column of the folder that it lies in
    copy_rows(repeat_rows(_month(exports, "gcp"), rows, unique="* exclude (invoice_month)"), target)
    return _count_columns(target)


def _select(columns: Mapping[str, str], kind: str) -> list[str]:
    return [f"cast({sql} as {kind}) as {name}" for name, sql in columns.items()]


def _month(exports: Path, cloud: str) -> list[str]:
    return [str(p) for p in sorted((exports / cloud).rglob("*.parquet"))]


def _count_columns(file: Path) -> int:
    return len(duckdb.execute(f"describe select * from read_parquet('{file}')").fetchall())


INPUTS = {
    kind.name: kind
    for kind in (
        Input("legacy_csv", "Legacy CUR as CSV, as koku-nise writes it", "aws", ".csv", 1.1, _write_legacy_csv, True),
        Input("cur2", "CUR 2.0 as Parquet", "aws", ".parquet", 2.5, _write_cur2),
        Input("focus", "FOCUS 1.2 as Parquet", "auto", ".parquet", 2.5, _write_focus),
        Input("gcp", "BigQuery's billing export as nested Parquet", "gcp", ".parquet", 2.5, _write_gcp),
    )
}
