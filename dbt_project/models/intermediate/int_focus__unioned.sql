-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    period_files=true,
    dist='even',
    sort=['billing_period', 'source_name', 'charge_period_start'],
    pre_hook=[
        "{{ create_loaded_snapshots() }}", "{{ create_loaded_settings() }}", "{{ create_period_files() }}"
    ],
    post_hook="{{ record_loaded_snapshots() }}",
    meta={'settings': ['allocation_tag_keys', 'focus_values']}
) }}

-- the mappings read them when they are compiled: depends_on: {{ source('settings', 'allocation_tag_keys') }}
-- and {{ source('settings', 'focus_values') }}
{% set mappings = {
    'aws_cur': ref('int_aws__focus'),
    'aws_cur2': ref('int_aws__focus'),
    'azure_cost_details': ref('int_azure__focus'),
    'gcp_billing': ref('int_gcp__focus'),
    'focus': ref('int_focus__mapped'),
} %}
{#- planning what is empty takes as long as reading a hundred thousand rows -#}
{% set delivered = [] %}
{% for table in delivered_tables(mappings.keys()) if mappings[table] not in delivered %}
    {% do delivered.append(mappings[table]) %}
{% endfor %}
{% for relation in delivered %}
select
    {%- for name in focus_columns() %}
    charges.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relation }} as charges
where {{ changed_periods_filter('charges') }}
{{ 'union all' if not loop.last }}
{% endfor %}
