{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_costs__daily') }}"
) }}

with daily as (
    select * from {{ ref('int_costs__daily') }} as daily
    where {{ changed_periods_filter('daily') }}
),

monthly as (
    select
        source_name,
        billing_period,
        billing_currency,
        service_provider_name,
        billing_account_id,
        sub_account_id,
        service_name,
        x_usage_type,
        region_id,
        pricing_category,
        charge_category,
        commitment_discount_status,
        cast(sum(billed_cost) as {{ money_type() }}) as billed_cost,
        cast(sum(effective_cost) as {{ money_type() }}) as effective_cost,
        cast(sum(list_cost) as {{ money_type() }}) as list_cost,
        cast(sum(contracted_cost) as {{ money_type() }}) as contracted_cost,
        cast(sum(consumed_quantity) as {{ money_type() }}) as consumed_quantity,
        cast(sum(line_item_count) as bigint) as line_item_count
    from daily
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
)

select * from monthly
