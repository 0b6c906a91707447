{#- A generator that leaves its own name out must not hold up the costs of everybody else. -#}
{% set provider = "coalesce(provider_name, service_provider_name, invoice_issuer_name, publisher_name, 'Unknown')" %}

with native as (
    select * from {{ source('raw', 'focus') }}
),

charges as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        source_file,
        availability_zone,
        billing_account_id,
        billing_account_name,
        billing_account_type,
        billing_currency,
        capacity_reservation_id,
        capacity_reservation_status,
        charge_category,
        charge_class,
        charge_description,
        commitment_discount_category,
        commitment_discount_id,
        commitment_discount_name,
        commitment_discount_quantity,
        commitment_discount_status,
        commitment_discount_type,
        commitment_discount_unit,
        consumed_quantity,
        consumed_unit,
        contracted_unit_price,
        invoice_id,
        list_unit_price,
        pricing_category,
        pricing_currency_contracted_unit_price,
        pricing_currency_effective_cost,
        pricing_currency_list_unit_price,
        pricing_quantity,
        pricing_unit,
        region_id,
        region_name,
        resource_id,
        resource_name,
        resource_type,
        sku_id,
        sku_meter,
        sku_price_details,
        sku_price_id,
        sub_account_id,
        sub_account_name,
        sub_account_type,
        tags,
        coalesce(billed_cost, 0) as billed_cost,
        coalesce(effective_cost, 0) as effective_cost,
        coalesce(list_cost, 0) as list_cost,
        coalesce(contracted_cost, 0) as contracted_cost,
        coalesce(billing_period_start, {{ month_start('billing_period') }}) as billing_period_start,
        coalesce(billing_period_end, {{ month_end('billing_period') }}) as billing_period_end,
        coalesce(charge_period_start, {{ month_start('billing_period') }}) as charge_period_start,
        coalesce(charge_period_end, {{ month_end('billing_period') }}) as charge_period_end,
        coalesce(
            charge_frequency,
            case charge_category when 'Usage' then 'Usage-Based' else 'One-Time' end
        ) as charge_frequency,
        coalesce(pricing_currency, billing_currency) as pricing_currency,
        coalesce(service_category, 'Other') as service_category,
        coalesce(service_name, 'Other') as service_name,
        coalesce(service_subcategory, 'Other (' || coalesce(service_category, 'Other') || ')') as service_subcategory,
        -- FOCUS 1.3 renames the provider and drops the publisher; earlier versions lack the new names
        {{ provider }} as provider_name,
        coalesce(publisher_name, {{ provider }}) as publisher_name,
        coalesce(service_provider_name, {{ provider }}) as service_provider_name,
        coalesce(host_provider_name, service_provider_name, {{ provider }}) as host_provider_name,
        coalesce(invoice_issuer_name, {{ provider }}) as invoice_issuer_name,
        coalesce(sku_meter, sku_id) as x_usage_type,
        {{ tag_columns(['tags']) }}
    from native
)

{{ select_focus_columns('charges', absent=[
    'x_line_item_id', 'x_line_item_type', 'x_service_code', 'x_operation', 'x_instance_type', 'x_invoice_section',
    'x_resource_group', 'x_commitment_start_at', 'x_commitment_end_at', 'x_commitment_term',
    'x_commitment_payment_option'
]) }}
