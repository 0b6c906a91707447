with native as (
    select
        *,
        'charge' as part
    from {{ source('raw', 'gcp_billing') }}
    union all
    -- a promotion pays for a charge; it does not make the charge smaller
    select
        *,
        'promotion' as part
    from {{ source('raw', 'gcp_billing') }}
    where credits_promotion <> 0
),

services as (
    select
        native_value,
        service_name,
        service_category,
        service_subcategory
    from {{ ref('service_categories') }}
    where provider = 'Google Cloud' and native_field = 'service_description'
),

categorised as (
    select
        native.*,
        case
            when part = 'promotion' then 'Credit'
            when cost_type = 'tax' then 'Tax'
            when cost_type is not null and cost_type <> 'regular' then 'Adjustment'
            when sku_description like 'Commitment %' then 'Purchase'
            else 'Usage'
        end as charge_category,
        case
            when part = 'promotion' then credits_promotion
            else
                coalesce(cost, 0)
                + coalesce(credits_commitment, 0)
                + coalesce(credits_negotiated, 0)
                + coalesce(credits_free_tier, 0)
        end as net_cost,
        coalesce(cost, 0) + coalesce(credits_negotiated, 0) as negotiated_cost,
        coalesce(cost_at_list, cost, 0) as public_cost,
        coalesce(location_region, location_location) as region_id,
        coalesce(resource_global_name, resource_name) as resource_id
    from native
),

identified as (
    select
        categorised.*,
        charge_category in ('Usage', 'Purchase') as has_price,
        -- the export names no commitment for most credits: all of a billing account's are then one
        case
            when charge_category = 'Usage' and credits_commitment <> 0
                then coalesce(subscription_instance_id, billing_account_id || '/committed-use-discounts')
            when charge_category = 'Purchase'
                then coalesce(subscription_instance_id, billing_account_id || '/committed-use-discounts')
        end as commitment_discount_id
    from categorised
),

charges as (
    select
        identified.source_name,
        identified.billing_period,
        identified.dataset,
        identified.delivery_id,
        identified.source_file,
        identified.location_zone as availability_zone,
        identified.net_cost as billed_cost,
        identified.billing_account_id,
        'Billing Account' as billing_account_type,
        identified.currency as billing_currency,
        {{ month_start('identified.billing_period') }} as billing_period_start,
        {{ month_end('identified.billing_period') }} as billing_period_end,
        identified.charge_category,
        identified.sku_description as charge_description,
        case identified.charge_category
            when 'Usage' then 'Usage-Based'
            when 'Purchase' then 'Recurring'
            when 'Tax' then 'Recurring'
            else 'One-Time'
        end as charge_frequency,
        coalesce(identified.usage_start_time, {{ month_start('identified.billing_period') }}) as charge_period_start,
        coalesce(identified.usage_end_time, {{ month_end('identified.billing_period') }}) as charge_period_end,
        case
            when identified.commitment_discount_id is null then null
            when identified.consumption_model_id is not null then 'Spend'
            when identified.credits like '%DOLLAR_BASE%' then 'Spend'
            when identified.credits like '%FEE_UTILIZATION_OFFSET%' then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        identified.commitment_discount_id,
        case
            when identified.commitment_discount_id is not null then identified.usage_amount_in_pricing_units
        end as commitment_discount_quantity,
        case
            when identified.commitment_discount_id is not null and identified.charge_category = 'Usage' then 'Used'
        end as commitment_discount_status,
        case when identified.commitment_discount_id is not null then 'Committed Use Discount' end
            as commitment_discount_type,
        case
            when identified.commitment_discount_id is not null and identified.usage_amount_in_pricing_units is not null
                then coalesce(identified.usage_pricing_unit, 'Count')
        end as commitment_discount_unit,
        case when identified.charge_category = 'Usage' then identified.usage_amount end as consumed_quantity,
        case
            when identified.charge_category = 'Usage' and identified.usage_amount is not null
                then coalesce(identified.usage_unit, 'Count')
        end as consumed_unit,
        case when identified.has_price then identified.negotiated_cost else identified.net_cost end as contracted_cost,
        case when identified.has_price then identified.price_effective_price end as contracted_unit_price,
        identified.net_cost as effective_cost,
        'Google Cloud' as host_provider_name,
        'Google Cloud' as invoice_issuer_name,
        case when identified.has_price then identified.public_cost else identified.net_cost end as list_cost,
        case when identified.has_price then identified.price_list_price end as list_unit_price,
        case
            when not identified.has_price then null
            when identified.charge_category = 'Purchase' then 'Standard'
            when identified.commitment_discount_id is not null then 'Committed'
            when identified.sku_description like '%Spot Preemptible%' or identified.sku_description like 'Preemptible%'
                then 'Dynamic'
            else 'Standard'
        end as pricing_category,
        identified.currency as pricing_currency,
        case when identified.has_price then identified.usage_amount_in_pricing_units end as pricing_quantity,
        case
            when identified.has_price and identified.usage_amount_in_pricing_units is not null
                then coalesce(identified.usage_pricing_unit, 'Count')
        end as pricing_unit,
        'Google Cloud' as provider_name,
        coalesce(identified.seller_name, 'Google Cloud') as publisher_name,
        identified.region_id,
        identified.region_id as region_name,
        identified.resource_id,
        case when identified.resource_name <> identified.resource_id then identified.resource_name end as resource_name,
        case when identified.resource_id is not null then coalesce(identified.service_description, 'Other') end
            as resource_type,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_name, identified.service_description, 'Other') as service_name,
        'Google Cloud' as service_provider_name,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        case when identified.charge_category <> 'Tax' then identified.sku_id end as sku_id,
        case
            when identified.charge_category <> 'Tax' and identified.sku_id is not null then identified.sku_description
        end as sku_meter,
        case when identified.charge_category <> 'Tax' then identified.sku_id end as sku_price_id,
        identified.project_id as sub_account_id,
        coalesce(identified.project_name, identified.project_id) as sub_account_name,
        case when identified.project_id is not null then 'Project' end as sub_account_type,
        coalesce(identified.labels, identified.project_labels) as tags,
        identified.sku_description as x_usage_type,
        {{ tag_columns(['identified.labels', 'identified.project_labels', 'identified.tags']) }}
    from identified
    left join services on lower(identified.service_description) = services.native_value
)

{{ select_focus_columns('charges', absent=[
    'billing_account_name', 'capacity_reservation_id', 'capacity_reservation_status', 'charge_class',
    'commitment_discount_name', 'invoice_id', 'pricing_currency_contracted_unit_price',
    'pricing_currency_effective_cost', 'pricing_currency_list_unit_price', 'sku_price_details', 'x_line_item_id'
]) }}
