{{ config(
    materialized='incremental',
    incremental_strategy='replace_periods',
    dist='even',
    sort=['billing_period', 'source_name'],
    on_schema_change='fail',
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

-- depends_on: {{ ref('int_focus__unioned') }}
select
    rates.source_name,
    rates.billing_period,
    rates.from_currency,
    rates.to_currency,
    cast(rates.rate as {{ money_type() }}) as rate
from {{ ref('stg_rates__exported') }} as rates
where {{ changed_periods_filter('rates') }}
