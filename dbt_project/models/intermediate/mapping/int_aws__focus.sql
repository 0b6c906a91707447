-- FOCUS rows of an AWS Cost and Usage Report, legacy or 2.0 (both land with the same columns).
--
-- One native row is one FOCUS row, but for: a commitment's recurring fee, which also carries what of the commitment
-- went unused (a second row, Usage/Unused); and SavingsPlanNegation, which only cancels the on-demand price of covered
-- usage and is dropped. Where the two do not cancel to the last decimal, the rest is one Adjustment row for the
-- account and plan, so that billed cost always sums to the cost of the file.
--
-- The rows that split cost allocation data adds for the pods and tasks of a node (`Split`) cost what they are charged,
-- which is nothing: what else they say of cost is their share of the node's row (`int_aws__splits`).
--
-- Where AWS gives a net column (accounts with an enterprise or private agreement), that is what is charged.
with native as (
    select
        *,
        {{ aws_line_item_type() }} as line_item_type,
        'charge' as part
    from {{ ref('int_aws__unioned') }}
    where line_item_line_item_type is null or line_item_line_item_type <> 'SavingsPlanNegation'
    union all
    select
        *,
        line_item_line_item_type as line_item_type,
        'unused' as part
    from {{ ref('int_aws__unioned') }}
    where
        (line_item_line_item_type = 'RIFee' and {{ aws_unused_reservation() }} <> 0)
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

regions as (
    select
        native_value,
        region_id,
        region_name
    from {{ ref('regions') }}
    where provider = 'AWS'
),

units as (
    select
        native_unit,
        consumed_unit,
        pricing_unit
    from {{ ref('pricing_units') }}
    where provider = 'AWS'
),

typed as (
    select
        *,
        coalesce(line_item_net_unblended_cost, line_item_unblended_cost, 0) as charged_cost,
        {{ aws_public_cost() }} as public_cost,
        bill_billing_entity = 'AWS Marketplace' as is_marketplace,
        line_item_type in (
            'EdpDiscount', 'PrivateRateDiscount', 'SppDiscount', 'DistributorDiscount', 'BundledDiscount', 'Discount',
            'RiVolumeDiscount'
        ) as is_discount,
        -- money back for a commitment that was paid in advance: its purchase had no effective cost either
        line_item_type = 'Refund'
        and (
            reservation_arn is not null
            or savings_plan_arn is not null
            or line_item_product_code = 'ComputeSavingsPlans'
        ) as is_commitment_refund,
        case
            when line_item_type in ('DiscountedUsage', 'RIFee')
                then coalesce(
                    reservation_arn,
                    reservation_subscription_id,
                    line_item_usage_account_id || '/reserved-instances'
                )
            when line_item_type = 'Fee' then reservation_arn
            when line_item_type in (
                'SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee'
            ) then savings_plan_arn
            when line_item_type = 'Refund'
                then coalesce(reservation_arn, savings_plan_arn)
        end as commitment_discount_id,
        -- a local or wavelength zone belongs to the region that its name begins with
        case
            when product_region_code like '%-%-%-%'
                then coalesce({{ leading_region('product_region_code') }}, product_region_code)
            when product_region_code not in ('', 'global', 'Any') then product_region_code
            when line_item_availability_zone like '%-%-%' then {{ leading_region('line_item_availability_zone') }}
        end as region_code,
        -- other names of a region, where no column has its code; a place of CloudFront's is none
        case
            when product_region_code in ('global', 'Any') then null
            when product_location like '%(%)' then lower(replace(product_location, ' ', ''))
            when coalesce(line_item_product_code, '') <> 'AmazonCloudFront'
                then lower(split_part(line_item_usage_type, '-', 1))
        end as region_alias,
        {{ parsed_tags(['resource_tags', 'cost_category'], aws_tag_kinds()) }}
    from native
),

categorised as (
    select
        *,
        case
            when part = 'unused' then 'Usage'
            when line_item_type in (
                'Usage', 'Split', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'BundledDiscount', 'EdpDiscount',
                'PrivateRateDiscount', 'SppDiscount', 'DistributorDiscount', 'Discount', 'FlatRateSubscription'
            ) then 'Usage'
            when
                line_item_type in (
                    'RIFee', 'Fee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'RiVolumeDiscount'
                )
                or is_commitment_refund
                then 'Purchase'
            when line_item_type = 'Tax' then 'Tax'
            when line_item_type = 'Credit' then 'Credit'
            else 'Adjustment'
        end as charge_category,
        case
            when commitment_discount_id is null then null
            when
                line_item_type like 'SavingsPlan%'
                or (line_item_type = 'Refund' and reservation_arn is null)
                then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        case
            when commitment_discount_id is not null
                then coalesce(
                    {{ timestamp_from_iso('savings_plan_start_time') }},
                    {{ timestamp_from_iso('reservation_start_time') }}
                )
        end as x_commitment_start_at,
        case
            when commitment_discount_id is not null
                then coalesce(
                    {{ timestamp_from_iso('savings_plan_end_time') }},
                    {{ timestamp_from_iso('reservation_end_time') }}
                )
        end as x_commitment_end_at,
        {{ tag_columns(['resource_tags', 'cost_category'], aws_tag_kinds()) }}
    from typed
),

charges as (
    select
        categorised.source_name,
        categorised.billing_period,
        categorised.dataset,
        categorised.delivery_id,
        categorised.source_file,
        categorised.line_item_availability_zone as availability_zone,
        case
            when categorised.part = 'charge' and categorised.line_item_type <> 'SavingsPlanCoveredUsage'
                then categorised.charged_cost
            else 0
        end as billed_cost,
        coalesce(categorised.bill_payer_account_id, categorised.line_item_usage_account_id) as billing_account_id,
        categorised.bill_payer_account_name as billing_account_name,
        'Billing Account' as billing_account_type,
        categorised.billing_currency,
        {{ month_start('categorised.billing_period') }} as billing_period_start,
        {{ month_end('categorised.billing_period') }} as billing_period_end,
        categorised.charge_category,
        case when categorised.line_item_type = 'Refund' then 'Correction' end as charge_class,
        categorised.line_item_description as charge_description,
        case
            when categorised.part = 'unused' then 'Usage-Based'
            when categorised.line_item_type in ('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription', 'Tax')
                then 'Recurring'
            when categorised.charge_category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        coalesce(categorised.line_item_usage_start_date, {{ month_start('categorised.billing_period') }})
            as charge_period_start,
        coalesce(categorised.line_item_usage_end_date, {{ month_end('categorised.billing_period') }})
            as charge_period_end,
        categorised.commitment_discount_category,
        categorised.commitment_discount_id,
        case
            when categorised.commitment_discount_id is null then null
            when categorised.part = 'unused' and categorised.line_item_type = 'RIFee'
                then coalesce(categorised.reservation_unused_quantity, 0)
            when categorised.part = 'unused'
                then
                    coalesce(categorised.savings_plan_total_commitment_to_date, 0)
                    - coalesce(categorised.savings_plan_used_commitment, 0)
            when categorised.line_item_type = 'SavingsPlanCoveredUsage'
                then coalesce(categorised.savings_plan_effective_cost, 0)
            when categorised.line_item_type = 'SavingsPlanRecurringFee'
                then coalesce(categorised.savings_plan_total_commitment_to_date, categorised.charged_cost)
            when categorised.commitment_discount_category = 'Spend' then categorised.charged_cost
            -- the upfront fee buys the hours of the whole term, for each reservation it pays for
            when categorised.line_item_type = 'Fee' and categorised.x_commitment_end_at is not null
                then cast(
                    cast(coalesce(categorised.line_item_usage_amount, 1) as numeric(18, 0))
                    * {{ dbt.datediff('categorised.x_commitment_start_at', 'categorised.x_commitment_end_at', 'hour') }}
                    as {{ money_type() }}
                )
            else coalesce(categorised.line_item_usage_amount, 0)
        end as commitment_discount_quantity,
        case
            when categorised.commitment_discount_id is null or categorised.charge_category <> 'Usage' then null
            when categorised.part = 'unused' then 'Unused'
            else 'Used'
        end as commitment_discount_status,
        case categorised.commitment_discount_category when 'Spend' then 'Savings Plan' when 'Usage' then 'Reserved' end
            as commitment_discount_type,
        case categorised.commitment_discount_category
            when 'Spend' then categorised.billing_currency
            when 'Usage' then coalesce(units.consumed_unit, categorised.pricing_unit, 'Hours')
        end as commitment_discount_unit,
        case
            when categorised.is_discount and categorised.charge_category = 'Usage' then 0
            when categorised.charge_category = 'Usage' and categorised.part = 'charge'
                then coalesce(categorised.line_item_usage_amount, 0)
        end as consumed_quantity,
        case
            when categorised.charge_category = 'Usage' and categorised.part = 'charge'
                then coalesce(units.consumed_unit, categorised.pricing_unit, 'Count')
        end as consumed_unit,
        case
            when categorised.part = 'unused' then 0
            when categorised.line_item_type = 'DiscountedUsage' then categorised.public_cost
            else categorised.charged_cost
        end as contracted_cost,
        case
            when
                categorised.part = 'charge'
                and categorised.charge_category = 'Usage'
                and categorised.line_item_unblended_rate >= 0
                then categorised.line_item_unblended_rate
        end as contracted_unit_price,
        case
            when categorised.part = 'unused' and categorised.line_item_type = 'RIFee'
                then {{ aws_unused_reservation('categorised.') }}
            when categorised.part = 'unused' then {{ aws_unused_plan('categorised.') }}
            when categorised.line_item_type = 'DiscountedUsage'
                then coalesce(categorised.reservation_net_effective_cost, categorised.reservation_effective_cost, 0)
            when categorised.line_item_type = 'SavingsPlanCoveredUsage'
                then coalesce(
                    categorised.savings_plan_net_effective_cost,
                    categorised.savings_plan_effective_cost,
                    0
                )
            when categorised.charge_category = 'Purchase' and categorised.commitment_discount_id is not null then 0
            when
                categorised.line_item_type in ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee')
                or categorised.is_commitment_refund
                then 0
            else categorised.charged_cost
        end as effective_cost,
        categorised.bill_invoice_id as invoice_id,
        coalesce(categorised.bill_invoicing_entity, categorised.line_item_legal_entity, 'Amazon Web Services, Inc.')
            as invoice_issuer_name,
        case
            when categorised.part = 'unused' or categorised.is_discount then 0
            when categorised.line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
                then categorised.public_cost
            else categorised.charged_cost
        end as list_cost,
        case
            when categorised.part <> 'charge' or categorised.charge_category <> 'Usage' or categorised.is_discount
                then null
            when categorised.pricing_public_on_demand_rate > 0 then categorised.pricing_public_on_demand_rate
            when categorised.line_item_type = 'Usage' and categorised.line_item_unblended_rate >= 0
                then categorised.line_item_unblended_rate
        end as list_unit_price,
        case
            when
                categorised.part = 'unused'
                or categorised.line_item_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage')
                then 'Committed'
            when categorised.line_item_type = 'Usage' and categorised.line_item_usage_type like '%Spot%' then 'Dynamic'
            when categorised.charge_category in ('Usage', 'Purchase') then 'Standard'
        end as pricing_category,
        coalesce(categorised.pricing_currency, categorised.billing_currency) as pricing_currency,
        case
            when categorised.part = 'charge' and categorised.charge_category in ('Usage', 'Purchase')
                then categorised.line_item_usage_amount
        end as pricing_quantity,
        case
            when
                categorised.part = 'charge'
                and categorised.charge_category in ('Usage', 'Purchase')
                and categorised.line_item_usage_amount is not null
                then coalesce(units.pricing_unit, categorised.pricing_unit, 'Count')
        end as pricing_unit,
        coalesce(categorised.line_item_legal_entity, 'Amazon Web Services, Inc.') as publisher_name,
        coalesce(categorised.region_code, regions.region_id) as region_id,
        case
            when categorised.region_code is null then regions.region_name
            else coalesce(regions.region_name, categorised.product_location, categorised.region_code)
        end as region_name,
        categorised.line_item_resource_id as resource_id,
        case
            when categorised.line_item_resource_id is not null
                then coalesce(
                    categorised.product_product_family,
                    categorised.product_servicecode,
                    categorised.line_item_product_code,
                    'Other'
                )
        end as resource_type,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_name, categorised.product_product_name, categorised.line_item_product_code, 'Other')
            as service_name,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        case
            when categorised.charge_category <> 'Tax'
                then coalesce(categorised.product_sku, categorised.line_item_product_code)
        end as sku_id,
        case
            when
                categorised.charge_category <> 'Tax'
                and coalesce(categorised.product_sku, categorised.line_item_product_code) is not null
                then categorised.line_item_usage_type
        end as sku_meter,
        case
            when categorised.charge_category <> 'Tax'
                then coalesce(
                    categorised.pricing_rate_code,
                    categorised.pricing_rate_id,
                    categorised.product_sku,
                    categorised.line_item_product_code
                )
        end as sku_price_id,
        categorised.line_item_usage_account_id as sub_account_id,
        coalesce(categorised.line_item_usage_account_name, categorised.line_item_usage_account_id) as sub_account_name,
        case when categorised.line_item_usage_account_id is not null then 'Account' end as sub_account_type,
        categorised.resource_tags as tags,
        categorised.identity_line_item_id as x_line_item_id,
        categorised.line_item_line_item_type as x_line_item_type,
        categorised.line_item_product_code as x_service_code,
        categorised.line_item_usage_type as x_usage_type,
        categorised.line_item_operation as x_operation,
        categorised.product_instance_type as x_instance_type,
        categorised.x_commitment_start_at,
        categorised.x_commitment_end_at,
        case
            when categorised.commitment_discount_id is not null
                then coalesce(categorised.savings_plan_purchase_term, categorised.pricing_lease_contract_length)
        end as x_commitment_term,
        case
            when categorised.commitment_discount_id is not null
                then coalesce(categorised.savings_plan_payment_option, categorised.pricing_purchase_option)
        end as x_commitment_payment_option,
        {%- for dimension in allocation_dimensions() %}
        categorised.x_{{ dimension }},
        {%- endfor %}
        'AWS' as provider_name,
        case
            when categorised.is_marketplace then coalesce(categorised.line_item_legal_entity, 'AWS Marketplace')
            else 'AWS'
        end as service_provider_name,
        'AWS' as host_provider_name
    from categorised
    left join services on lower(categorised.line_item_product_code) = services.native_value
    left join regions on coalesce(categorised.region_code, categorised.region_alias) = regions.native_value
    left join units on lower(categorised.pricing_unit) = units.native_unit
),

