{#-
    FOCUS rows of an AWS Cost and Usage Report, legacy or 2.0 (both land with the same columns).

    One native row is one FOCUS row, but for: a commitment's recurring fee, which also carries what of the commitment
    went unused (a second row, Usage/Unused); and SavingsPlanNegation, which only cancels the on-demand price of covered
    usage and is dropped. Where the two do not cancel to the last decimal, the rest is one Adjustment row for the
    account and plan, so that billed cost always sums to the unblended cost of the file.
-#}
{% macro aws_line_items(relation) -%}
with native as (
    select
        *,
        'charge' as part
    from {{ relation }}
    where line_item_line_item_type is null or line_item_line_item_type <> 'SavingsPlanNegation'
    union all
    select
        *,
        'unused' as part
    from {{ relation }}
    where
        (
            line_item_line_item_type = 'RIFee'
            and coalesce(reservation_unused_amortized_upfront_fee_for_billing_period, 0)
            + coalesce(reservation_unused_recurring_fee, 0) <> 0
        )
        or (
            line_item_line_item_type = 'SavingsPlanRecurringFee'
            and coalesce(savings_plan_total_commitment_to_date, 0) - coalesce(savings_plan_used_commitment, 0) <> 0
        )
),

services as (
    select
        native_value,
        service_name,
        service_category,
        service_subcategory
    from {{ ref('service_categories') }}
    where provider = 'AWS' and native_field = 'product_code'
),

typed as (
    select
        native.*,
        coalesce(line_item_unblended_cost, 0) as unblended_cost,
        coalesce(pricing_public_on_demand_cost, line_item_unblended_cost, 0) as public_cost,
        coalesce(line_item_line_item_type, '') as line_item_type,
        case
            when part = 'unused' then 'Usage'
            when line_item_line_item_type in (
                'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'BundledDiscount', 'EdpDiscount',
                'PrivateRateDiscount', 'SppDiscount', 'DistributorDiscount', 'Discount', 'FlatRateSubscription'
            ) then 'Usage'
            when line_item_line_item_type in (
                'RIFee', 'Fee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'RiVolumeDiscount'
            ) then 'Purchase'
            when line_item_line_item_type = 'Tax' then 'Tax'
            when line_item_line_item_type = 'Credit' then 'Credit'
            else 'Adjustment'
        end as charge_category,
        case
            when line_item_line_item_type in ('DiscountedUsage', 'RIFee')
                then coalesce(reservation_reservation_a_r_n, reservation_subscription_id)
            when line_item_line_item_type = 'Fee' then reservation_reservation_a_r_n
            when line_item_line_item_type in (
                'SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee'
            ) then savings_plan_savings_plan_a_r_n
        end as commitment_discount_id,
        coalesce(
            product_region_code,
            case
                when line_item_availability_zone like '%-%-%'
                    then substring(line_item_availability_zone, 1, length(line_item_availability_zone) - 1)
            end
        ) as region_id
    from native
),

charges as (
    select
        typed.source_name,
        typed.billing_period,
        typed.dataset,
        typed.delivery_id,
        typed.source_file,
        typed.line_item_availability_zone as availability_zone,
        case when typed.part = 'charge' and typed.line_item_type <> 'SavingsPlanCoveredUsage' then typed.unblended_cost else 0 end
            as billed_cost,
        coalesce(typed.bill_payer_account_id, typed.line_item_usage_account_id) as billing_account_id,
        typed.bill_payer_account_name as billing_account_name,
        'Billing Account' as billing_account_type,
        typed.line_item_currency_code as billing_currency,
        {{ month_start('typed.billing_period') }} as billing_period_start,
        {{ month_end('typed.billing_period') }} as billing_period_end,
        typed.charge_category,
        case when typed.line_item_type = 'Refund' then 'Correction' end as charge_class,
        typed.line_item_line_item_description as charge_description,
        case
            when typed.part = 'unused' then 'Usage-Based'
            when typed.line_item_type in ('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription', 'Tax') then 'Recurring'
            when typed.charge_category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        coalesce(typed.line_item_usage_start_date, {{ month_start('typed.billing_period') }}) as charge_period_start,
        coalesce(typed.line_item_usage_end_date, {{ month_end('typed.billing_period') }}) as charge_period_end,
        case
            when typed.commitment_discount_id is null then null
            when typed.line_item_type like 'SavingsPlan%' then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        typed.commitment_discount_id,
        case
            when typed.commitment_discount_id is null then null
            when typed.part = 'unused' and typed.line_item_type = 'RIFee' then typed.reservation_unused_quantity
            when typed.part = 'unused' then typed.savings_plan_total_commitment_to_date - typed.savings_plan_used_commitment
            when typed.line_item_type = 'SavingsPlanCoveredUsage' then typed.savings_plan_savings_plan_effective_cost
            when typed.line_item_type = 'SavingsPlanRecurringFee' then typed.savings_plan_total_commitment_to_date
            else typed.line_item_usage_amount
        end as commitment_discount_quantity,
        case
            when typed.commitment_discount_id is null or typed.charge_category <> 'Usage' then null
            when typed.part = 'unused' then 'Unused'
            else 'Used'
        end as commitment_discount_status,
        case
            when typed.commitment_discount_id is null then null
            when typed.line_item_type like 'SavingsPlan%' then 'Savings Plan'
            else 'Reserved'
        end as commitment_discount_type,
        case
            when typed.commitment_discount_id is null then null
            when typed.line_item_type like 'SavingsPlan%' then typed.line_item_currency_code
            else typed.pricing_unit
        end as commitment_discount_unit,
        case when typed.charge_category = 'Usage' and typed.part = 'charge' then typed.line_item_usage_amount end as consumed_quantity,
        case
            when typed.charge_category = 'Usage' and typed.part = 'charge' and typed.line_item_usage_amount is not null
                then coalesce(typed.pricing_unit, 'Count')
        end as consumed_unit,
        case
            when typed.part = 'unused' then 0
            when typed.line_item_type = 'DiscountedUsage' then typed.public_cost
            else typed.unblended_cost
        end as contracted_cost,
        case when typed.part = 'charge' and typed.charge_category = 'Usage' then typed.line_item_unblended_rate end as contracted_unit_price,
        case
            when typed.part = 'unused' and typed.line_item_type = 'RIFee'
                then coalesce(typed.reservation_unused_amortized_upfront_fee_for_billing_period, 0)
                    + coalesce(typed.reservation_unused_recurring_fee, 0)
            when typed.part = 'unused'
                then coalesce(typed.savings_plan_total_commitment_to_date, 0) - coalesce(typed.savings_plan_used_commitment, 0)
            when typed.line_item_type = 'DiscountedUsage' then coalesce(typed.reservation_effective_cost, 0)
            when typed.line_item_type = 'SavingsPlanCoveredUsage'
                then coalesce(typed.savings_plan_savings_plan_effective_cost, 0)
            when typed.line_item_type in ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee') then 0
            when typed.line_item_type = 'Fee' and typed.reservation_reservation_a_r_n is not null then 0
            else typed.unblended_cost
        end as effective_cost,
        typed.bill_invoice_id as invoice_id,
        coalesce(typed.bill_invoicing_entity, typed.line_item_legal_entity, 'Amazon Web Services, Inc.') as invoice_issuer_name,
        case
            when typed.part = 'unused' then 0
            when typed.line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') then typed.public_cost
            else typed.unblended_cost
        end as list_cost,
        case when typed.part = 'charge' and typed.charge_category = 'Usage' then typed.pricing_public_on_demand_rate end as list_unit_price,
        case
            when typed.part = 'unused' or typed.line_item_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage') then 'Committed'
            when typed.line_item_type = 'Usage' and typed.line_item_usage_type like '%Spot%' then 'Dynamic'
            when typed.charge_category in ('Usage', 'Purchase') then 'Standard'
        end as pricing_category,
        coalesce(typed.pricing_currency, typed.line_item_currency_code) as pricing_currency,
        case
            when typed.part = 'charge' and typed.charge_category in ('Usage', 'Purchase') then typed.line_item_usage_amount
        end as pricing_quantity,
        case
            when
                typed.part = 'charge'
                and typed.charge_category in ('Usage', 'Purchase')
                and typed.line_item_usage_amount is not null
                then coalesce(typed.pricing_unit, 'Count')
        end as pricing_unit,
        coalesce(typed.line_item_legal_entity, 'Amazon Web Services, Inc.') as publisher_name,
        typed.region_id,
        case when typed.region_id is not null then coalesce(typed.product_location, typed.region_id) end as region_name,
        typed.line_item_resource_id as resource_id,
        case
            when typed.line_item_resource_id is not null
                then coalesce(typed.product_product_family, typed.product_servicecode, typed.line_item_product_code, 'Other')
        end as resource_type,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_name, typed.product_product_name, typed.line_item_product_code, 'Other') as service_name,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        case when typed.charge_category <> 'Tax' then typed.product_sku end as sku_id,
        case when typed.charge_category <> 'Tax' and typed.product_sku is not null then typed.line_item_usage_type end as sku_meter,
        case when typed.charge_category <> 'Tax' then coalesce(typed.pricing_rate_code, typed.pricing_rate_id, typed.product_sku) end
            as sku_price_id,
        typed.line_item_usage_account_id as sub_account_id,
        coalesce(typed.line_item_usage_account_name, typed.line_item_usage_account_id) as sub_account_name,
        case when typed.line_item_usage_account_id is not null then 'Account' end as sub_account_type,
        typed.resource_tags as tags,
        typed.identity_line_item_id as x_line_item_id,
        typed.line_item_usage_type as x_usage_type,
        {{ tag_columns(['typed.resource_tags']) }},
        'AWS' as provider_name,
        'AWS' as service_provider_name,
        'AWS' as host_provider_name
    from typed
    left join services on lower(typed.line_item_product_code) = services.native_value
),

