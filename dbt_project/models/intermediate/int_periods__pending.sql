{{ config(materialized='view') }}

-- depends_on: {{ ref('int_focus__unioned') }}
{% set incremental_models = ['int_focus__unioned'] %}
{% if execute %}
    {% for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | sort(attribute='name') %}
        {% if node.config.incremental_strategy in ['replace_periods', 'append_changes'] and node.name not in incremental_models %}
            {% do incremental_models.append(node.name) %}
        {% endif %}
    {% endfor %}
{% endif %}

with wanted as (
    {% for name in incremental_models %}
    select
        '{{ name }}' as model_name,
        source_name,
        billing_period,
        dataset,
        delivery_id
    from {{ source('raw', 'current_snapshots') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

loaded as (
    select
        model_name,
        source_name,
        billing_period,
        dataset,
        delivery_id
    from {{ loaded_snapshots() }}
),

sides as (
    select
        wanted.*,
        1 as side
    from wanted
    union all
    select
        loaded.*,
        -1 as side
    from loaded
),

differences as (
    select
        model_name,
        source_name,
        billing_period
    from sides
    group by model_name, source_name, billing_period, dataset, delivery_id
    having sum(side) <> 0
)

select
    source_name,
    billing_period,
    count(distinct model_name) as model_count
from differences
group by source_name, billing_period
