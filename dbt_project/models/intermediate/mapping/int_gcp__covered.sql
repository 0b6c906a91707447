{% set is_covered_whole = gcp_is_covered_whole() %}

select
    source_name,
    billing_period,
    dataset,
    delivery_id,
    source_file,
    billing_account_id,
    currency,
    pool_id,
    pool_category,
    service_description,
    location_region,
    usage_pricing_unit,
    is_fee,
    is_credited,
    native_cost,
    other_credits,
    quantity,
    case
        when pool_category = 'Spend' then -commitment_credit
        when {{ is_covered_whole }} then quantity
        else {{ multiply_money('quantity', divide_exactly('-commitment_credit', 'native_cost')) }}
    end as pool_weight
from {{ ref('int_gcp__classified') }}
where
    (credits_commitment <> 0 or sku_description like 'Commitment %')
    and (is_credited or (is_fee and not is_offset_fee))
