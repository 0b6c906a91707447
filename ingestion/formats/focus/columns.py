"""The columns of FOCUS's Cost and Usage dataset, with every name that a version or a provider gave them.

Names are compared without blanks, underscores and case, so display names (`Billing Account ID`) and snake_case are
the same column and need no alias.

Source: FOCUS_Spec, specification/columns: 1.0 to 1.4, and 0.5 and 1.0-preview for ChargeType, ChargeSubcategory,
AmortizedCost, Provider, Publisher, InvoiceIssuer, Region, UsageQuantity and UsageUnit, which Oracle's reports still
have; `x_` columns: AWS Data Exports (x_Operation, x_ServiceCode, x_UsageType) and Microsoft Cost Management
(x_InvoiceId, x_InvoiceSectionName, x_ResourceGroupName, x_SkuDetails, x_SkuMeterCategory, x_SkuMeterName,
x_SkuMeterSubcategory).
"""

from ingestion.contracts import Column, ColumnKind

_TEXT = """
allocated_method_details allocated_method_id allocated_resource_id allocated_resource_name allocated_tags
availability_zone billing_account_id billing_account_name billing_account_type billing_currency
capacity_reservation_id capacity_reservation_status charge_category charge_class charge_description charge_frequency
charge_subcategory commitment_discount_category commitment_discount_id commitment_discount_name
commitment_discount_status commitment_discount_type commitment_discount_unit commitment_program_eligibility_details
consumed_unit contract_applied host_provider_name invoice_detail_id invoice_id invoice_issuer_name pricing_category
pricing_currency pricing_unit provider_name publisher_name region_id region_name resource_id resource_name
resource_type service_category service_name service_provider_name service_subcategory sku_id sku_meter sku_price_id
sub_account_id sub_account_name sub_account_type x_invoice_section x_operation x_resource_group x_service_code
x_sku_details x_sku_meter_category x_sku_meter_subcategory x_usage_type
""".split()
_MONEY = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_QUANTITY = """
commitment_discount_quantity consumed_quantity contracted_unit_price list_unit_price pricing_quantity
pricing_currency_contracted_unit_price pricing_currency_effective_cost pricing_currency_list_unit_price
""".split()
_TIMESTAMP = ("billing_period_start", "billing_period_end", "charge_period_start", "charge_period_end")
_JSON = ("tags", "sku_price_details")

_REQUIRED = {
    "billed_cost",
    "billing_account_id",
    "billing_currency",
    "billing_period_start",
    "charge_category",
    "charge_period_start",
}
#: A tax or a fee of a whole month has no charge period of its own; its billing period is used then.
_EMPTY_WHERE = {"charge_period_start": "billing_period_start is not null"}

ALIASES = {
    "charge_category": ("chargetype",),
    "consumed_quantity": ("usagequantity",),
    "consumed_unit": ("usageunit",),
    "effective_cost": ("amortizedcost",),
    "host_provider_name": ("hostprovider",),
    "invoice_id": ("xinvoiceid",),
    "invoice_issuer_name": ("invoiceissuer",),
    "provider_name": ("provider",),
    "publisher_name": ("publisher",),
    "region_id": ("region",),
    "service_provider_name": ("serviceprovider",),
    "sku_meter": ("xskumetername",),
    "x_invoice_section": ("xinvoicesectionname",),
    "x_resource_group": ("xresourcegroupname",),
}


def name_column(landed: str) -> str:
    """A landed column as FOCUS writes it."""
    own, _, rest = landed.partition("_")
    if own == "x":
        return "x_" + name_column(rest)
    return "".join(part.capitalize() for part in landed.split("_"))


def _declare(names: tuple[str, ...] | list[str], kind: ColumnKind) -> tuple[Column, ...]:
    return tuple(
        Column(
            name,
            kind,
            ALIASES.get(name, ()),
            required=name in _REQUIRED,
            empty_where=_EMPTY_WHERE.get(name, ""),
            is_start=kind == "timestamp" and name.endswith("_start"),
            all_or_none=name == "effective_cost",
            not_before=name.replace("_end", "_start") if kind == "timestamp" and name.endswith("_end") else "",
        )
        for name in names
    )


COLUMNS = (
    *_declare(_TEXT, "text"),
    *_declare(_MONEY, "money"),
    *_declare(_QUANTITY, "quantity"),
    *_declare(_TIMESTAMP, "timestamp"),
    *_declare(_JSON, "json"),
)
