"""AWS billing exports: the legacy Cost and Usage Report and Data Exports' CUR 2.0.

Both land with the column names of CUR 2.0. Cost rules by line item type: AWS's documentation of amortised cost and
the Cloud Intelligence Dashboards' summary view; FOCUS's definition of EffectiveCost.
"""

from collections.abc import Callable

from orchestration.sources.contracts import MONEY_TYPE, Column, ExportFormat, NativeColumn, NativeSchema, squeeze_name
from orchestration.sources.sql import json_object_from_columns, json_object_from_native, quote_literal

_TEXT = """
identity_line_item_id identity_time_interval bill_bill_type bill_billing_entity bill_invoice_id bill_invoicing_entity
bill_payer_account_id bill_payer_account_name line_item_usage_account_id line_item_usage_account_name
line_item_line_item_type line_item_product_code line_item_usage_type line_item_operation line_item_availability_zone
line_item_resource_id line_item_currency_code line_item_line_item_description line_item_legal_entity
line_item_tax_type pricing_currency pricing_term pricing_unit pricing_rate_code pricing_rate_id
pricing_purchase_option pricing_lease_contract_length pricing_offering_class product_product_name
product_product_family product_region_code product_location product_servicecode product_sku product_instance_type
product_instance_family reservation_reservation_a_r_n reservation_subscription_id reservation_start_time
reservation_end_time savings_plan_savings_plan_a_r_n savings_plan_offering_type savings_plan_payment_option
savings_plan_purchase_term savings_plan_start_time savings_plan_end_time
""".split()

_MONEY = """
line_item_unblended_cost line_item_net_unblended_cost pricing_public_on_demand_cost reservation_effective_cost
reservation_unused_amortized_upfront_fee_for_billing_period reservation_unused_recurring_fee
reservation_amortized_upfront_fee_for_billing_period reservation_amortized_upfront_cost_for_usage
reservation_recurring_fee_for_usage savings_plan_savings_plan_effective_cost savings_plan_total_commitment_to_date
savings_plan_used_commitment savings_plan_recurring_commitment_for_billing_period
savings_plan_amortized_upfront_commitment_for_billing_period reservation_net_effective_cost
reservation_net_unused_amortized_upfront_fee_for_billing_period reservation_net_unused_recurring_fee
savings_plan_net_savings_plan_effective_cost savings_plan_net_recurring_commitment_for_billing_period
savings_plan_net_amortized_upfront_commitment_for_billing_period
""".split()

_QUANTITY = """
line_item_usage_amount line_item_unblended_rate pricing_public_on_demand_rate reservation_unused_quantity
reservation_total_reserved_units
""".split()

_TIMESTAMP = """
bill_billing_period_start_date bill_billing_period_end_date line_item_usage_start_date line_item_usage_end_date
""".split()

_REQUIRED = {
    "bill_billing_period_start_date",
    "bill_payer_account_id",
    "line_item_usage_account_id",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_start_date",
    "line_item_currency_code",
    "line_item_unblended_cost",
}

_COLUMNS = (
    *(Column(name, "text", required=name in _REQUIRED) for name in _TEXT),
    *(Column(name, "money", required=name in _REQUIRED) for name in _MONEY),
    *(Column(name, "quantity") for name in _QUANTITY),
    *(Column(name, "timestamp", required=name in _REQUIRED, is_start="_start_" in name) for name in _TIMESTAMP),
    Column("resource_tags", "json"),
    Column("discount", "json"),
    Column("cost_category", "json"),
)


def _multiply(amount: str, share: str) -> str:
    """An amount times a share, rounded once to 12 places: no decimal type holds all digits of the product at once."""
    whole, part = f"cast(trunc({amount}) as decimal(19, 0))", f"cast(({amount}) - trunc({amount}) as decimal(12, 12))"
    return f"(cast({whole} * {share} as {MONEY_TYPE}) + cast({part} * {share} as {MONEY_TYPE}))"


_TYPE = "line_item_line_item_type"
_CHARGED = "coalesce(line_item_net_unblended_cost, line_item_unblended_cost)"
_LIST = "coalesce(pricing_public_on_demand_cost, line_item_unblended_cost)"
_DISCOUNTS = (
    "'EdpDiscount', 'PrivateRateDiscount', 'SppDiscount', 'DistributorDiscount', 'BundledDiscount', 'Discount', "
    "'RiVolumeDiscount'"
)
_PLAN_TOTAL = "coalesce(savings_plan_total_commitment_to_date, 0)"
_PLAN_UNUSED = f"{_PLAN_TOTAL} - coalesce(savings_plan_used_commitment, 0)"
_PLAN_NET = """coalesce(savings_plan_net_amortized_upfront_commitment_for_billing_period, 0)
    + coalesce(savings_plan_net_recurring_commitment_for_billing_period, 0)"""
#: The share of the commitment that went unused, in billionths, so that two engines round it alike.
_PLAN_SHARE = f"cast(cast({_PLAN_UNUSED} as double) / cast({_PLAN_TOTAL} as double) as decimal(18, 9))"

