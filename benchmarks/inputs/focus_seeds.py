"""FOCUS exports of the simulated company, in the dialects of AWS, Azure and others."""

import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from benchmarks.inputs.tables import Table

CATEGORIES = {"Usage": "Usage", "DiscountedUsage": "Usage", "SavingsPlanCoveredUsage": "Usage", "Tax": "Tax",
              "Credit": "Credit", "Refund": "Adjustment"}  # fmt: skip
TIME = pa.timestamp("ms")
#: FOCUS column -> Arrow type of AWS's Parquet export.
COLUMNS = {
    "AvailabilityZone": pa.string(), "BilledCost": pa.float64(), "BillingAccountId": pa.string(),
    "BillingAccountName": pa.string(), "BillingCurrency": pa.string(), "BillingPeriodEnd": TIME,
    "BillingPeriodStart": TIME, "ChargeCategory": pa.string(), "ChargeClass": pa.string(),
    "ChargeDescription": pa.string(), "ChargeFrequency": pa.string(), "ChargePeriodEnd": TIME,
    "ChargePeriodStart": TIME, "ConsumedQuantity": pa.float64(), "ConsumedUnit": pa.string(),
    "ContractedCost": pa.float64(), "EffectiveCost": pa.float64(), "InvoiceIssuerName": pa.string(),
    "ListCost": pa.float64(), "ListUnitPrice": pa.float64(), "PricingCategory": pa.string(),
    "PricingQuantity": pa.float64(), "PricingUnit": pa.string(), "ProviderName": pa.string(),
    "PublisherName": pa.string(), "RegionId": pa.string(), "ResourceId": pa.string(), "ResourceName": pa.string(),
    "ServiceCategory": pa.string(), "ServiceName": pa.string(), "SkuId": pa.string(), "SubAccountId": pa.string(),
    "Tags": pa.string(),
}  # fmt: skip
PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "other": "Example Cloud"}

Row = dict[str, Any]


def describe_charges(dialect: str, native: Table, seed: int) -> Table:
    """The rows of a native export as FOCUS: typed as AWS writes it, else text with the dialect's own times."""
    rows = [dict(zip(native.names, row, strict=True)) for row in native.rows]
    read: Callable[[Row], Row] = _read_azure if dialect == "azure" else _read_cur
    generator = random.Random(f"focus/{dialect}/{seed}")
    charges = [{**_add_common(read(row), PROVIDERS[dialect])} for row in generator.sample(rows, min(len(rows), 600))]
    if dialect == "aws":
        types = {**COLUMNS, "Tags": pa.map_(pa.string(), pa.string())}
        return Table(list(types), list(types.values()), [[c.get(n) for n in types] for c in charges])
    form = "%Y-%m-%dT%H:%MZ" if dialect == "azure" else "%Y-%m-%dT%H:%M:%SZ"
    return Table.from_text(list(COLUMNS), [[_write(c.get(n), form) for n in COLUMNS] for c in charges])


def _read_cur(row: Row) -> Row:
    kind = row["line_item_line_item_type"]
    cost = row["line_item_unblended_cost"]
    return {
        "BilledCost": cost,
        "EffectiveCost": row["savings_plan_savings_plan_effective_cost"] or row["reservation_effective_cost"] or cost,
        "ListCost": row["pricing_public_on_demand_cost"] or cost,
        "BillingAccountId": row["bill_payer_account_id"],
        "BillingAccountName": row["bill_payer_account_name"],
        "BillingCurrency": row["line_item_currency_code"],
        "BillingPeriodStart": row["bill_billing_period_start_date"],
        "BillingPeriodEnd": row["bill_billing_period_end_date"],
        "ChargePeriodStart": row["line_item_usage_start_date"],
        "ChargePeriodEnd": row["line_item_usage_end_date"],
        "ChargeCategory": CATEGORIES.get(kind, "Purchase"),
        "ChargeDescription": row["line_item_line_item_description"],
        "ConsumedQuantity": row["line_item_usage_amount"],
        "ConsumedUnit": row["pricing_unit"],
        "RegionId": row["product_region_code"],
        "ResourceId": row["line_item_resource_id"],
        "ServiceName": row["line_item_product_code"],
        "SkuId": row["product_sku"],
        "SubAccountId": row["line_item_usage_account_id"],
        "Tags": row["resource_tags"] or [],
    }


def _read_azure(row: Row) -> Row:
    date, start, end = (_parse(row[n]) for n in ("Date", "BillingPeriodStartDate", "BillingPeriodEndDate"))
    cost = float(row["CostInBillingCurrency"])
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": float(row["PayGPrice"] or 0) * float(row["Quantity"] or 0),
        "BillingAccountId": f"/providers/Microsoft.Billing/billingAccounts/{row['BillingAccountId']}",
        "BillingAccountName": row["BillingAccountName"],
        "BillingCurrency": row["BillingCurrencyCode"],
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end + dt.timedelta(days=1),
        "ChargePeriodStart": date,
        "ChargePeriodEnd": date + dt.timedelta(days=1),
        "ChargeCategory": row["ChargeType"] if row["ChargeType"] in ("Usage", "Purchase") else "Adjustment",
        "ChargeDescription": row["ProductName"],
        "ConsumedQuantity": float(row["Quantity"] or 0),
        "ConsumedUnit": row["UnitOfMeasure"],
        "RegionId": row["ResourceLocation"],
        "ResourceId": row["ResourceId"],
        "ServiceName": row["MeterCategory"],
        "SkuId": row["MeterId"],
        "SubAccountId": row["SubscriptionId"],
        "Tags": list(json.loads(f"{{{row['Tags']}}}").items()),
    }


def _add_common(charge: Row, provider: str) -> Row:
    common = {
        "ContractedCost": charge["BilledCost"], "ChargeFrequency": "Usage-Based", "InvoiceIssuerName": provider,
        "PricingCategory": "Standard", "PricingQuantity": charge["ConsumedQuantity"],
        "PricingUnit": charge["ConsumedUnit"], "ProviderName": provider, "PublisherName": provider,
        "ServiceCategory": "Other",
    }  # fmt: skip
    return {**charge, **common}


def _parse(date: str) -> dt.datetime:
    return dt.datetime.strptime(date, "%m/%d/%Y")


def _write(value: Any, form: str) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime(form)
    if isinstance(value, list):
        return json.dumps(dict(value)) if value else ""
    return "" if value is None else str(value)
