{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

select
    charges.source_name,
    charges.billing_period,
    charges.billing_account_id,
    charges.invoice_issuer_name,
    charges.invoice_id,
    charges.billing_currency,
    cast(sum(charges.billed_cost) as {{ money_type() }}) as billed_cost,
    cast(count(*) as bigint) as line_item_count
from {{ ref('int_focus__unioned') }} as charges
where {{ changed_periods_filter('charges') }}
group by 1, 2, 3, 4, 5, 6
