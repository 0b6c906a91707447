"""AWS billing exports: the legacy Cost and Usage Report and Data Exports' CUR 2.0.

Both land with the column names of CUR 2.0. Cost rules by line item type: AWS's documentation of amortised cost and
the Cloud Intelligence Dashboards' summary view; FOCUS's definition of EffectiveCost. Split cost allocation data
("Understanding split cost allocation data" in AWS's guide to Data Exports) adds rows for the pods and tasks of a node,
which have no cost of their own: the node's row has it.
"""

from collections.abc import Callable

from ingestion.contracts import MONEY_TYPE, Column, ColumnKind, ExportFormat, Note, squeeze_name
from ingestion.expressions.tags import note_unreadable
from ingestion.formats.aws_natives import SPECIALS

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
savings_plan_purchase_term savings_plan_start_time savings_plan_end_time split_line_item_parent_resource_id
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
savings_plan_net_amortized_upfront_commitment_for_billing_period split_line_item_split_cost
split_line_item_unused_cost split_line_item_net_split_cost split_line_item_net_unused_cost
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

#: Other names of a column: what the legacy report calls it.
_ALIASES = {"product_region_code": ("productregion",), "product_product_name": ("productservicename",)}

#: Taxes, fees, credits and discounts may stand for a whole bill: they have no account, service or day of their own.
_NO_USAGE = """line_item_line_item_type not in
    ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation')"""
_IS_SPLIT = """(split_line_item_parent_resource_id is not null
    or coalesce(line_item_operation, '') in ('EKSPod-EC2', 'ECSTask-EC2'))"""
_EMPTY_WHERE = {
    "line_item_product_code": _NO_USAGE,
    "line_item_usage_account_id": _NO_USAGE,
    "line_item_usage_start_date": _NO_USAGE,
    "line_item_unblended_cost": f"line_item_net_unblended_cost is not null or {_IS_SPLIT}",
}


def _column(name: str, kind: ColumnKind) -> Column:
    return Column(
        name,
        kind,
        aliases=_ALIASES.get(name, ()),
        required=name in _REQUIRED,
        empty_where=_EMPTY_WHERE.get(name, ""),
        is_start=kind == "timestamp" and "_start_" in name,
        not_before=name.replace("_end_", "_start_") if kind == "timestamp" and "_end_" in name else "",
    )


_COLUMNS = (
    *(_column(name, "text") for name in _TEXT),
    *(_column(name, "money") for name in _MONEY),
    *(_column(name, "quantity") for name in _QUANTITY),
    *(_column(name, "timestamp") for name in _TIMESTAMP),
    Column("resource_tags", "json"),
    Column("discount", "json"),
    Column("cost_category", "json"),
)


def _multiply(amount: str, share: str) -> str:
    """An amount times a share, rounded once to 12 places: no decimal type holds all digits of the product at once."""
    whole, part = f"cast(trunc({amount}) as decimal(19, 0))", f"cast(({amount}) - trunc({amount}) as decimal(12, 12))"
    return f"(cast({whole} * {share} as {MONEY_TYPE}) + cast({part} * {share} as {MONEY_TYPE}))"


_TYPE = f"case when {_IS_SPLIT} then 'Split' else line_item_line_item_type end"
_CHARGED = "coalesce(line_item_net_unblended_cost, line_item_unblended_cost)"
_HAS_PRICE = "coalesce(pricing_public_on_demand_cost, 0) <> 0"
#: What usage costs at public prices. Where it has none (a marketplace), what it costs before the discounts of a
#: contract, or its part of a reservation; and never less than what was charged.
_PUBLIC = f"""case when {_HAS_PRICE} then pricing_public_on_demand_cost
    when line_item_line_item_type = 'DiscountedUsage' then greatest(
        coalesce(line_item_unblended_cost, 0), coalesce(reservation_effective_cost, reservation_net_effective_cost, 0))
    else coalesce(line_item_unblended_cost, line_item_net_unblended_cost) end"""
_LIST = f"""if(line_item_line_item_type <> 'SavingsPlanCoveredUsage' and {_CHARGED} > 0,
    greatest({_PUBLIC}, {_CHARGED}), {_PUBLIC})"""
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


_NOTES = (
    note_unreadable("resource_tags"),
    note_unreadable("cost_category"),
    Note(
        "no_public_price",
        where=f"""line_item_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
            and not {_HAS_PRICE} and {_CHARGED} > 0 and not {_IS_SPLIT}""",
        sentence="{n} rows of usage have no public price, so that their list cost is what was charged: {values}",
        value="coalesce(product_product_name, line_item_product_code)",
    ),
    Note(
        "split_rows",
        where=_IS_SPLIT,
        sentence="{n} rows split the cost of nodes between pods or tasks: the nodes' rows have the cost, once",
    ),
    Note(
        "split_rows_with_cost",
        where=f"{_IS_SPLIT} and coalesce({_CHARGED}, 0) <> 0",
        sentence="{n} rows of pods or tasks are charged a cost of their own beside their nodes, for example {values}",
        value=_CHARGED,
    ),
)


def _spell_legacy(landed: str) -> str:
    """A landed column as the legacy report calls it: ``lineItem/UnblendedCost``."""
    group = next((g for g in ("line_item", "savings_plan", "split_line_item") if landed.startswith(f"{g}_")), "")
    group = group or landed.partition("_")[0]
    first, *others = group.split("_")
    named = "".join(part.capitalize() for part in landed[len(group) + 1 :].split("_"))
    return f"{first}{''.join(part.capitalize() for part in others)}/{named}"


def _format(name: str, description: str, *signature: str, spell: Callable[[str], str] = str) -> ExportFormat:
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
        specials=SPECIALS,
        identity=("identity_line_item_id", "identity_time_interval"),
        notes=_NOTES,
        spell=spell,
    )


#: CUR 2.0 keeps nested maps; the legacy report has one column per product attribute and per tag.
AWS_CUR2 = _format(
    "aws_cur2",
    "AWS Data Exports, Cost and Usage Report 2.0",
    "line_item_line_item_type",
    "bill_payer_account_id",
    "product",
)
AWS_CUR = _format(
    "aws_cur",
    "AWS Cost and Usage Report (legacy)",
    "line_item_line_item_type",
    "bill_payer_account_id",
    spell=_spell_legacy,
)