negations as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        line_item_usage_account_id as sub_account_id,
        savings_plan_savings_plan_a_r_n as commitment_discount_id,
        line_item_currency_code as billing_currency,
        max(source_file) as source_file,
        max(coalesce(bill_payer_account_id, line_item_usage_account_id)) as billing_account_id,
        max(bill_payer_account_name) as billing_account_name,
        max(coalesce(line_item_usage_account_name, line_item_usage_account_id)) as sub_account_name,
        max(bill_invoice_id) as invoice_id,
        max(coalesce(bill_invoicing_entity, line_item_legal_entity, 'Amazon Web Services, Inc.')) as invoice_issuer_name,
        cast(sum(line_item_unblended_cost) as {{ money_type() }}) as residual_cost
    from {{ relation }}
    where line_item_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
    group by 1, 2, 3, 4, 5, 6, 7
),

residuals as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        source_file,
        billing_account_id,
        billing_account_name,
        'Billing Account' as billing_account_type,
        billing_currency,
        {{ month_start('billing_period') }} as billing_period_start,
        {{ month_end('billing_period') }} as billing_period_end,
        'Adjustment' as charge_category,
        'Savings plan covered usage not fully cancelled by its negation' as charge_description,
        'One-Time' as charge_frequency,
        {{ month_start('billing_period') }} as charge_period_start,
        {{ month_end('billing_period') }} as charge_period_end,
        case when commitment_discount_id is not null then 'Spend' end as commitment_discount_category,
        commitment_discount_id,
        case when commitment_discount_id is not null then 'Savings Plan' end as commitment_discount_type,
        residual_cost as billed_cost,
        0 as contracted_cost,
        0 as effective_cost,
        0 as list_cost,
        invoice_id,
        invoice_issuer_name,
        billing_currency as pricing_currency,
        'Amazon Web Services, Inc.' as publisher_name,
        'Compute' as service_category,
        'Savings Plans for AWS Compute usage' as service_name,
        'Other (Compute)' as service_subcategory,
        sub_account_id,
        sub_account_name,
        case when sub_account_id is not null then 'Account' end as sub_account_type,
        'SavingsPlanNegation' as x_usage_type,
        'AWS' as provider_name,
        'AWS' as service_provider_name,
        'AWS' as host_provider_name
    from negations
    where residual_cost <> 0
)

{{ select_focus_columns('charges', absent=[
    'capacity_reservation_id', 'capacity_reservation_status', 'commitment_discount_name', 'resource_name',
    'pricing_currency_contracted_unit_price', 'pricing_currency_effective_cost', 'pricing_currency_list_unit_price',
    'sku_price_details'
]) }}
union all
{{ select_focus_columns('residuals', present=[
    'source_name', 'billing_period', 'dataset', 'delivery_id', 'source_file', 'billed_cost', 'billing_account_id',
    'billing_account_name', 'billing_account_type', 'billing_currency', 'billing_period_start', 'billing_period_end',
    'charge_category', 'charge_description', 'charge_frequency', 'charge_period_start', 'charge_period_end',
    'commitment_discount_category', 'commitment_discount_id', 'commitment_discount_type', 'contracted_cost',
    'effective_cost', 'list_cost', 'invoice_id', 'invoice_issuer_name', 'pricing_currency', 'publisher_name',
    'service_category', 'service_name', 'service_subcategory', 'sub_account_id', 'sub_account_name',
    'sub_account_type', 'x_usage_type', 'provider_name', 'service_provider_name', 'host_provider_name'
]) }}
{%- endmacro %}
