{{ config(materialized='table') }}

with {{ choose_rates() }}

select
    rate_needs.reporting_currency,
    rate_needs.billing_currency,
    rate_needs.billing_period,
    rate_needs.charge_date,
    coalesce(kept.rate, chosen_rates.rate) as exchange_rate,
    coalesce(kept.rate_date, chosen_rates.rate_date) as rate_date,
    coalesce(kept.rate_source, chosen_rates.rate_source) as rate_source,
    kept.rate is not null as is_kept
from rate_needs
left join {{ ref('int_rates__kept') }} as kept
    on
        rate_needs.reporting_currency = kept.reporting_currency
        and rate_needs.billing_currency = kept.billing_currency
        and rate_needs.billing_period = kept.billing_period
        and rate_needs.charge_date = kept.charge_date
left join chosen_rates
    on
        rate_needs.reporting_currency = chosen_rates.reporting_currency
        and rate_needs.billing_currency = chosen_rates.billing_currency
        and rate_needs.billing_period = chosen_rates.billing_period
        and rate_needs.charge_date = chosen_rates.charge_date
