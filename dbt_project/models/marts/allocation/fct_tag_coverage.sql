{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('fct_cost_allocated_daily') }}"
) }}

with direct as (
    select * from {{ ref('fct_cost_allocated_daily') }}
    where allocation_kind = 'direct' and {{ changed_periods_filter() }}
),

coverage as (
    {% for dimension in allocation_dimensions() %}
    select
        source_name,
        billing_period,
        billing_currency,
        service_provider_name,
        billing_account_id,
        sub_account_id,
        '{{ dimension }}' as dimension,
        {{ dimension }}_basis as basis
        {%- for measure in cost_measures() %},
        cast(sum({{ measure }}) as {{ money_type() }}) as {{ measure }}
        {%- endfor %},
        cast(sum(line_item_count) as bigint) as line_item_count
    from direct
    group by 1, 2, 3, 4, 5, 6, 8
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from coverage
