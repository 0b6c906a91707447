{{ config(materialized='table', tags=['scored']) }}

with monthly as (
    select
        {{ scope_columns() | join(', ') }},
        billing_period,
        billing_currency,
        reporting_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_billed_cost) as reporting_billed_cost,
        sum(reporting_effective_cost) as reporting_effective_cost,
        count(*) - count(exchange_rate) as unconverted_count
    from {{ ref('fct_cost_reporting_daily') }}
    -- without budgets nothing is read
    where exists (select budgets.budget_name from {{ source('settings', 'budgets') }} as budgets)
    group by {{ range(1, (scope_columns() | length) + 4) | join(', ') }}
),

costs as (
    select
        *,
        {{ scope_key() }} as scope_key
    from monthly
),

combinations as (
    select distinct
        scope_key,
        {{ scope_columns() | join(', ') }}
    from costs
),

matches as (
    {{ match_scopes('combinations', source('settings', 'budgets'), 'budget_name', 'budget') }}
),

-- the last day with usage: what comes after it is forecast
as_of as (
    select max(charge_date) as as_of_date
    from {{ ref('fct_cost_daily') }}
    where charge_category = 'Usage' and {{ is_plausible_day('charge_date') }}
),

months as (
    select distinct billing_period
    from costs
    where {{ is_plausible_day('billing_period', months_ahead=13) }}
),

budget_months as (
    select
        budgets.budget_name,
        budgets.period_kind,
        budgets.budget_currency,
        budgets.cost_measure,
        budgets.alerts_on_forecast,
        months.billing_period,
        cast(
            case budgets.period_kind
                when 'month' then months.billing_period
                when 'quarter' then {{ dbt.date_trunc('quarter', 'months.billing_period') }}
                else {{ dbt.date_trunc('year', 'months.billing_period') }}
            end as date
        ) as period_start
    from {{ source('settings', 'budgets') }} as budgets
    cross join months
),

periods as (
    select distinct
        budget_months.budget_name,
        budget_months.period_kind,
        budget_months.budget_currency,
        budget_months.cost_measure,
        budget_months.alerts_on_forecast,
        budget_months.period_start,
        case budget_months.period_kind
            when 'month' then cast({{ dbt.dateadd('month', 1, 'budget_months.period_start') }} as date)
            when 'quarter' then cast({{ dbt.dateadd('month', 3, 'budget_months.period_start') }} as date)
            else cast({{ dbt.dateadd('month', 12, 'budget_months.period_start') }} as date)
        end as period_end,
        amounts.budget_amount
    from budget_months
    inner join {{ source('settings', 'budget_amounts') }} as amounts
        on
            budget_months.budget_name = amounts.budget_name
            and budget_months.period_start >= amounts.first_date
            and budget_months.period_start < amounts.end_date
),

-- a budget in the reporting currency counts all costs, converted; one in another currency those billed in it
actuals as (
    select
        periods.budget_name,
        periods.period_start,
        sum(
            case
                when periods.budget_currency = costs.reporting_currency and periods.cost_measure = 'billed_cost'
                    then costs.reporting_billed_cost
                when periods.budget_currency = costs.reporting_currency then costs.reporting_effective_cost
                when periods.budget_currency = costs.billing_currency and periods.cost_measure = 'billed_cost'
                    then costs.billed_cost
                when periods.budget_currency = costs.billing_currency then costs.effective_cost
            end
        ) as actual_cost,
        max(case when periods.budget_currency = costs.reporting_currency then costs.unconverted_count else 0 end)
            as unconverted_count,
        max(
            case when periods.budget_currency in (costs.reporting_currency, costs.billing_currency) then 0 else 1 end
        ) as has_other_currency
    from periods
    inner join matches on periods.budget_name = matches.budget_name
    inner join costs
        on
            matches.scope_key = costs.scope_key
            and periods.period_start <= costs.billing_period
            and periods.period_end > costs.billing_period
    group by 1, 2
),

unreconciled as (
    select distinct
        periods.budget_name,
        periods.period_start
    from periods
    inner join matches on periods.budget_name = matches.budget_name
    inner join costs
        on
            matches.scope_key = costs.scope_key
            and periods.period_start <= costs.billing_period
            and periods.period_end > costs.billing_period
    inner join {{ ref('fct_reconciliation') }} as reconciliation
        on costs.source_name = reconciliation.source_name and costs.billing_period = reconciliation.billing_period
    where reconciliation.status in ('differs', 'invoice differs')
),

-- forecasts are made per provider, account (over its services) and service (over its accounts), and of everything
scope_levels as (
    select
        budgets.budget_name,
        max(
            case
                when tests.field is null or tests.field in ('provider', 'account', 'service') then 0
                else 1
            end
        ) as has_other_dimension,
        max(case when tests.field = 'provider' then 1 else 0 end) as names_provider,
        max(case when tests.field = 'account' then 1 else 0 end) as names_account,
        max(case when tests.field = 'service' then 1 else 0 end) as names_service
    from {{ source('settings', 'budgets') }} as budgets
    left join {{ source('settings', 'scope_tests') }} as tests
        on budgets.budget_name = tests.owner and tests.used_by = 'budget'
    group by 1
),

forecast_levels as (
    select
        budget_name,
        case
            when has_other_dimension = 1 or (names_account = 1 and names_service = 1) then null
            when names_service = 1 then 'service'
            when names_account = 1 then 'account'
            when names_provider = 1 then 'provider'
            else 'total'
        end as scope_level
    from scope_levels
),

