with daily as (
    select * from {{ ref('fct_cost_daily') }}
),

named as (
    select
        service_provider_name,
        billing_account_id,
        sub_account_id,
        billing_account_name,
        sub_account_name,
        min(charge_date) over (partition by service_provider_name, billing_account_id, sub_account_id)
            as first_seen_date,
        max(charge_date) over (partition by service_provider_name, billing_account_id, sub_account_id)
            as last_seen_date,
        -- accounts get renamed: the latest name counts, a missing one never does
        row_number() over (
            partition by service_provider_name, billing_account_id, sub_account_id
            order by
                case when sub_account_name is null and billing_account_name is null then 1 else 0 end,
                charge_date desc,
                coalesce(sub_account_name, ''),
                coalesce(billing_account_name, '')
        ) as name_rank
    from daily
)

select
    service_provider_name,
    billing_account_id,
    billing_account_name,
    sub_account_id,
    sub_account_name,
    first_seen_date,
    last_seen_date
from named
where name_rank = 1
