-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_date'],
    post_hook="{{ record_loaded_snapshots('int_costs__daily') }}",
    meta={'settings': allocation_settings()}
) }}

{% set dimensions = allocation_dimensions() %}
{% set measures = cost_measures() %}
{% set sources = allocation_sources() %}
{% set rules = read_settings('allocation_rules', 'dimension, rank, rule_name') %}
{% set splits = read_settings('allocation_splits', 'rank, rule_name') %}
{% set tests = read_scope_tests() %}
-- read when this model is compiled:
-- depends_on: {{ source('settings', 'allocation_sources') }}, {{ source('settings', 'allocation_rules') }}
-- depends_on: {{ source('settings', 'allocation_splits') }}, {{ source('settings', 'scope_tests') }}
{#- nothing is weighed or pooled along a dimension that no split moves cost along -#}
{% set split_dimensions = [] %}
{% for split in splits %}
    {% if split['dimension'] not in split_dimensions %} {% do split_dimensions.append(split['dimension']) %} {% endif %}
{% endfor %}
{% set split_dimensions = split_dimensions or dimensions[:1] %}
{% set keys = [
    'source_name', 'billing_period', 'charge_date', 'billing_currency', 'service_provider_name', 'billing_account_id',
    'sub_account_id', 'service_name', 'charge_category'
] %}

{#- what the rows of a day are read for: rules and scopes ask for the last three of the plain columns -#}
{% set columns = keys + ['service_category', 'region_id', 'x_usage_type'] %}

with containers as (
    select * from {{ ref('int_containers__split') }}
    where
        {{ changed_periods_filter() }}
        and (
            {%- for dimension in dimensions %}
            {{ 'or ' if not loop.first }}coalesce(container_{{ dimension }}, '') <> coalesce(node_{{ dimension }}, '')
            {%- endfor %}
        )
),

-- every charge once; what a cloud split between the pods or tasks of a node goes from the node to them
daily as (
    select
        {{ columns | join(', ') }},
        {%- for dimension in dimensions %}
        x_{{ dimension }},
        {%- endfor %}
        {{ measures | join(', ') }},
        line_item_count
    from {{ ref('fct_cost_daily') }}
    where {{ changed_periods_filter() }}
    {%- for side, sign in [('node', '-'), ('container', '')] %}
    union all
    select
        {{ columns | join(', ') }},
        {%- for dimension in dimensions %}
        {{ side }}_{{ dimension }},
        {%- endfor %}
        {%- for measure in measures %}
        {{ sign }}split_{{ measure }},
        {%- endfor %}
        0 as line_item_count
    from containers
    {%- endfor %}
),

tagged as (
    select
        {%- for key in keys %}
        daily.{{ key }},
        {%- endfor %}
        {%- for measure in measures %}
        daily.{{ measure }},
        {%- endfor %}
        daily.line_item_count,
        daily.service_category,
        daily.region_id,
        daily.x_usage_type
        {%- for dimension in dimensions %},
        coalesce({{ dimension }}_aliases.value, daily.x_{{ dimension }}) as tag_{{ dimension }},
        {{ dimension }}_accounts.value as account_{{ dimension }}
        {%- endfor %}
    from daily
    {%- for dimension in dimensions %}
    left join {{ source('settings', 'allocation_aliases') }} as {{ dimension }}_aliases
        on
            {{ dimension }}_aliases.dimension = '{{ dimension }}'
            and daily.x_{{ dimension }} = {{ dimension }}_aliases.alias
    left join {{ source('settings', 'allocation_accounts') }} as {{ dimension }}_accounts
        on
            {{ dimension }}_accounts.dimension = '{{ dimension }}'
            and lower(daily.sub_account_id) = {{ dimension }}_accounts.account_id
    {%- endfor %}
),

ruled as (
    select
        *
        {%- for dimension in dimensions %},
        {{ rule_value(dimension, rules, tests) }} as rule_{{ dimension }}
        {%- endfor %}
    from tagged
),

valued as (
    select
        *
        {%- for dimension in dimensions %},
        {{ allocated_value(dimension, sources[dimension]) }} as {{ dimension }},
        {{ allocated_basis(dimension, sources[dimension]) }} as {{ dimension }}_basis
        {%- endfor %}
    from ruled
),

attributed as (
    select
        *
        {%- for dimension in dimensions %},
        {{ split_name(dimension, splits, tests) }} as {{ dimension }}_split
        {%- endfor %}
    from valued
),

-- what is not itself shared, per value of each dimension: what proportions follow
weights as (
    {% for dimension in split_dimensions %}
    select
        '{{ dimension }}' as dimension,
        billing_period,
        billing_currency,
        {{ dimension }} as target
        {%- for measure in measures %},
        sum({{ measure }}) as {{ measure }}
        {%- endfor %}
    from attributed
    where {{ dimension }}_split is null and {{ dimension }}_basis <> 'default'
    group by 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what is shared, along each dimension
pools as (
    {% for dimension in split_dimensions %}
    select
        '{{ dimension }}' as dimension,
        {{ dimension }}_split as rule_name
        {%- for key in keys %},
        {{ key }}
        {%- endfor %}
        {%- for name in dimensions %},
        {{ name }},
        {{ name }}_basis
        {%- endfor %}
        {%- for measure in measures %},
        cast(sum({{ measure }}) as {{ money_type() }}) as {{ measure }}
        {%- endfor %}
    from attributed
    where {{ dimension }}_split is not null
    group by {{ first_columns(2 + keys | length + 2 * dimensions | length) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

pool_months as (
    select distinct
        dimension,
        rule_name,
        billing_period,
        billing_currency
    from pools
),

rules as (
    select
        rule_name,
        method,
        weight_measure,
        is_open
    from {{ source('settings', 'allocation_splits') }}
),

targets as (
    select
        pool_months.rule_name,
        pool_months.billing_period,
        pool_months.billing_currency,
        coalesce(targets.target, weights.target) as target,
        case
            when rules.method = 'fixed' then targets.share
            when rules.method = 'even' then 1
            -- whoever was given more than it spent bears nothing
            {%- for measure in measures %}
            when rules.weight_measure = '{{ measure }}' and weights.{{ measure }} > 0
                then cast(weights.{{ measure }} as {{ money_type() }})
            {%- endfor %}
            else 0
        end as weight
    from pool_months
    inner join rules on pool_months.rule_name = rules.rule_name
    left join {{ source('settings', 'allocation_targets') }} as targets on pool_months.rule_name = targets.rule_name
    left join weights
        on
            pool_months.dimension = weights.dimension
            and pool_months.billing_period = weights.billing_period
            and pool_months.billing_currency = weights.billing_currency
            and (rules.is_open or targets.target = weights.target)
    where not rules.is_open or weights.target is not null
),

weighed as (
    select
        *,
        sum(weight) over (partition by rule_name, billing_period, billing_currency) as total_weight,
        count(*) over (partition by rule_name, billing_period, billing_currency) as target_count,
        row_number() over (
            partition by rule_name, billing_period, billing_currency
            order by weight, target
        ) as target_rank
    from targets
),

shares as (
    select
        *,
        -- where nobody has any weight, equal parts
        {{ divide_exactly(
            'cast(case when total_weight = 0 then 1 else weight end as ' ~ money_type() ~ ')',
            'cast(case when total_weight = 0 then target_count else total_weight end as ' ~ money_type() ~ ')'
        ) }} as share
    from weighed
),

-- the parts of a pool end where the next begins, and the last, of the largest target, ends with the whole: whatever
-- rounding does, they add up
ends as (
    select
        rule_name,
        billing_period,
        billing_currency,
        target,
        target_rank,
        case
            when target_rank = target_count then 1
            else sum(share) over (
                partition by rule_name, billing_period, billing_currency
                order by target_rank
                rows between unbounded preceding and current row
            )
        end as part_end,
        share
    from shares
),

bounds as (
    select
        rule_name,
        billing_period,
        billing_currency,
        target,
        target_rank,
        cast(part_end as {{ money_type() }}) as part_end,
        cast(
            coalesce(
                lag(part_end) over (partition by rule_name, billing_period, billing_currency order by target_rank), 0
            ) as {{ money_type() }}
        ) as part_start
    from ends
),

direct as (
    select
        {% for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for name in dimensions %}
        {{ name }},
        {{ name }}_basis,
        {%- endfor %}
        'direct' as allocation_kind,
        cast(null as {{ text_type() }}) as allocation_dimension,
        cast(null as {{ text_type() }}) as rule_name
        {%- for measure in measures %},
        cast(sum({{ measure }}) as {{ money_type() }}) as {{ measure }}
        {%- endfor %},
        cast(sum(line_item_count) as bigint) as line_item_count
    from attributed
    group by {{ first_columns(0 + keys | length + 2 * dimensions | length) }}
),

shared_out as (
    select
        {% for key in keys %}
        pools.{{ key }},
        {%- endfor %}
        {%- for name in dimensions %}
        pools.{{ name }},
        pools.{{ name }}_basis,
        {%- endfor %}
        'shared out' as allocation_kind,
        pools.dimension as allocation_dimension,
        pools.rule_name
        {%- for measure in measures %},
        cast(-pools.{{ measure }} as {{ money_type() }}) as {{ measure }}
        {%- endfor %},
        0 as line_item_count
    from pools
    -- a pool that nobody bears stays where it is
    inner join bounds
        on
            pools.rule_name = bounds.rule_name
            and pools.billing_period = bounds.billing_period
            and pools.billing_currency = bounds.billing_currency
    where bounds.target_rank = 1
),

shared_in as (
    select
        {% for key in keys %}
        pools.{{ key }},
        {%- endfor %}
        {%- for name in dimensions %}
        case when pools.dimension = '{{ name }}' then bounds.target else pools.{{ name }} end as {{ name }},
        case when pools.dimension = '{{ name }}' then 'split' else pools.{{ name }}_basis end as {{ name }}_basis,
        {%- endfor %}
        'shared in' as allocation_kind,
        pools.dimension as allocation_dimension,
        pools.rule_name
        {%- for measure in measures %},
        cast(
            {{ multiply_money('pools.' ~ measure, 'bounds.part_end') }}
            - {{ multiply_money('pools.' ~ measure, 'bounds.part_start') }} as {{ money_type() }}
        ) as {{ measure }}
        {%- endfor %},
        0 as line_item_count
    from pools
    inner join bounds
        on
            pools.rule_name = bounds.rule_name
            and pools.billing_period = bounds.billing_period
            and pools.billing_currency = bounds.billing_currency
    where bounds.part_end <> bounds.part_start
)

select * from direct
union all
select * from shared_out
union all
-- several shares of one day may meet in one row: from the same pool with different values of the split dimension
select
    {% for key in keys %}
    {{ key }},
    {%- endfor %}
    {%- for name in dimensions %}
    {{ name }},
    {{ name }}_basis,
    {%- endfor %}
    allocation_kind,
    allocation_dimension,
    rule_name
    {%- for measure in measures %},
    cast(sum({{ measure }}) as {{ money_type() }}) as {{ measure }}
    {%- endfor %},
    0 as line_item_count
from shared_in
group by {{ first_columns(3 + keys | length + 2 * dimensions | length) }}
