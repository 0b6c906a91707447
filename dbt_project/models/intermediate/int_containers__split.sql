-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_date'],
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

{% set dimensions = allocation_dimensions() %}
{% set measures = cost_measures() %}
{% set node_day = ['source_name', 'billing_period', 'charge_date', 'billing_currency', 'node_id'] %}
{% set container = ['cluster_name', 'namespace', 'workload_type', 'workload_name'] %}
{% set node = [
    'service_provider_name', 'billing_account_id', 'sub_account_id', 'service_name', 'service_category', 'region_id',
    'x_usage_type', 'charge_category'
] %}

with containers as (
    select
        {%- for column in node_day + container %}
        {{ column }},
        {%- endfor %}
        {%- for dimension in dimensions %}
        x_{{ dimension }},
        {%- endfor %}
        cast(sum(used_cost + unused_cost) as {{ money_type() }}) as weight,
        cast(sum(unused_cost) as {{ money_type() }}) as unused_weight
    from {{ ref('int_aws__splits') }}
    where {{ changed_periods_filter() }}
    group by {{ first_columns(node_day | length + container | length + dimensions | length) }}
    having sum(used_cost + unused_cost) > 0
),

split_nodes as (
    select distinct
        source_name,
        billing_period,
        node_id
    from containers
),

-- the machines alone: their traffic and their volumes are not what AWS splits
nodes as (
    select
        charges.source_name,
        charges.billing_period,
        cast(charges.charge_period_start as date) as charge_date,
        charges.billing_currency,
        charges.resource_id as node_id,
        {%- for column in node %}
        charges.{{ column }},
        {%- endfor %}
        {%- for dimension in dimensions %}
        charges.x_{{ dimension }},
        {%- endfor %}
        {%- for measure in measures %}
        cast(sum(charges.{{ measure }}) as {{ money_type() }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_focus__unioned') }} as charges
    inner join split_nodes
        on
            charges.source_name = split_nodes.source_name
            and charges.billing_period = split_nodes.billing_period
            and charges.resource_id = split_nodes.node_id
    where
        {{ changed_periods_filter('charges') }}
        and charges.charge_category = 'Usage'
        and (
            charges.x_usage_type like '%BoxUsage%'
            or charges.x_usage_type like '%SpotUsage%'
            or charges.x_usage_type like '%DedicatedUsage%'
        )
    group by {{ first_columns(node_day | length + node | length + dimensions | length) }}
),

node_days as (
    select
        {{ node_day | join(', ') }},
        sum(effective_cost) as effective_cost
    from nodes
    group by {{ first_columns(node_day | length) }}
),

ranked as (
    select
        *,
        sum(weight) over (partition by {{ node_day | join(', ') }}) as given,
        row_number() over (
            partition by {{ node_day | join(', ') }}
            order by
                weight
                {%- for column in container %},
                {{ column }}
                {%- endfor %}
                {%- for dimension in dimensions %},
                x_{{ dimension }}
                {%- endfor %}
        ) as part_rank,
        count(*) over (partition by {{ node_day | join(', ') }}) as part_count
    from containers
),

-- what the parts add up to beyond the node's own cost is not there to be given; what they leave stays with the node
weighed as (
    select
        ranked.*,
        cast(greatest(node_days.effective_cost, ranked.given) as {{ money_type() }}) as whole
    from ranked
    inner join node_days
        on
            {%- for column in node_day %}
            {{ 'and ' if not loop.first }}ranked.{{ column }} = node_days.{{ column }}
            {%- endfor %}
),

shares as (
    select
        *,
        {{ divide_exactly('weight', 'whole') }} as share,
        {{ divide_exactly('unused_weight', 'weight') }} as unused_share
    from weighed
),

-- parts end where the next begin, so that they add up whatever is rounded
ends as (
    select
        *,
        cast(
            case
                when part_rank = part_count and given >= whole then 1
                else sum(share) over (
                    partition by {{ node_day | join(', ') }}
                    order by part_rank
                    rows between unbounded preceding and current row
                )
            end as {{ money_type() }}
        ) as part_end
    from shares
),

bounds as (
    select
        *,
        cast(
            coalesce(lag(part_end) over (partition by {{ node_day | join(', ') }} order by part_rank), 0)
            as {{ money_type() }}
        ) as part_start
    from ends
)

select
    {%- for column in node_day + node %}
    nodes.{{ column }},
    {%- endfor %}
    {%- for dimension in dimensions %}
    nodes.x_{{ dimension }} as node_{{ dimension }},
    -- what a pod states nothing of, its node states
    coalesce(bounds.x_{{ dimension }}, nodes.x_{{ dimension }}) as container_{{ dimension }},
    {%- endfor %}
    {%- for column in container %}
    bounds.{{ column }},
    {%- endfor %}
    {%- for measure in measures %}
    cast(
        {{ multiply_money('nodes.' ~ measure, 'bounds.part_end') }}
        - {{ multiply_money('nodes.' ~ measure, 'bounds.part_start') }} as {{ money_type() }}
    ) as split_{{ measure }},
    {%- endfor %}
    bounds.unused_share
from nodes
inner join bounds
    on
        {%- for column in node_day %}
        {{ 'and ' if not loop.first }}nodes.{{ column }} = bounds.{{ column }}
        {%- endfor %}
