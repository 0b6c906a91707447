with native as (
    select * from {{ source('raw', 'focus_billing_period') }}
)

select
    source_name,
    billing_period as delivered_with_period,
    delivery_id,
    invoice_issuer_name,
    -- midnight of the first in a zone east of Greenwich is still the month before in UTC
    cast({{ dbt.date_trunc('month', dbt.dateadd('hour', 14, 'billing_period_start')) }} as date) as billing_period,
    billing_period_start,
    billing_period_end,
    case lower(billing_period_status) when 'open' then 'Open' when 'closed' then 'Closed' else billing_period_status end
        as billing_period_status,
    billing_period_created as billing_period_created_at,
    billing_period_last_updated as billing_period_last_updated_at
from native
