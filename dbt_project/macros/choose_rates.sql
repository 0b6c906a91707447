{#-
    CTEs that choose a rate for every day on which a cost is in another currency than reports are: `rate_needs`, and
    `chosen_rates` with at most one row per need. Of the file, the fixed rates and the exports the first kind counts
    that has a rate for the day, and of that kind the newest. A rate of an export is for the charges of its
    billing period, whatever their day.
-#}
{% macro choose_rates() -%}
rate_needs as (
    select distinct
        currency_settings.reporting_currency,
        daily.billing_currency,
        daily.billing_period,
        daily.charge_date
    from {{ ref('int_costs__daily') }} as daily
    cross join {{ source('settings', 'currency_settings') }} as currency_settings
    where daily.billing_currency <> currency_settings.reporting_currency
),

exported_rates as (
    select
        from_currency,
        to_currency,
        billing_period,
        max(rate) as rate
    from {{ ref('int_rates__exported') }}
    group by 1, 2, 3
),

known_rates as (
    select
        from_currency,
        to_currency,
        rate_date,
        last_date,
        rate_rank,
        rate,
        rate_source
    from {{ source('settings', 'currency_rates') }}
    union all
    select
        exported_rates.from_currency,
        exported_rates.to_currency,
        exported_rates.billing_period as rate_date,
        exported_rates.billing_period as last_date,
        3 as rate_rank,
        exported_rates.rate,
        'export' as rate_source
    from exported_rates
    cross join {{ source('settings', 'currency_settings') }} as currency_settings
    where currency_settings.use_export_rates
    union all
    select
        exported_rates.to_currency as from_currency,
        exported_rates.from_currency as to_currency,
        exported_rates.billing_period as rate_date,
        exported_rates.billing_period as last_date,
        3 as rate_rank,
        {{ divide_exactly('1', 'exported_rates.rate') }} as rate,
        'export, inverse' as rate_source
    from exported_rates
    cross join {{ source('settings', 'currency_settings') }} as currency_settings
    where currency_settings.use_export_rates
),

ranked_rates as (
    select
        rate_needs.reporting_currency,
        rate_needs.billing_currency,
        rate_needs.billing_period,
        rate_needs.charge_date,
        known_rates.rate,
        known_rates.rate_date,
        known_rates.rate_source,
        row_number() over (
            partition by
                rate_needs.reporting_currency, rate_needs.billing_currency, rate_needs.billing_period, rate_needs.charge_date
            order by known_rates.rate_rank, known_rates.rate_date desc, known_rates.rate_source
        ) as choice
    from rate_needs
    inner join known_rates
        on
            rate_needs.billing_currency = known_rates.from_currency
            and rate_needs.reporting_currency = known_rates.to_currency
            and (
                (
                    known_rates.rate_rank < 3
                    and rate_needs.charge_date >= known_rates.rate_date
                    and rate_needs.charge_date <= known_rates.last_date
                )
                or (known_rates.rate_rank = 3 and rate_needs.billing_period = known_rates.rate_date)
            )
),

chosen_rates as (
    select
        reporting_currency,
        billing_currency,
        billing_period,
        charge_date,
        cast(rate as {{ money_type() }}) as rate,
        rate_date,
        rate_source
    from ranked_rates
    where choice = 1
)
{%- endmacro %}
