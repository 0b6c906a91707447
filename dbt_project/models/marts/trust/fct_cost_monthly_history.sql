-- noqa: disable=layout.indent
{{ config(materialized='view') }}

{% set measures = changing_measures() %}

with changes as (
    select
        source_name,
        billing_period,
        billing_currency,
        change_number,
        change_kind,
        from_delivery_id,
        to_delivery_id,
        changed_at,
        loaded_at
        {%- for measure in measures %},
        sum(new_{{ measure }} - old_{{ measure }}) as {{ measure }}
        {%- endfor %}
    from {{ ref('int_costs__changed') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- a moment never precedes the one before it, also in a journal that was written while a clock ran ahead and back
ordered as (
    select
        source_name,
        billing_period,
        billing_currency,
        change_number,
        change_kind,
        from_delivery_id,
        to_delivery_id,
        max(changed_at) over (
            partition by source_name, billing_period
            order by change_number
            rows between unbounded preceding and current row
        ) as changed_at,
        loaded_at
        {%- for measure in measures %},
        {{ measure }}
        {%- endfor %}
    from changes
),

beliefs as (
    select
        source_name,
        billing_period,
        billing_currency,
        change_number,
        change_kind,
        from_delivery_id,
        to_delivery_id,
        changed_at as valid_from,
        lead(changed_at) over (
            partition by source_name, billing_period, billing_currency
            order by change_number
        ) as valid_to,
        loaded_at
        {%- for measure in measures %},
        cast(
            sum({{ measure }}) over (
                partition by source_name, billing_period, billing_currency
                order by change_number
                rows between unbounded preceding and current row
            ) as {{ measure_type(measure) }}
        ) as {{ measure }}
        {%- if measure != 'line_item_count' %},
        cast({{ measure }} as {{ money_type() }}) as {{ measure }}_difference
        {%- endif %}
        {%- endfor %}
    from ordered
)

select
    source_name,
    billing_period,
    billing_currency,
    change_number,
    change_kind,
    from_delivery_id,
    to_delivery_id,
    valid_from,
    valid_to,
    loaded_at,
    line_item_count,
    billed_cost,
    billed_cost_difference,
    effective_cost,
    effective_cost_difference,
    list_cost,
    list_cost_difference,
    contracted_cost,
    contracted_cost_difference
from beliefs
