{% set values = focus_values() %}
{#- A generator that leaves its own name out must not hold up the costs of everybody else. -#}
{% set provider = "coalesce(provider_name, service_provider_name, invoice_issuer_name, publisher_name, 'Unknown')" %}

with native as (
    select
        *,
        {{ parsed_tags(['tags']) }}
    from {{ ref('stg_focus__charges') }}
),

charges as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        source_file,
        allocated_method_details,
        allocated_method_id,
        allocated_resource_id,
        allocated_resource_name,
        allocated_tags,
        availability_zone,
        billing_account_id,
        billing_account_name,
        billing_account_type,
        billing_currency,
        capacity_reservation_id,
        charge_description,
        commitment_discount_id,
        commitment_discount_name,
        commitment_discount_quantity,
        commitment_discount_type,
        commitment_discount_unit,
        commitment_program_eligibility_details,
        consumed_quantity,
        consumed_unit,
        contract_applied,
        contracted_unit_price,
        invoice_detail_id,
        invoice_id,
        list_unit_price,
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
        x_invoice_section,
        x_operation,
        x_resource_group,
        x_service_code,
        x_sku_details,
        x_sku_meter_category,
        x_sku_meter_subcategory,
        {%- for measure, sql in focus_costs().items() %}
        {{ sql }} as {{ measure }},
        {%- endfor %}
        {{ read_focus_value(values, 'capacity_reservation_status') }} as capacity_reservation_status,
        {{ read_focus_value(values, 'charge_class') }} as charge_class,
        {{ read_focus_value(values, 'commitment_discount_category') }} as commitment_discount_category,
        {{ read_focus_value(values, 'pricing_category') }} as pricing_category,
        {{ read_focus_value(values, 'charge_frequency') }} as stated_frequency,
        service_category as written_service_category,
        -- every subcategory has one category
        coalesce(
            {{ read_focus_value(values, 'service_category') }},
            {{ read_focus_value(values, 'service_category', 'service_subcategory') }},
            'Other'
        ) as service_category,
        {{ read_focus_value(values, 'service_subcategory') }} as stated_subcategory,
        -- FOCUS 1.0-preview says by a subcategory what later versions say by the category and by the status
        case
            when {{ squeeze_focus_value('charge_subcategory') }} = 'credit' then 'Credit'
            else {{ read_focus_value(values, 'charge_category') }}
        end as charge_category,
        coalesce(
            {{ read_focus_value(values, 'commitment_discount_status') }},
            {{ read_focus_value(values, 'commitment_discount_status', 'charge_subcategory') }}
        ) as commitment_discount_status,
        charge_category as written_charge_category,
        charge_subcategory,
        coalesce(billing_period_start, {{ month_start('billing_period') }}) as billing_period_start,
        coalesce(billing_period_end, {{ month_end('billing_period') }}) as billing_period_end,
        coalesce(charge_period_start, billing_period_start, {{ month_start('billing_period') }}) as charge_period_start,
        coalesce(charge_period_end, billing_period_end, {{ month_end('billing_period') }}) as charge_period_end,
        coalesce(pricing_currency, billing_currency) as pricing_currency,
        coalesce(service_name, 'Other') as service_name,
        -- FOCUS 1.3 renames the provider and drops the publisher; earlier versions lack the new names
        {{ provider }} as provider_name,
        coalesce(publisher_name, {{ provider }}) as publisher_name,
        coalesce(service_provider_name, {{ provider }}) as service_provider_name,
        coalesce(host_provider_name, service_provider_name, {{ provider }}) as host_provider_name,
        coalesce(invoice_issuer_name, {{ provider }}) as invoice_issuer_name,
        coalesce(x_usage_type, sku_meter, sku_id) as x_usage_type,
        {{ tag_columns(['tags']) }}
    from native
),

completed as (
    select
        *,
        coalesce(
            charge_subcategory,
            case when written_charge_category <> charge_category then written_charge_category end
        ) as x_line_item_type,
        coalesce(
            stated_frequency,
            case charge_category when 'Usage' then 'Usage-Based' else 'One-Time' end
        ) as charge_frequency,
        -- also where a subcategory is written in the place of the category
        coalesce(
            stated_subcategory,
            case
                when written_service_category <> service_category
                    then {{ read_focus_value(values, 'service_subcategory', 'written_service_category') }}
            end,
            'Other (' || service_category || ')'
        ) as service_subcategory
    from charges
)

{{ select_focus_columns('completed', stated=stated_focus_columns(), absent=[
    'x_line_item_id', 'x_instance_type', 'x_commitment_start_at', 'x_commitment_end_at', 'x_commitment_term',
    'x_commitment_payment_option'
]) }}
