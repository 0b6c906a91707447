{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_costs__daily') }}"
) }}

with daily as (
    select * from {{ ref('fct_cost_daily') }} as daily
    where {{ changed_periods_filter('daily') }}
),

monthly as (
    select
        source_name,
        billing_period,
        billing_currency,
        cast(sum(line_item_count) as bigint) as line_item_count,
        cast(sum(billed_cost) as {{ money_type() }}) as billed_cost,
        cast(sum(effective_cost) as {{ money_type() }}) as effective_cost,
        cast(sum(list_cost) as {{ money_type() }}) as list_cost,
        cast(sum(contracted_cost) as {{ money_type() }}) as contracted_cost
    from daily
    group by 1, 2, 3
)

select * from monthly
