-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    incremental_strategy='append_changes',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_date'],
    full_refresh=false,
    post_hook="{{ record_loaded_snapshots('int_costs__daily') }}"
) }}

{% set keys = changing_keys() %}
{% set measures = changing_measures() %}

with sides as (
    select
        daily.source_name,
        daily.billing_period
        {%- for key in keys %},
        daily.{{ key }}
        {%- endfor %}
        {%- for measure in measures %},
        daily.{{ measure }} as new_{{ measure }},
        0 as old_{{ measure }}
        {%- endfor %}
    from {{ ref('int_costs__daily') }} as daily
    where {{ changed_periods_filter('daily') }}
    {% if is_incremental() %}
    union all
    select
        changes.source_name,
        changes.billing_period
        {%- for key in keys %},
        changes.{{ key }}
        {%- endfor %}
        {%- for measure in measures %},
        0 as new_{{ measure }},
        changes.new_{{ measure }} - changes.old_{{ measure }} as old_{{ measure }}
        {%- endfor %}
    from {{ this }} as changes
    where {{ changed_periods_filter('changes') }}
    {% endif %}
),

moved as (
    select
        source_name,
        billing_period
        {%- for key in keys %},
        {{ key }}
        {%- endfor %}
        {%- for measure in measures %},
        cast(sum(old_{{ measure }}) as {{ measure_type(measure) }}) as old_{{ measure }},
        cast(sum(new_{{ measure }}) as {{ measure_type(measure) }}) as new_{{ measure }}
        {%- endfor %}
    from sides
    group by
        source_name,
        billing_period
        {%- for key in keys %},
        {{ key }}
        {%- endfor %}
    having
        {%- for measure in measures %}
        {{ 'or ' if not loop.first }}sum(new_{{ measure }}) <> sum(old_{{ measure }})
        {%- endfor %}
),

deliveries_now as (
    {{ name_deliveries('int_costs__daily') }}
),

{% if is_incremental() %}
deliveries_before as (
    {{ name_deliveries(this.name) }}
),

last_changes as (
    select
        changes.source_name,
        changes.billing_period,
        max(changes.changed_at) as changed_at,
        max(changes.change_number) as change_number
    from {{ this }} as changes
    where {{ changed_periods_filter('changes') }}
    group by changes.source_name, changes.billing_period
),
{% else %}
deliveries_before as (
    select * from deliveries_now
    where 1 = 0
),

last_changes as (
    select
        source_name,
        billing_period,
        promoted_at as changed_at,
        0 as change_number
    from deliveries_now
    where 1 = 0
),
{% endif %}

named as (
    select
        moved.*,
        coalesce(last_changes.change_number, 0) + 1 as change_number,
        case
            when last_changes.change_number is null and deliveries_before.deliveries is null then 'first'
            when deliveries_now.deliveries is null then 'withdrawn'
            when deliveries_before.deliveries is null then 'returned'
            when deliveries_before.deliveries = deliveries_now.deliveries then 'rebuilt'
            else 'restated'
        end as change_kind,
        deliveries_before.deliveries as from_delivery_id,
        deliveries_now.deliveries as to_delivery_id,
        deliveries_now.promoted_at,
        -- What nobody delivered anew (a source that was taken out, a model that changed) is believed from now on. A
        -- clock may run ahead and back: nothing is believed later than it is built, or earlier than what came before.
        case
            when last_changes.changed_at is null or deliveries_now.promoted_at > last_changes.changed_at
                then least(coalesce(deliveries_now.promoted_at, {{ run_moment() }}), {{ run_moment() }})
            else greatest({{ run_moment() }}, last_changes.changed_at)
        end as changed_at,
        {{ run_moment() }} as loaded_at
    from moved
    left join deliveries_now
        on moved.source_name = deliveries_now.source_name and moved.billing_period = deliveries_now.billing_period
    left join deliveries_before
        on
            moved.source_name = deliveries_before.source_name
            and moved.billing_period = deliveries_before.billing_period
    left join last_changes
        on moved.source_name = last_changes.source_name and moved.billing_period = last_changes.billing_period
)

select
    source_name,
    billing_period,
    cast(change_number as integer) as change_number,
    change_kind,
    from_delivery_id,
    to_delivery_id,
    promoted_at,
    changed_at,
    loaded_at
    {%- for key in keys %},
    {{ key }}
    {%- endfor %}
    {%- for measure in measures %},
    old_{{ measure }},
    new_{{ measure }}
    {%- endfor %}
from named
-- a later run finds the rows of a period side by side, and skips the others
order by source_name, billing_period