forecasts as (
    select
        forecasts.*,
        {{ combination_key(
            ['scope_level', 'service_provider_name', 'sub_account_id', 'sub_account_name', 'service_name']
        ) }} as scope_key
    from {{ written_table('ml', 'cost_forecasts') }} as forecasts
),

forecast_combinations as (
    select distinct
        scope_key,
        scope_level,
        '' as source_name,
        service_provider_name,
        '' as billing_account_id,
        sub_account_id,
        sub_account_name,
        service_name,
        '' as service_category,
        '' as region_id,
        '' as x_team,
        '' as x_environment
    from forecasts
),

forecast_matches as (
    {{ match_scopes('forecast_combinations', source('settings', 'budgets'), 'budget_name', 'budget') }}
),

-- the newest rate that each currency was converted with
last_rates as (
    select
        billing_currency,
        reporting_currency,
        exchange_rate
    from (
        select
            billing_currency,
            reporting_currency,
            exchange_rate,
            row_number() over (
                partition by billing_currency, reporting_currency
                order by charge_date desc, billing_period desc
            ) as newness
        from {{ ref('int_rates__applied') }}
        where exchange_rate is not null
    ) as numbered
    where newness = 1
),

forecast_sums as (
    select
        periods.budget_name,
        periods.period_start,
        forecasts.billing_currency,
        cast(sum(cast(forecasts.forecast_cost as {{ money_type() }})) as {{ money_type() }}) as forecast_cost,
        max(forecasts.forecast_date) as last_forecast_date
    from periods
    inner join forecast_levels on periods.budget_name = forecast_levels.budget_name
    inner join forecast_matches on periods.budget_name = forecast_matches.budget_name
    inner join forecasts
        on
            forecast_matches.scope_key = forecasts.scope_key
            and forecast_levels.scope_level = forecasts.scope_level
            and periods.period_start <= forecasts.forecast_date
            and periods.period_end > forecasts.forecast_date
            and forecasts.forecast_date > forecasts.as_of_date
    where periods.cost_measure = 'effective_cost'
    group by 1, 2, 3
),

forecast_totals as (
    select
        forecast_sums.budget_name,
        forecast_sums.period_start,
        sum(
            case
                when periods.budget_currency = forecast_sums.billing_currency then forecast_sums.forecast_cost
                when last_rates.exchange_rate is not null
                    then {{ multiply_money('forecast_sums.forecast_cost', 'last_rates.exchange_rate') }}
            end
        ) as forecast_cost,
        max(
            case
                when periods.budget_currency = forecast_sums.billing_currency then 0
                when last_rates.exchange_rate is not null then 0
                else 1
            end
        ) as is_unconverted,
        min(forecast_sums.last_forecast_date) as last_forecast_date
    from forecast_sums
    inner join periods
        on forecast_sums.budget_name = periods.budget_name and forecast_sums.period_start = periods.period_start
    left join last_rates
        on
            forecast_sums.billing_currency = last_rates.billing_currency
            and periods.budget_currency = last_rates.reporting_currency
    group by 1, 2
),

joined as (
    select
        periods.budget_name,
        periods.period_kind,
        periods.period_start,
        periods.period_end,
        periods.budget_currency,
        periods.cost_measure,
        periods.alerts_on_forecast,
        periods.budget_amount,
        as_of.as_of_date,
        coalesce(actuals.has_other_currency, 0) = 1 as has_other_currency,
        coalesce(actuals.unconverted_count, 0) > 0 as is_unconverted,
        unreconciled.budget_name is null as is_reconciled,
        case
            when coalesce(actuals.has_other_currency, 0) = 0 and coalesce(actuals.unconverted_count, 0) = 0
                then cast(coalesce(actuals.actual_cost, 0) as {{ money_type() }})
        end as actual_cost,
        case
            when periods.period_end <= as_of.as_of_date + 1 then 0
            when
                forecast_totals.is_unconverted = 0
                and forecast_totals.last_forecast_date >= periods.period_end - 1
                then forecast_totals.forecast_cost
        end as remaining_cost
    from periods
    cross join as_of
    left join actuals on periods.budget_name = actuals.budget_name and periods.period_start = actuals.period_start
    left join unreconciled
        on periods.budget_name = unreconciled.budget_name and periods.period_start = unreconciled.period_start
    left join forecast_totals
        on periods.budget_name = forecast_totals.budget_name and periods.period_start = forecast_totals.period_start
),

measured as (
    select
        *,
        cast(actual_cost + remaining_cost as {{ money_type() }}) as forecast_cost
    from joined
)

select
    budget_name,
    period_kind,
    period_start,
    period_end,
    budget_currency,
    cost_measure,
    alerts_on_forecast,
    as_of_date,
    period_end > as_of_date + 1 as is_open,
    is_reconciled,
    cast(budget_amount as {{ money_type() }}) as budget_amount,
    actual_cost,
    cast(actual_cost - budget_amount as {{ money_type() }}) as actual_variance,
    {{ divide_exactly('actual_cost * 100', 'budget_amount') }} as actual_percent,
    forecast_cost,
    cast(forecast_cost - budget_amount as {{ money_type() }}) as forecast_variance,
    {{ divide_exactly('forecast_cost * 100', 'budget_amount') }} as forecast_percent,
    case
        when has_other_currency then 'mixed_currencies'
        when is_unconverted then 'missing_rate'
        when actual_cost > budget_amount then 'exceeded'
        when forecast_cost > budget_amount then 'forecast_to_exceed'
        when forecast_cost is null then 'no_forecast'
        else 'within'
    end as status
from measured