negations as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        line_item_usage_account_id as sub_account_id,
        savings_plan_arn as commitment_discount_id,
        billing_currency,
        max(source_file) as source_file,
        max(coalesce(bill_payer_account_id, line_item_usage_account_id)) as billing_account_id,
        max(bill_payer_account_name) as billing_account_name,
        max(coalesce(line_item_usage_account_name, line_item_usage_account_id)) as sub_account_name,
        max(bill_invoice_id) as invoice_id,
        max(coalesce(bill_invoicing_entity, line_item_legal_entity, 'Amazon Web Services, Inc.'))
            as invoice_issuer_name,
        cast(sum(coalesce(line_item_net_unblended_cost, line_item_unblended_cost)) as {{ money_type() }})
            as residual_cost
    from {{ ref('int_aws__unioned') }}
    where {{ aws_line_item_type() }} in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
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
        'SavingsPlanNegation' as x_line_item_type,
        'ComputeSavingsPlans' as x_service_code,
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
    'sku_price_details', 'x_sku_meter_category', 'x_sku_meter_subcategory', 'x_sku_details', 'x_invoice_section',
    'x_resource_group'
]) }}
union all
{{ select_focus_columns('residuals', present=[
    'source_name', 'billing_period', 'dataset', 'delivery_id', 'source_file', 'billed_cost', 'billing_account_id',
    'billing_account_name', 'billing_account_type', 'billing_currency', 'billing_period_start', 'billing_period_end',
    'charge_category', 'charge_description', 'charge_frequency', 'charge_period_start', 'charge_period_end',
    'commitment_discount_category', 'commitment_discount_id', 'commitment_discount_type', 'contracted_cost',
    'effective_cost', 'list_cost', 'invoice_id', 'invoice_issuer_name', 'pricing_currency', 'publisher_name',
    'service_category', 'service_name', 'service_subcategory', 'sub_account_id', 'sub_account_name',
    'sub_account_type', 'x_line_item_type', 'x_service_code', 'x_usage_type', 'provider_name', 'service_provider_name', 'host_provider_name'
]) }}
