{{ config(materialized='view', tags=['scored']) }}

with daily as (
    select * from {{ ref('fct_unit_cost_daily') }}
),

monthly as (
    select
        metric_name,
        unit,
        per_dimension,
        dimension_value,
        cast({{ dbt.date_trunc('month', 'metric_date') }} as date) as metric_month,
        reporting_currency,
        cost_measure,
        count(*) as day_count,
        case when count(cost) = count(*) then cast(sum(cost) as {{ money_type() }}) end as cost,
        cast(sum(quantity) as {{ money_type() }}) as quantity
    from daily
    group by 1, 2, 3, 4, 5, 6, 7
)

select
    *,
    {{ divide_exactly('cost', 'quantity') }} as cost_per_unit
from monthly
