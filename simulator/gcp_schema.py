"""The detailed BigQuery billing export as Parquet: the nested fields and their types."""

import pyarrow as pa

TEXT, NUMBER, NUMERIC = pa.string(), pa.float64(), pa.decimal128(38, 9)
TIME = pa.timestamp("us", tz="UTC")


def _texts(*names: str) -> list[pa.Field]:
    return [pa.field(name, TEXT) for name in names]


LABELS = pa.list_(pa.struct(_texts("key", "value")))
SERVICE = pa.struct(_texts("id", "description"))
TAGS = pa.list_(pa.struct([*_texts("key", "value"), pa.field("inherited", pa.bool_()), pa.field("namespace", TEXT)]))
PROJECT = pa.struct(
    [
        *_texts("id", "number", "name"),
        pa.field("labels", LABELS),
        pa.field("ancestry_numbers", TEXT),
        pa.field("ancestors", pa.list_(pa.struct(_texts("resource_name", "display_name")))),
    ]
)
LOCATION = pa.struct(_texts("location", "country", "region", "zone"))
RESOURCE = pa.struct(_texts("name", "global_name"))
PRICE = pa.struct(
    [
        pa.field("effective_price", NUMERIC),
        pa.field("tier_start_amount", NUMERIC),
        pa.field("unit", TEXT),
        pa.field("pricing_unit_quantity", NUMERIC),
        pa.field("list_price", NUMERIC),
        pa.field("effective_price_default", NUMERIC),
        pa.field("list_price_consumption_model", NUMERIC),
    ]
)
SUBSCRIPTION = pa.struct(_texts("instance_id"))
USAGE = pa.struct(
    [
        pa.field("amount", NUMBER),
        pa.field("unit", TEXT),
        pa.field("amount_in_pricing_units", NUMBER),
        pa.field("pricing_unit", TEXT),
    ]
)
CREDIT = pa.struct([pa.field("name", TEXT), pa.field("amount", NUMBER), *_texts("full_name", "id", "type")])
ADJUSTMENT = pa.struct(_texts("id", "description", "mode", "type"))

SCHEMA = pa.schema(
    [
        ("billing_account_id", TEXT),
        ("service", SERVICE),
        ("sku", SERVICE),
        ("usage_start_time", TIME),
        ("usage_end_time", TIME),
        ("project", PROJECT),
        ("labels", LABELS),
        ("system_labels", LABELS),
        ("tags", TAGS),
        ("location", LOCATION),
        ("resource", RESOURCE),
        ("price", PRICE),
        ("subscription", SUBSCRIPTION),
        ("consumption_model", SERVICE),
        ("transaction_type", TEXT),
        ("seller_name", TEXT),
        ("export_time", TIME),
        ("cost", NUMBER),
        ("currency", TEXT),
        ("currency_conversion_rate", NUMBER),
        ("usage", USAGE),
        ("credits", pa.list_(CREDIT)),
        ("invoice", pa.struct(_texts("month", "publisher_type"))),
        ("cost_type", TEXT),
        ("adjustment_info", ADJUSTMENT),
        ("cost_at_list", NUMBER),
        ("cost_at_effective_price_default", NUMBER),
        ("cost_at_list_consumption_model", NUMBER),
    ]
)
