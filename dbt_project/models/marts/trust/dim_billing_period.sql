with numbered as (
    select
        stated.*,
        row_number() over (
            partition by stated.source_name, stated.invoice_issuer_name, stated.billing_period_start
            order by stated.billing_period_last_updated_at desc nulls last, stated.delivered_with_period desc
        ) as newest_rank
    from {{ ref('stg_focus__billing_periods') }} as stated
)

select
    source_name,
    invoice_issuer_name,
    billing_period,
    billing_period_start,
    billing_period_end,
    billing_period_status,
    billing_period_created_at,
    billing_period_last_updated_at,
    delivered_with_period
from numbered
where newest_rank = 1
