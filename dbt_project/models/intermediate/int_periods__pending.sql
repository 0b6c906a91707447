{{ config(materialized='view') }}

-- depends_on: {{ ref('int_focus__unioned') }}
{% set incremental_models = {'int_focus__unioned': ['allocation_tag_keys']} %}
{% if execute %}
    {% for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | sort(attribute='name') %}
        {% if node.config.materialized == 'incremental' and node.config.incremental_strategy != 'append' %}
            {% do incremental_models.update({node.name: settings_of(node.unique_id)}) %}
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

-- a model that depends on settings is behind where it was built with others, as it is with other snapshots
current_periods as (
    select distinct
        source_name,
        billing_period
    from {{ source('raw', 'current_snapshots') }}
),

wanted_settings as (
    {% for name, tables in incremental_models.items() if tables %}
    select
        '{{ name }}' as model_name,
        current_periods.source_name,
        current_periods.billing_period,
        fingerprints.table_name,
        fingerprints.fingerprint
    from current_periods
    cross join {{ settings_fingerprints() }} as fingerprints
    where fingerprints.table_name in ({{ quote_list(tables) }})
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what an earlier release built under other names is behind in nothing
loaded as (
    select
        model_name,
        source_name,
        billing_period,
        dataset,
        delivery_id
    from {{ loaded_snapshots() }}
    where model_name in ({{ quote_list(incremental_models.keys()) }})
),

loaded_with as (
    select
        model_name,
        source_name,
        billing_period,
        table_name,
        fingerprint
    from {{ loaded_settings() }}
    where model_name in ({{ quote_list(incremental_models.keys()) }})
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
    union all
    select
        wanted_settings.*,
        1 as side
    from wanted_settings
    union all
    select
        loaded_with.*,
        -1 as side
    from loaded_with
),

differences as (
    select
        model_name,
        source_name,
        billing_period
    from sides
    group by model_name, source_name, billing_period, dataset, delivery_id
    having sum(side) <> 0
),

behind as (
    select
        model_name,
        source_name,
        billing_period
    from differences
    group by model_name, source_name, billing_period
)

select
    source_name,
    billing_period,
    count(*) as model_count,
    {{ list_names('model_name') }} as models
from behind
group by source_name, billing_period
