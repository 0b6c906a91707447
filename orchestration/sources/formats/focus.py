"""FOCUS files, versions 1.0 to 1.3, of any generator. Columns: the FinOps Open Cost and Usage Specification."""

from orchestration.sources.contracts import Column, ExportFormat
from orchestration.sources.tags import note_unreadable, read_tag_column

_TEXT = """
allocated_method_details allocated_method_id allocated_resource_id allocated_resource_name allocated_tags
availability_zone billing_account_id billing_account_name billing_account_type billing_currency
capacity_reservation_id capacity_reservation_status charge_category charge_class charge_description charge_frequency
commitment_discount_category commitment_discount_id commitment_discount_name commitment_discount_status
commitment_discount_type commitment_discount_unit consumed_unit contract_applied host_provider_name invoice_detail_id
invoice_id invoice_issuer_name pricing_category pricing_currency pricing_unit provider_name publisher_name region_id
region_name resource_id resource_name resource_type service_category service_name service_provider_name
service_subcategory sku_id sku_meter sku_price_id sub_account_id sub_account_name sub_account_type
""".split()
_QUANTITY = """
commitment_discount_quantity consumed_quantity contracted_unit_price list_unit_price pricing_quantity
pricing_currency_contracted_unit_price pricing_currency_effective_cost pricing_currency_list_unit_price
""".split()
_MONEY = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_TIMESTAMP = ("billing_period_start", "billing_period_end", "charge_period_start", "charge_period_end")
_REQUIRED = {
    "billed_cost", "billing_account_id", "billing_currency", "billing_period_start", "charge_category",
    "charge_period_start",
}  # fmt: skip


FOCUS = ExportFormat(
    name="focus",
    provider="focus",
    table="focus",
    description="FOCUS cost and usage",
    signature=(
        frozenset({"billingperiodstart", "chargecategory", "chargeperiodstart", "billedcost"}),
        frozenset({"billingperiodstart", "chargecategory", "chargeperiodstart", "effectivecost"}),
        frozenset({"chargecategory", "chargeperiodstart", "billedcost", "effectivecost"}),
    ),
    columns=(
        *(Column(name, required=name in _REQUIRED) for name in _TEXT),
        *(Column(name, "money", required=name in _REQUIRED) for name in _MONEY),
        *(Column(name, "quantity") for name in _QUANTITY),
        *(
            Column(name, "timestamp", required=name in _REQUIRED, is_start=name.endswith("_start"))
            for name in _TIMESTAMP
        ),
        Column("tags", "json"),
        Column("sku_price_details", "json"),
    ),
    # midnight of the first in a zone east of Greenwich is still the month before in UTC
    period_sql="date_trunc('month', billing_period_start + interval 14 hours)::date",
    currency_column="billing_currency",
    account_column="billing_account_id",
    fits_sql="charge_period_start between billing_period_start - interval 1 day and billing_period_end"
    " and date_diff('day', billing_period_start, billing_period_end) between 27 and 32",
    cost_column="billed_cost",
    measures={"cost": {name: name for name in _MONEY}},
    specials={"tags": read_tag_column("tags"), "sku_price_details": read_tag_column("sku_price_details")},
    notes=(note_unreadable("tags"),),
)
