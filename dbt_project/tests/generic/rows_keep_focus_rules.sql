{#-
    Fails for every period with rows that break FOCUS's allowed values or null rules; its columns count the rows per
    rule. One scan, over the periods that the run changed (all of them when it states nothing of periods).

    `native`: true for what the pipeline maps itself, false for what other generators wrote as FOCUS. Where a cloud
    delivered its actual costs alone, the effective cost of a purchase is what was billed; no other writer has that
    excuse.
-#}
{% test rows_keep_focus_rules(model, native) %}
{%- set priced = "charge_category in ('Usage', 'Purchase') and coalesce(charge_class, '') <> 'Correction'" %}
{%- set values = focus_values() %}
{%- set rules = {} %}
{%- for column in values %}
    {%- do rules.update({
        column ~ '_allowed': column ~ ' not in (' ~ quote_list(allowed_focus_values(values, column)) ~ ')'
    }) %}
{%- endfor %}
{%- do rules.update({
    'purchase_not_usage_based': "charge_category = 'Purchase' and charge_frequency = 'Usage-Based'",
    'pricing_category_filled': "pricing_category is null and " ~ priced,
    'billing_currency_is_code': "billing_currency <> upper(billing_currency) or length(billing_currency) <> 3",
    'billing_account_typed': "billing_account_type is null",
    'billing_period_ends_later': "billing_period_end <= billing_period_start",
    'commitment_category_filled':
        "(commitment_discount_id is null) <> (commitment_discount_category is null)",
    'commitment_type_filled': "(commitment_discount_id is null) <> (commitment_discount_type is null)",
    'commitment_status_filled':
        "(commitment_discount_status is not null) <> (commitment_discount_id is not null and charge_category = 'Usage')",
    'commitment_quantity_filled':
        "(commitment_discount_quantity is null and commitment_discount_id is not null and " ~ priced ~ ")
        or (commitment_discount_quantity is not null
            and (commitment_discount_id is null or charge_category not in ('Usage', 'Purchase')))",
    'commitment_unit_filled': "(commitment_discount_quantity is null) <> (commitment_discount_unit is null)",
    'commitment_purchase_not_effective':
        "charge_category = 'Purchase' and commitment_discount_id is not null and effective_cost <> 0"
        ~ (" and billed_cost <> effective_cost" if native else ""),
    'unused_not_billed': "commitment_discount_status = 'Unused' and billed_cost <> 0",
    'consumed_quantity_filled':
        "(consumed_quantity is null and charge_category = 'Usage' and coalesce(charge_class, '') <> 'Correction'
            and coalesce(commitment_discount_status, '') <> 'Unused')
        or (consumed_quantity is not null
            and (charge_category <> 'Usage' or commitment_discount_status = 'Unused'))",
    'consumed_unit_filled': "(consumed_quantity is null) <> (consumed_unit is null)",
    'tax_without_price':
        "charge_category = 'Tax' and (list_unit_price is not null or contracted_unit_price is not null
            or pricing_quantity is not null or pricing_category is not null or sku_id is not null
            or sku_price_id is not null)",
    'pricing_unit_filled': "(pricing_quantity is null) <> (pricing_unit is null)",
    'region_named': "(region_id is null) <> (region_name is null)",
    'resource_typed': "(resource_id is null) <> (resource_type is null)",
    'resource_name_of_resource': "resource_name is not null and resource_id is null",
    'sub_account_named': "(sub_account_id is null) <> (sub_account_name is null)",
    'sub_account_typed': "(sub_account_id is null) <> (sub_account_type is null)",
    'unit_prices_not_negative': "list_unit_price < 0 or contracted_unit_price < 0",
}) %}
with judged as (
    select
        source_name,
        billing_period
        {%- for name, breach in rules.items() %},
        sum(case when {{ breach }} then 1 else 0 end) as {{ name }}
        {%- endfor %}
    from {{ model }}
    where
        {{ tested_periods_filter() }}
        and source_name {{ 'not ' if native }}in (
            select snapshots.source_name from {{ source('raw', 'current_snapshots') }} as snapshots
            where snapshots.table_name = 'focus'
        )
    group by source_name, billing_period
)

select *
from judged
where {{ rules.keys() | join(' + ') }} > 0
{% endtest %}
