"""The floor of each input: one bare DuckDB COPY of the file, typed, without any rule of what a line item means.

To the 57 columns of FOCUS 1.2, or of what is FOCUS already to its own columns. Most FOCUS columns are a plain renaming
of a native one; the others are constant or null there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks._exports import to_header
from benchmarks._measuring import Figures, Stopwatch
from benchmarks.ingest.inputs import Input


@dataclass(frozen=True)
class Renaming:
    """FOCUS column -> SQL of the native value, by type."""

    money: Mapping[str, str]
    times: Mapping[str, str]
    text: Mapping[str, str]


AWS = Renaming(
    money={
        "billed_cost": "line_item_unblended_cost",
        "contracted_cost": "line_item_unblended_cost",
        "contracted_unit_price": "line_item_unblended_rate",
        "effective_cost": "savings_plan_savings_plan_effective_cost",
        "list_cost": "pricing_public_on_demand_cost",
        "list_unit_price": "pricing_public_on_demand_rate",
        "consumed_quantity": "line_item_usage_amount",
        "pricing_quantity": "line_item_usage_amount",
        "commitment_discount_quantity": "reservation_total_reserved_units",
    },
    times={
        "billing_period_start": "bill_billing_period_start_date",
        "billing_period_end": "bill_billing_period_end_date",
        "charge_period_start": "line_item_usage_start_date",
        "charge_period_end": "line_item_usage_end_date",
    },
    text={
        "availability_zone": "line_item_availability_zone",
        "billing_account_id": "bill_payer_account_id",
        "billing_account_name": "bill_payer_account_name",
        "billing_currency": "line_item_currency_code",
        "charge_category": "line_item_line_item_type",
        "charge_description": "line_item_line_item_description",
        "charge_frequency": "bill_bill_type",
        "commitment_discount_id": "savings_plan_savings_plan_a_r_n",
        "commitment_discount_type": "savings_plan_offering_type",
        "consumed_unit": "pricing_unit",
        "invoice_id": "bill_invoice_id",
        "invoice_issuer_name": "bill_invoicing_entity",
        "pricing_category": "pricing_term",
        "pricing_currency": "pricing_currency",
        "pricing_unit": "pricing_unit",
        "provider_name": "bill_billing_entity",
        "publisher_name": "line_item_legal_entity",
        "region_id": "product_region_code",
        "region_name": "product_location",
        "resource_id": "line_item_resource_id",
        "resource_type": "product_product_family",
        "service_category": "product_servicecode",
        "sku_id": "product_sku",
        "sku_meter": "line_item_usage_type",
        "sku_price_id": "pricing_rate_code",
        "sub_account_id": "line_item_usage_account_id",
        "sub_account_name": "line_item_usage_account_name",
    },
)
GCP = Renaming(
    money={
        "billed_cost": "cost",
        "contracted_cost": "cost",
        "effective_cost": "cost",
        "list_cost": "cost_at_list",
        "contracted_unit_price": "price.effective_price",
        "list_unit_price": "price.list_price",
        "consumed_quantity": "usage.amount",
        "pricing_quantity": "usage.amount_in_pricing_units",
        "commitment_discount_quantity": "usage.amount",
    },
    times={
        "billing_period_start": "usage_start_time",
        "billing_period_end": "usage_end_time",
        "charge_period_start": "usage_start_time",
        "charge_period_end": "usage_end_time",
    },
    text={
        "availability_zone": "location.zone",
        "billing_account_id": "billing_account_id",
        "billing_account_name": "billing_account_id",
        "billing_currency": "currency",
        "charge_category": "cost_type",
        "charge_description": "sku.description",
        "charge_frequency": "cost_type",
        "commitment_discount_id": "subscription.instance_id",
        "commitment_discount_type": "consumption_model.description",
        "consumed_unit": "usage.unit",
        "invoice_id": "invoice.month",
        "invoice_issuer_name": "seller_name",
        "pricing_category": "consumption_model.id",
        "pricing_currency": "currency",
        "pricing_unit": "usage.pricing_unit",
        "provider_name": "invoice.publisher_type",
        "publisher_name": "invoice.publisher_type",
        "region_id": "location.region",
        "region_name": "location.location",
        "resource_id": "resource.global_name",
        "resource_type": "sku.description",
        "service_category": "service.description",
        "sku_id": "sku.id",
        "sku_meter": "sku.description",
        "sku_price_id": "price.unit",
        "sub_account_id": "project.id",
        "sub_account_name": "project.name",
    },
)
CONSTANT = ("billing_account_type", "sub_account_type")
NULL = (
    "capacity_reservation_id", "capacity_reservation_status", "charge_class", "commitment_discount_category",
    "commitment_discount_name", "commitment_discount_status", "commitment_discount_unit",
    "pricing_currency_contracted_unit_price", "pricing_currency_effective_cost", "pricing_currency_list_unit_price",
    "resource_name", "service_subcategory", "sku_price_details",
)  # fmt: skip


def run_floor(kind: Input, file: Path, folder: Path) -> Figures:
    """One bare COPY of the file."""
    columns = {"legacy_csv": _legacy, "cur2": _cur2, "focus": _focus, "gcp": _gcp}[kind.name]()
    reader = f"read_csv('{file}', all_varchar = true)" if file.suffix == ".csv" else f"read_parquet('{file}')"
    connection = duckdb.connect()
    watch = Stopwatch()
    target = folder / "floor.parquet"
    connection.execute(f"copy (select {', '.join(columns)} from {reader}) to '{target}' (format parquet)")
    return watch.lap()


def _legacy() -> list[str]:
    spelled = Renaming(
        *({focus: f'"{to_header(v)}"' for focus, v in m.items()} for m in (AWS.money, AWS.times, AWS.text))
    )
    return _rename(spelled, '"product/ProductName"', '"resourceTags/user:team"')


def _cur2() -> list[str]:
    return _rename(AWS, "product['product_name']", "to_json(resource_tags)::varchar")


def _gcp() -> list[str]:
    return _rename(GCP, "service.description", "to_json(labels)::varchar")


def _focus() -> list[str]:
    return ["*"]


def _rename(renaming: Renaming, service: str, tags: str) -> list[str]:
    return [
        *(f"try_cast({native} as decimal(38, 12)) as {focus}" for focus, native in renaming.money.items()),
        *(f"try_cast({native} as timestamp) as {focus}" for focus, native in renaming.times.items()),
        *(f"{native} as {focus}" for focus, native in renaming.text.items()),
        *(f"'Account' as {focus}" for focus in CONSTANT),
        *(f"null::varchar as {focus}" for focus in NULL),
        f"{service} as service_name",
        f"{tags} as tags",
    ]
