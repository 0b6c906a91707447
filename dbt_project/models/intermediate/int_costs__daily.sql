{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_date'],
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

with charges as (
    select * from {{ ref('int_focus__unioned') }} as charges
    where {{ changed_periods_filter('charges') }}
),

daily as (
    select
        source_name,
        billing_period,
        cast(charge_period_start as date) as charge_date,
        billing_currency,
        service_provider_name,
        billing_account_id,
        sub_account_id,
        sub_account_name,
        service_name,
        service_category,
        region_id,
        charge_category,
        charge_frequency,
        pricing_category,
        commitment_discount_status,
        x_usage_type,
        x_team,
        x_environment,
        x_product,
        x_cost_center,
        max(billing_account_name) as billing_account_name,
        max(service_subcategory) as service_subcategory,
        cast(sum(billed_cost) as {{ money_type() }}) as billed_cost,
        cast(sum(effective_cost) as {{ money_type() }}) as effective_cost,
        cast(sum(list_cost) as {{ money_type() }}) as list_cost,
        cast(sum(contracted_cost) as {{ money_type() }}) as contracted_cost,
        cast(sum(consumed_quantity) as {{ money_type() }}) as consumed_quantity,
        count(*) as line_item_count
    from charges
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
)

select * from daily