#: The file's own totals. Billed is every row as charged, after negotiated discounts where the file has net columns;
#: the others follow the line item type. Money back for a commitment is as effective as its purchase: not at all.
_MEASURES = {
    "cost": {
        "billed_cost": _CHARGED,
        "effective_cost": f"""case {_TYPE}
            when 'DiscountedUsage' then coalesce(reservation_net_effective_cost, reservation_effective_cost)
            when 'SavingsPlanCoveredUsage' then coalesce(
                savings_plan_net_savings_plan_effective_cost, savings_plan_savings_plan_effective_cost)
            when 'SavingsPlanNegation' then 0
            when 'SavingsPlanUpfrontFee' then 0
            when 'SavingsPlanRecurringFee' then if(
                {_PLAN_TOTAL} <> 0 and coalesce(savings_plan_used_commitment, 0) between 0 and {_PLAN_TOTAL}
                and (savings_plan_net_amortized_upfront_commitment_for_billing_period is not null
                    or savings_plan_net_recurring_commitment_for_billing_period is not null),
                {_multiply(_PLAN_NET, _PLAN_SHARE)}, {_PLAN_UNUSED})
            when 'RIFee' then coalesce(reservation_net_unused_amortized_upfront_fee_for_billing_period,
                    reservation_unused_amortized_upfront_fee_for_billing_period, 0)
                + coalesce(reservation_net_unused_recurring_fee, reservation_unused_recurring_fee, 0)
            when 'Fee' then if(reservation_reservation_a_r_n is null, {_CHARGED}, 0)
            when 'Refund' then if(reservation_reservation_a_r_n is null and savings_plan_savings_plan_a_r_n is null
                and coalesce(line_item_product_code, '') <> 'ComputeSavingsPlans', {_CHARGED}, 0)
            else {_CHARGED} end""",
        "list_cost": f"""case
            when {_TYPE} in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') then {_LIST}
            when {_TYPE} in ('SavingsPlanNegation', {_DISCOUNTS}) then 0
            else {_CHARGED} end""",
        "contracted_cost": f"""case
            when {_TYPE} = 'DiscountedUsage' then {_LIST}
            when {_TYPE} = 'SavingsPlanNegation' then 0
            else {_CHARGED} end""",
    }
}


def _product_attribute(attribute: str) -> Callable[[NativeSchema], str | None]:
    """A product attribute: a column of its own, or an entry of the ``product`` map of CUR 2.0."""

    def read(native: NativeSchema) -> str | None:
        own = native.find(f"product_{attribute}")
        if own is not None:
            return f"cast({own.sql} as varchar)"
        product = native.find("product")
        if product is None:
            return None
        if product.duckdb_type.startswith("MAP"):
            return f"{product.sql}[{quote_literal(attribute)}]"
        return f"json_extract_string(nullif({product.sql}, ''), {quote_literal('$.' + attribute)})"

    return read


def _named_values(column: str, *prefixes: str) -> Callable[[NativeSchema], str | None]:
    """A map column of CUR 2.0, or the many columns of the legacy report that share a prefix, as one JSON object."""

    def read(native: NativeSchema) -> str | None:
        whole = native.find(column)
        if whole is not None:
            return json_object_from_native(whole)
        parts = [c for prefix in sorted({squeeze_name(p) for p in prefixes}) for c in native.starting_with(prefix)]
        return json_object_from_columns([(_strip_prefix(c, prefixes), c.sql) for c in parts]) if parts else None

    return read


def _strip_prefix(column: NativeColumn, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if column.name.lower().startswith(prefix.lower()):
            return column.name[len(prefix) :].lstrip("/_:")
    return column.name


_SPECIALS = {
    **{
        name: _product_attribute(name.removeprefix("product_"))
        for name in (
            "product_product_name",
            "product_product_family",
            "product_region_code",
            "product_location",
            "product_servicecode",
            "product_sku",
            "product_instance_type",
            "product_instance_family",
        )
    },
    "resource_tags": _named_values("resource_tags", "resourceTags/", "resource_tags_"),
    "discount": _named_values("discount", "discount/", "discount_"),
    "cost_category": _named_values("cost_category", "costCategory/", "cost_category_"),
}


def _format(name: str, description: str, *signature: str) -> ExportFormat:
    return ExportFormat(
        name=name,
        provider="aws",
        table=name,
        description=description,
        signature=(frozenset(squeeze_name(s) for s in signature),),
        columns=_COLUMNS,
        period_sql="date_trunc('month', bill_billing_period_start_date)::date",
        currency_column="line_item_currency_code",
        account_column="bill_payer_account_id",
        cost_column="line_item_unblended_cost",
        measures=_MEASURES,
        specials=_SPECIALS,
        identity=("identity_line_item_id", "identity_time_interval"),
    )


#: CUR 2.0 keeps nested maps; the legacy report has one column per product attribute and per tag.
AWS_CUR2 = _format(
    "aws_cur2",
    "AWS Data Exports, Cost and Usage Report 2.0",
    "line_item_line_item_type",
    "bill_payer_account_id",
    "product",
)
AWS_CUR = _format("aws_cur", "AWS Cost and Usage Report (legacy)", "line_item_line_item_type", "bill_payer_account_id")
