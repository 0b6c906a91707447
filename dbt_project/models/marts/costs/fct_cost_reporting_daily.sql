-- noqa: disable=layout.indent
{{ config(materialized='view') }}

{% set is_same = 'daily.billing_currency = currency_settings.reporting_currency' %}
{% set measures = ['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost'] %}

select
    daily.source_name,
    daily.billing_period,
    daily.charge_date,
    daily.billing_currency,
    currency_settings.reporting_currency,
    daily.service_provider_name,
    daily.billing_account_id,
    daily.sub_account_id,
    daily.sub_account_name,
    daily.service_name,
    daily.service_category,
    daily.region_id,
    daily.charge_category,
    daily.charge_frequency,
    daily.pricing_category,
    daily.commitment_discount_status,
    daily.x_usage_type,
    daily.x_team,
    daily.x_environment,
    case when {{ is_same }} then 1 else rates.exchange_rate end as exchange_rate,
    case when {{ is_same }} then daily.charge_date else rates.rate_date end as rate_date,
    case when {{ is_same }} then 'same currency' else rates.rate_source end as rate_source
    {%- for measure in measures %},
    daily.{{ measure }},
    case
        when {{ is_same }} then daily.{{ measure }}
        else {{ multiply_money('daily.' ~ measure, 'rates.exchange_rate') }}
    end as reporting_{{ measure }}
    {%- endfor %}
from {{ ref('fct_cost_daily') }} as daily
cross join {{ source('settings', 'currency_settings') }} as currency_settings
left join {{ ref('int_rates__applied') }} as rates
    on
        daily.billing_currency = rates.billing_currency
        and currency_settings.reporting_currency = rates.reporting_currency
        and daily.billing_period = rates.billing_period
        and daily.charge_date = rates.charge_date
