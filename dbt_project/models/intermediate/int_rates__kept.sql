{{ config(
    materialized='incremental',
    incremental_strategy='append',
    dist='even',
    sort=['billing_period', 'billing_currency'],
    full_refresh=false
) }}

with {{ choose_rates() }}

select
    chosen_rates.reporting_currency,
    chosen_rates.billing_currency,
    chosen_rates.billing_period,
    chosen_rates.charge_date,
    chosen_rates.rate,
    chosen_rates.rate_date,
    chosen_rates.rate_source,
    {{ run_moment() }} as kept_at
from chosen_rates
cross join {{ source('settings', 'currency_settings') }} as currency_settings
{% if is_incremental() %}
left join {{ this }} as kept
    on
        chosen_rates.reporting_currency = kept.reporting_currency
        and chosen_rates.billing_currency = kept.billing_currency
        and chosen_rates.billing_period = kept.billing_period
        and chosen_rates.charge_date = kept.charge_date
{% endif %}
where
    {{ dbt.dateadd('day', 'currency_settings.closed_after_days', month_end('chosen_rates.billing_period')) }}
    <= {{ run_moment() }}
    {% if is_incremental() %}
    and kept.rate is null
    {% endif %}
