{{ config(
    materialized='incremental',
    incremental_strategy='replace_periods',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_period_start'],
    on_schema_change='fail',
    pre_hook=["{{ create_loaded_snapshots() }}", "{{ create_loaded_settings() }}"],
    post_hook="{{ record_loaded_snapshots() }}",
    meta={'settings': ['allocation_tag_keys', 'focus_values']}
) }}

-- the staging models read them when they are compiled: depends_on: {{ source('settings', 'allocation_tag_keys') }}
-- and {{ source('settings', 'focus_values') }}
{% set relations = {
    'aws_cur': ref('stg_aws__cur'),
    'aws_cur2': ref('stg_aws__cur2'),
    'azure_cost_details': ref('stg_azure__cost_details'),
    'gcp_billing': ref('stg_gcp__billing'),
    'focus': ref('stg_focus__charges'),
} %}
{#- planning what is empty takes as long as reading a hundred thousand rows -#}
{% for table in delivered_tables(relations.keys()) %}
select
    {%- for name in focus_columns() %}
    charges.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relations[table] }} as charges
where {{ changed_periods_filter('charges') }}
{{ 'union all' if not loop.last }}
{% endfor %}
