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
{% for staging_model in [
    'stg_aws__cur', 'stg_aws__cur2', 'stg_azure__cost_details', 'stg_gcp__billing', 'stg_focus__charges'
] %}
select
    {%- for name in focus_columns() %}
    charges.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref(staging_model) }} as charges
where {{ changed_periods_filter('charges') }}
{{ 'union all' if not loop.last }}
{% endfor %}
