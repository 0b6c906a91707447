{{ config(materialized='table', tags=['scored']) }}

with metrics as (
    select * from {{ source('settings', 'metrics') }}
),

stated as (
    select
        metric_name,
        metric_date,
        dimension_value,
        quantity
    from {{ source('settings', 'metric_values') }}
    union all
    select
        metric_name,
        metric_date,
        dimension_value,
        quantity
    from {{ written_table('business', 'metric_values') }} as queried
),

daily as (
    select
        {{ scope_columns() | join(', ') }},
        charge_date,
        sum(reporting_billed_cost) as billed_cost,
        sum(reporting_effective_cost) as effective_cost,
        count(*) - count(exchange_rate) as unconverted_count
    from {{ ref('fct_cost_reporting_daily') }}
    where charge_date in (select stated.metric_date from stated)
    group by {{ range(1, (scope_columns() | length) + 2) | join(', ') }}
),

costs as (
    select
        *,
        {{ scope_key() }} as scope_key
    from daily
),

combinations as (
    select distinct
        scope_key,
        {{ scope_columns() | join(', ') }}
    from costs
),

matches as (
    {{ match_scopes('combinations', 'metrics', 'metric_name', 'metric') }}
),

metric_costs as (
    select
        metrics.metric_name,
        costs.charge_date,
        lower(
            case metrics.per_dimension
                when 'provider' then costs.service_provider_name
                when 'account' then costs.sub_account_id
                when 'service' then costs.service_name
                when 'team' then costs.x_team
                when 'environment' then costs.x_environment
            end
        ) as dimension_value,
        sum(case when metrics.cost_measure = 'billed_cost' then costs.billed_cost else costs.effective_cost end)
            as cost,
        sum(costs.unconverted_count) as unconverted_count
    from metrics
    inner join matches on metrics.metric_name = matches.metric_name
    inner join costs on matches.scope_key = costs.scope_key
    group by 1, 2, 3
),

joined as (
    select
        stated.metric_name,
        metrics.unit,
        metrics.per_dimension,
        stated.dimension_value,
        stated.metric_date,
        currency_settings.reporting_currency,
        metrics.cost_measure,
        case
            when coalesce(metric_costs.unconverted_count, 0) = 0
                then cast(coalesce(metric_costs.cost, 0) as {{ money_type() }})
        end as cost,
        cast(stated.quantity as {{ money_type() }}) as quantity
    from stated
    inner join metrics on stated.metric_name = metrics.metric_name
    cross join {{ source('settings', 'currency_settings') }} as currency_settings
    left join metric_costs
        on
            stated.metric_name = metric_costs.metric_name
            and stated.metric_date = metric_costs.charge_date
            and coalesce(stated.dimension_value, '') = coalesce(metric_costs.dimension_value, '')
            and (stated.dimension_value is null or metric_costs.dimension_value is not null)
)

select
    *,
    {{ divide_exactly('cost', 'quantity') }} as cost_per_unit
from joined
