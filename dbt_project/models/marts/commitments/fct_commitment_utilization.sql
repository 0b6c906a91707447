{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('int_focus__unioned') }}"
) }}

with charges as (
    select * from {{ ref('int_focus__unioned') }}
    where {{ changed_periods_filter() }} and commitment_discount_id is not null
),

monthly as (
    select
        source_name,
        billing_period,
        billing_currency,
        service_provider_name,
        commitment_discount_id,
        max(billing_account_id) as billing_account_id,
        max(commitment_discount_name) as commitment_discount_name,
        max(commitment_discount_category) as commitment_discount_category,
        max(commitment_discount_type) as commitment_discount_type,
        max(commitment_discount_unit) as commitment_discount_unit,
        max(x_commitment_term) as commitment_term,
        max(x_commitment_payment_option) as payment_option,
        max(x_commitment_start_at) as exported_start_at,
        max(x_commitment_end_at) as exported_end_at,
        min(charge_period_start) as first_seen_at,
        max(charge_period_end) as last_seen_at,
        sum(case when charge_category = 'Purchase' then billed_cost else 0 end) as purchased_cost,
        sum(case when commitment_discount_status = 'Used' then effective_cost else 0 end) as used_cost,
        sum(case when commitment_discount_status = 'Unused' then effective_cost else 0 end) as unused_cost,
        sum(case when charge_category = 'Purchase' then commitment_discount_quantity else 0 end)
            as purchased_quantity,
        sum(case when commitment_discount_status = 'Used' then commitment_discount_quantity else 0 end)
            as used_quantity,
        sum(case when commitment_discount_status = 'Unused' then commitment_discount_quantity else 0 end)
            as unused_quantity,
        sum(case when commitment_discount_status = 'Used' then list_cost else 0 end) as used_list_cost,
        sum(case when commitment_discount_status = 'Used' then contracted_cost else 0 end) as used_contracted_cost
    from charges
    group by 1, 2, 3, 4, 5
)

select
    source_name,
    billing_period,
    billing_currency,
    service_provider_name,
    commitment_discount_id,
    billing_account_id,
    commitment_discount_name,
    commitment_discount_category,
    commitment_discount_type,
    commitment_discount_unit,
    commitment_term,
    payment_option,
    exported_start_at,
    exported_end_at,
    first_seen_at,
    last_seen_at,
    {%- for measure in [
        'purchased_cost', 'used_cost', 'unused_cost', 'purchased_quantity', 'used_quantity', 'unused_quantity',
        'used_list_cost', 'used_contracted_cost'
    ] %}
    cast(coalesce({{ measure }}, 0) as {{ money_type() }}) as {{ measure }},
    {%- endfor %}
    {{ share_of('used_cost', 'used_cost + unused_cost') }} as utilization_rate,
    cast(used_list_cost - used_cost - unused_cost as {{ money_type() }}) as savings,
    {{ share_of('used_list_cost - used_cost - unused_cost', 'used_list_cost') }} as effective_savings_rate
from monthly
