with daily as (
    select * from {{ ref('fct_cost_daily') }}
),

days as (
    select
        service_provider_name,
        service_name,
        service_category,
        service_subcategory,
        min(charge_date) as first_seen_date,
        max(charge_date) as last_seen_date
    from daily
    group by 1, 2, 3, 4
),

categorised as (
    select
        service_provider_name,
        service_name,
        service_category,
        service_subcategory,
        min(first_seen_date) over (partition by service_provider_name, service_name) as first_seen_date,
        max(last_seen_date) over (partition by service_provider_name, service_name) as last_seen_date,
        -- FOCUS gives a service one category; files that disagree are settled by the latest
        row_number() over (
            partition by service_provider_name, service_name
            order by last_seen_date desc, service_category asc, service_subcategory asc
        ) as category_rank
    from days
)

select
    service_provider_name,
    service_name,
    service_category,
    service_subcategory,
    first_seen_date,
    last_seen_date
from categorised
where category_rank = 1
