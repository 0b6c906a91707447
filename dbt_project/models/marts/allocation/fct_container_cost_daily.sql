{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name', 'charge_date'],
    post_hook="{{ record_loaded_snapshots('int_containers__split') }}"
) }}

{% set keys = [
    'source_name', 'billing_period', 'charge_date', 'billing_currency', 'service_provider_name', 'billing_account_id',
    'sub_account_id', 'region_id', 'cluster_name', 'namespace', 'workload_type', 'workload_name', 'node_id'
] %}

with containers as (
    select * from {{ ref('int_containers__split') }} as containers
    where {{ changed_periods_filter('containers') }}
),

parts as (
    select
        {{ keys | join(', ') }},
        split_billed_cost,
        split_effective_cost,
        {{ multiply_money('split_effective_cost', 'unused_share') }} as unused_cost
    from containers
)

select
    {{ keys | join(', ') }},
    cast(sum(split_billed_cost) as {{ money_type() }}) as split_billed_cost,
    cast(sum(split_effective_cost) as {{ money_type() }}) as split_effective_cost,
    cast(sum(unused_cost) as {{ money_type() }}) as unused_cost
from parts
group by {{ first_columns(keys | length) }}
