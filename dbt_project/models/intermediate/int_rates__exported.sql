{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

-- depends_on: {{ ref('int_focus__unioned') }}
-- Google: US dollars to the billing currency; Azure: the price list's currency to the billing currency
with google as (
    select
        source_name,
        billing_period,
        'USD' as from_currency,
        currency as to_currency,
        max(currency_conversion_rate) as rate
    from {{ ref('stg_gcp__billing') }}
    where currency <> 'USD' and currency_conversion_rate > 0
    group by 1, 2, 3, 4
),

azure as (
    select
        source_name,
        billing_period,
        pricing_currency as from_currency,
        billing_currency as to_currency,
        max(exchange_rate_pricing_to_billing) as rate
    from {{ ref('stg_azure__cost_details') }}
    where pricing_currency <> billing_currency and exchange_rate_pricing_to_billing > 0
    group by 1, 2, 3, 4
),

-- FOCUS states no rate, but the same cost in both currencies
focus_sums as (
    select
        source_name,
        billing_period,
        pricing_currency as from_currency,
        billing_currency as to_currency,
        cast(sum(effective_cost) as {{ money_type() }}) as billing_cost,
        cast(sum(pricing_currency_effective_cost) as {{ money_type() }}) as pricing_cost
    from {{ ref('stg_focus__charges') }}
    where pricing_currency <> billing_currency and effective_cost > 0 and pricing_currency_effective_cost > 0
    group by 1, 2, 3, 4
),

focus as (
    select
        source_name,
        billing_period,
        from_currency,
        to_currency,
        {{ divide_exactly('billing_cost', 'pricing_cost') }} as rate
    from focus_sums
),

rates as (
    select * from google
    union all
    select * from azure
    union all
    select * from focus
)

select
    rates.source_name,
    rates.billing_period,
    rates.from_currency,
    rates.to_currency,
    cast(rates.rate as {{ money_type() }}) as rate
from rates
where {{ changed_periods_filter('rates') }}
