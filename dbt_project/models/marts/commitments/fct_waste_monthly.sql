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

-- what checks found to be idle or unattached, in the month in which they found it
found as (
    select
        source_name,
        billing_period,
        billing_currency,
        provider as service_provider_name,
        account_id as sub_account_id,
        service_name,
        check_name as waste_kind,
        monthly_saving as wasted_cost,
        resource_id
    from {{ written_table('ml', 'recommendations') }} as recommendations
    where lever = 'delete' and monthly_saving is not null
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
