"""Azure Cost Management exports of cost details: actual and amortised; EA, MCA and pay-as-you-go spellings.

The *actual* export states what is billed, the *amortised* one what it effectively cost; each states one measure.
Column spellings: Microsoft's FinOps toolkit schemas and the cost details dictionary.
"""

from orchestration.sources.contracts import Column, ExportFormat, NativeSchema
from orchestration.sources.sql import json_object_from_native, valid_json

_TEXT = """
billing_account_id billing_account_name billing_profile_id billing_profile_name charge_type consumed_service
cost_center frequency invoice_id invoice_section_id meter_id meter_category meter_sub_category meter_name
meter_region offer_id part_number pricing_model pricing_currency product_id product_order_id product_order_name
plan_name publisher_name publisher_type reservation_id reservation_name benefit_id benefit_name resource_location
resource_name resource_type service_family service_name service_info2 subscription_name account_name
availability_zone term is_azure_credit_eligible cost_allocation_rule_name additional_info
""".split()

_COLUMNS = (
    *(Column(name) for name in _TEXT),
    Column("service_info1", aliases=("serviceinfo",)),
    Column("billing_currency", aliases=("billingcurrencycode", "currency")),
    Column("invoice_section_name", aliases=("invoicesection", "departmentname")),
    Column("product_name", aliases=("product",)),
    Column("resource_group", aliases=("resourcegroupname",)),
    Column("resource_id", aliases=("instanceid", "instancename")),
    Column("subscription_id", aliases=("subscriptionguid",), required=True),
    Column("unit_of_measure", aliases=("unit",)),
    Column("cost", "money", aliases=("costinbillingcurrency", "pretaxcost"), required=True),
    Column("payg_cost_in_billing_currency", "money"),
    Column("quantity", "quantity", aliases=("usagequantity", "consumedquantity")),
    Column("effective_price", "quantity", aliases=("resourcerate", "rate")),
    Column("unit_price", "quantity"),
    Column("payg_price", "quantity"),
    Column("exchange_rate_pricing_to_billing", "quantity", aliases=("exchangerate",)),
    Column("date", "date", aliases=("usagedatetime", "usagedate"), required=True, is_start=True),
    Column("billing_period_start_date", "date", is_start=True),
    Column("billing_period_end_date", "date"),
    Column("tags", "json"),
)


def _read_tags(native: NativeSchema) -> str | None:
    """Tags as a JSON object: EA exports write the members without the braces around them."""
    tags = native.find("tags")
    if tags is None:
        return None
    if tags.duckdb_type != "VARCHAR":
        return json_object_from_native(tags)
    wrapped = f"if(starts_with(trim({tags.sql}), '{{'), trim({tags.sql}), '{{' || {tags.sql} || '}}')"
    return f"if(trim(coalesce({tags.sql}, '')) = '', null, {valid_json(wrapped)})"


AZURE_COST_DETAILS = ExportFormat(
    name="azure_cost_details",
    provider="azure",
    table="azure_cost_details",
    description="Azure cost details (actual or amortised cost)",
    signature=tuple(
        frozenset({account, cost, "metercategory"})
        for account in ("subscriptionid", "subscriptionguid")
        for cost in ("costinbillingcurrency", "pretaxcost", "cost", "date", "usagedatetime")
    ),
    columns=_COLUMNS,
    period_sql="date_trunc('month', coalesce(billing_period_start_date, date))::date",
    currency_column="billing_currency",
    account_column="coalesce(billing_account_id, subscription_id)",
    fits_sql="date between billing_period_start_date and billing_period_end_date"
    " and date_diff('day', billing_period_start_date, billing_period_end_date) between 26 and 32",
    cost_column="cost",
    measures={"actual": {"billed_cost": "cost"}, "amortised": {"effective_cost": "cost"}},
    specials={"tags": _read_tags},
)
