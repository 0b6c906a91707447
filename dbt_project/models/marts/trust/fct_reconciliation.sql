{{ config(
    materialized='incremental',
    incremental_strategy='replace_periods',
    dist='even',
    sort=['billing_period', 'source_name'],
    on_schema_change='fail',
    post_hook="{{ record_loaded_snapshots('fct_cost_monthly') }}"
) }}

{% set measures = ['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost'] %}
{% set stages = {
    'staging': [
        ref('stg_aws__cur'), ref('stg_aws__cur2'), ref('stg_azure__cost_details'), ref('stg_gcp__billing'),
        ref('stg_focus__charges')
    ],
    'focus': [ref('int_focus__unioned')],
    'daily': [ref('fct_cost_daily')],
    'monthly': [ref('fct_cost_monthly')],
} %}

with stage_sums as (
    {% for stage, relations in stages.items() %}
    {% for relation in relations %}
    select
        '{{ stage }}' as stage,
        charges.source_name,
        charges.billing_period,
        charges.billing_currency
        {%- for measure in measures %},
        sum(charges.{{ measure }}) as {{ measure }}
        {%- endfor %}
    from {{ relation }} as charges
    where {{ changed_periods_filter('charges') }}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

totals as (
    {% for measure in measures %}
    select
        stage,
        source_name,
        billing_period,
        billing_currency,
        '{{ measure }}' as measure,
        {{ measure }} as total,
        cast(null as numeric(38, 30)) as rounding_remainder
    from stage_sums
    union all
    {% endfor %}
    -- what the files themselves say; an Azure export states one measure only
    select
        'file' as stage,
        control_totals.source_name,
        control_totals.billing_period,
        control_totals.billing_currency,
        control_totals.measure,
        control_totals.file_total as total,
        control_totals.rounding_remainder
    from {{ source('raw', 'control_totals') }} as control_totals
    inner join {{ source('raw', 'current_snapshots') }} as snapshots
        on
            control_totals.source_name = snapshots.source_name
            and control_totals.billing_period = snapshots.billing_period
            and control_totals.dataset = snapshots.dataset
            and control_totals.delivery_id = snapshots.delivery_id
    where {{ changed_periods_filter('control_totals') }}
),

chain as (
    select
        source_name,
        billing_period,
        billing_currency,
        measure,
        cast(sum(rounding_remainder) as numeric(38, 30)) as rounding_remainder,
        cast(sum(case when stage = 'file' then total end) as {{ money_type() }}) as file_total
        {%- for stage in stages %},
        cast(coalesce(sum(case when stage = '{{ stage }}' then total end), 0) as {{ money_type() }})
            as {{ stage }}_total
        {%- endfor %}
    from totals
    group by 1, 2, 3, 4
),

judged as (
    select
        source_name,
        billing_period,
        billing_currency,
        measure,
        file_total,
        rounding_remainder,
        staging_total,
        focus_total,
        daily_total,
        monthly_total,
        cast(monthly_total - coalesce(file_total, staging_total) as {{ money_type() }}) as variance,
        (
            staging_total = focus_total
            and focus_total = daily_total
            and daily_total = monthly_total
            and coalesce(file_total, staging_total) = staging_total
            -- without any figure from the file nothing is proved
            and count(file_total) over (partition by source_name, billing_period, billing_currency) > 0
        ) as is_reconciled
    from chain
)

select * from judged
