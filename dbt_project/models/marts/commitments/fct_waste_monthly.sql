{{ config(materialized='table', tags=['scored']) }}

-- what commitments cost that nothing used
with unused as (
    select
        source_name,
        billing_period,
        billing_currency,
        service_provider_name,
        sub_account_id,
        service_name,
        'unused_commitment' as waste_kind,
        effective_cost as wasted_cost,
        cast(null as {{ text_type() }}) as resource_id
    from {{ ref('int_costs__monthly') }}
    where commitment_discount_status = 'Unused'
),

-- what checks found to be idle or unattached, in the month in which they found it: what the plan counts of it, so that
-- a resource that two checks would delete is wasted once. A table of an earlier release has no plan
found as (
    select
        source_name,
        billing_period,
        billing_currency,
        provider as service_provider_name,
        account_id as sub_account_id,
        service_name,
        check_name as waste_kind,
        coalesce(planned_saving, monthly_saving) as wasted_cost,
        resource_id
    from {{ written_table('ml', 'recommendations') }} as recommendations
    where
        lever = 'delete'
        and coalesce(status, 'found') in ('found', 'accepted')
        and coalesce(planned_saving, monthly_saving) > 0
),

waste as (
    select * from unused
    union all
    select * from found
)

select
    source_name,
    billing_period,
    billing_currency,
    service_provider_name,
    sub_account_id,
    service_name,
    waste_kind,
    cast(sum(wasted_cost) as {{ money_type() }}) as wasted_cost,
    count(distinct resource_id) as resource_count
from waste
group by 1, 2, 3, 4, 5, 6, 7
