{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_costs__daily') }}"
) }}

with daily as (
    select * from {{ ref('fct_cost_daily') }}
    where {{ changed_periods_filter() }} and charge_category = 'Usage'
),

meters as (
    select distinct
        service_provider_name,
        service_name,
        x_usage_type
    from daily
    where pricing_category = 'Standard'
),

-- a meter that matches several patterns is one meter all the same
eligible_meters as (
    select distinct
        meters.service_provider_name,
        meters.service_name,
        meters.x_usage_type
    from meters
    inner join {{ ref('commitment_eligibility') }} as eligibility
        on
            meters.service_provider_name = eligibility.provider
            and meters.service_name = eligibility.service_name
            and lower(meters.x_usage_type) like eligibility.usage_type_pattern
),

judged as (
    select
        daily.*,
        case
            when daily.commitment_discount_status = 'Used' then 'covered'
            when daily.commitment_discount_status = 'Unused' then 'unused'
            when eligible_meters.x_usage_type is not null and daily.pricing_category = 'Standard' then 'on demand'
        end as kind
    from daily
    left join eligible_meters
        on
            daily.service_provider_name = eligible_meters.service_provider_name
            and daily.service_name = eligible_meters.service_name
            and daily.x_usage_type = eligible_meters.x_usage_type
),

monthly as (
    select
        source_name,
        billing_period,
        billing_currency,
        service_provider_name,
        billing_account_id,
        sub_account_id,
        service_name,
        region_id,
        sum(case when kind = 'covered' then list_cost else 0 end) as covered_list_cost,
        sum(case when kind = 'on demand' then list_cost else 0 end) as on_demand_list_cost,
        sum(case when kind = 'covered' then effective_cost else 0 end) as covered_effective_cost,
        sum(case when kind = 'on demand' then effective_cost else 0 end) as on_demand_effective_cost,
        sum(case when kind = 'unused' then effective_cost else 0 end) as unused_effective_cost
    from judged
    where kind is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select
    source_name,
    billing_period,
    billing_currency,
    service_provider_name,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    {%- for measure in [
        'covered_list_cost', 'on_demand_list_cost', 'covered_effective_cost', 'on_demand_effective_cost',
        'unused_effective_cost'
    ] %}
    cast({{ measure }} as {{ money_type() }}) as {{ measure }},
    {%- endfor %}
    cast(covered_list_cost + on_demand_list_cost as {{ money_type() }}) as eligible_list_cost,
    {{ share_of('covered_list_cost', 'covered_list_cost + on_demand_list_cost') }} as coverage_rate,
    {{ share_of(
        'covered_list_cost + on_demand_list_cost - covered_effective_cost - on_demand_effective_cost - unused_effective_cost',
        'covered_list_cost + on_demand_list_cost'
    ) }} as effective_savings_rate
from monthly
