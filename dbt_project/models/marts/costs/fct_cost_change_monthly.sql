-- noqa: disable=layout.indent
{% set scope = [
    'source_name', 'billing_period', 'billing_currency', 'service_provider_name', 'billing_account_id',
    'sub_account_id', 'service_name', 'x_usage_type'
] %}
{% set item = scope + ['region_id', 'pricing_category'] %}
{% set next_month = 'cast(' ~ dbt.dateadd('month', 1, 'billing_period') ~ ' as date)' %}
{% set measures = ['effective_cost', 'contracted_cost', 'consumed_quantity', 'line_item_count'] %}
{#- whose effect is the whole change of their cost -#}
{% set category_effects = {
    'Purchase': 'fee_effect', 'Credit': 'credit_effect', 'Tax': 'tax_effect', 'Adjustment': 'adjustment_effect'
} %}

with monthly as (
    select
        {{ item | join(', ') }},
        charge_category,
        case
            when charge_category = 'Usage' and commitment_discount_status = 'Unused' then 'Unused'
            else charge_category
        end as kind,
        {{ measures | join(', ') }}
    from {{ ref('int_costs__monthly') }}
),

periods as (
    select distinct
        source_name,
        billing_period
    from monthly
),

-- a month is compared with the month before it where the source has both
compared as (
    select
        later.source_name,
        later.billing_period
    from periods as later
    inner join periods as earlier
        on
            later.source_name = earlier.source_name
            and later.billing_period = cast({{ dbt.dateadd('month', 1, 'earlier.billing_period') }} as date)
),

-- every row once as what a month is and once as what the next month was before: no join, so that nulls are equal
sides as (
    select
        {{ item | join(', ') }},
        kind
        {%- for measure in measures %},
        {{ measure }} as new_{{ measure }},
        0 as old_{{ measure }}
        {%- endfor %}
    from monthly
    union all
    select
        {{ item | join(', ') | replace('billing_period', next_month) }},
        kind
        {%- for measure in measures %},
        0 as new_{{ measure }},
        {{ measure }} as old_{{ measure }}
        {%- endfor %}
    from monthly
),

items as (
    select
        {%- for column in item %}
        sides.{{ column }},
        {%- endfor %}
        sides.kind
        {%- for measure in measures %},
        cast(coalesce(sum(sides.new_{{ measure }}), 0) as {{ measure_type(measure) }}) as new_{{ measure }},
        cast(coalesce(sum(sides.old_{{ measure }}), 0) as {{ measure_type(measure) }}) as old_{{ measure }}
        {%- endfor %}
    from sides
    inner join compared
        on sides.source_name = compared.source_name and sides.billing_period = compared.billing_period
    group by {{ range(1, (item | length) + 2) | join(', ') }}
),

item_growths as (
    select
        *,
        {{ growth_ratio('new_consumed_quantity', 'old_consumed_quantity') }} as growth
    from items
),

-- what the same quantity of an item costs more, at contracted prices
priced_items as (
    select
        *,
        case
            when kind = 'Usage' and growth is not null
                then new_contracted_cost - {{ multiply_money('old_contracted_cost', 'growth') }}
            else 0
        end as price_change
    from item_growths
),

scopes as (
    select
        {{ scope | join(', ') }},
        cast(sum(old_effective_cost) as {{ money_type() }}) as previous_effective_cost,
        cast(sum(new_effective_cost) as {{ money_type() }}) as effective_cost
        {%- for category, effect in category_effects.items() %},
        cast(
            sum(case when kind = '{{ category }}' then new_effective_cost - old_effective_cost else 0 end)
            as {{ money_type() }}
        ) as {{ effect }}
        {%- endfor %},
        cast(
            sum(case when kind = 'Unused' then new_effective_cost - old_effective_cost else 0 end)
            as {{ money_type() }}
        ) as unused_change,
        cast(sum(price_change) as {{ money_type() }}) as price_change
        {%- for measure in measures %},
        cast(sum(case when kind = 'Usage' then old_{{ measure }} else 0 end) as {{ measure_type(measure) }})
            as old_usage_{{ measure }},
        cast(sum(case when kind = 'Usage' then new_{{ measure }} else 0 end) as {{ measure_type(measure) }})
            as new_usage_{{ measure }}
        {%- endfor %}
    from priced_items
    group by {{ range(1, (scope | length) + 1) | join(', ') }}
),

scope_growths as (
    select
        *,
        new_usage_effective_cost - old_usage_effective_cost as usage_change,
        new_usage_contracted_cost - old_usage_contracted_cost as contracted_change,
        {{ growth_ratio('new_usage_consumed_quantity', 'old_usage_consumed_quantity') }} as growth
    from scopes
),

classed as (
    select
        *,
        case
            when old_usage_line_item_count = 0 then 'new'
            when new_usage_line_item_count = 0 then 'ended'
            when growth is not null then 'metered'
            else 'unmetered'
        end as usage_class
    from scope_growths
),

quantified as (
    select
        *,
        case
            when usage_class = 'metered'
                then {{ multiply_money('old_usage_contracted_cost', 'growth') }} - old_usage_contracted_cost
            else 0
        end as usage_effect,
        case when usage_class = 'metered' then price_change else 0 end as price_effect
    from classed
)

select
    {{ scope | join(', ') }},
    previous_effective_cost,
    effective_cost,
    cast(effective_cost - previous_effective_cost as {{ money_type() }}) as cost_change,
    cast(usage_effect as {{ money_type() }}) as usage_effect,
    cast(price_effect as {{ money_type() }}) as price_effect,
    -- the rest of what is at contracted prices; so the effects add up whatever the divisions were rounded to
    cast(
        case when usage_class = 'metered' then contracted_change - usage_effect - price_effect else 0 end
        as {{ money_type() }}
    ) as mix_effect,
    cast(
        unused_change
        + case when usage_class in ('metered', 'unmetered') then usage_change - contracted_change else 0 end
        as {{ money_type() }}
    ) as commitment_effect,
    cast(case when usage_class = 'new' then usage_change else 0 end as {{ money_type() }}) as new_effect,
    cast(case when usage_class = 'ended' then usage_change else 0 end as {{ money_type() }}) as ended_effect,
    cast(case when usage_class = 'unmetered' then contracted_change else 0 end as {{ money_type() }})
        as unmetered_effect
    {%- for effect in category_effects.values() %},
    {{ effect }}
    {%- endfor %}
from quantified
