-- A view, and no CTE of its readers: DuckDB would work out a shared CTE for every period before it picks the changed
-- ones.
{% set regular = "coalesce(cost_type, 'regular') = 'regular'" %}
{% set fee = "coalesce(sku_description, '') like 'Commitment %'" %}

select
    *,
    {{ regular }} and {{ fee }} as is_fee,
    {{ regular }} and {{ fee }} and (
        coalesce(credits_commitment, 0) <> 0
        or (subscription_instance_id is not null and sku_description like 'Commitment - dollar based%')
    ) as is_offset_fee,
    {{ regular }} and not {{ fee }} and coalesce(credits_commitment, 0) <> 0 as is_credited,
    {{ regular }} and not {{ fee }} and coalesce(credits_commitment, 0) = 0
    and subscription_instance_id is not null
    and coalesce(consumption_model_description, 'Default') <> 'Default' as is_priced_by_commitment,
    coalesce(cost, 0) as native_cost,
    coalesce(credits_commitment, 0) as commitment_credit,
    coalesce(credits_negotiated, 0) + coalesce(credits_free_tier, 0) as other_credits,
    coalesce(cost_at_list, cost, 0) as public_cost,
    coalesce(usage_amount_in_pricing_units, 0) as quantity,
    case
        when sku_description like 'Commitment - dollar based%' or credits like '%DOLLAR_BASE%' then 'Spend'
        else 'Usage'
    end as pool_category,
    case
        when sku_description like 'Commitment - dollar based%' or credits like '%DOLLAR_BASE%'
            then coalesce(billing_account_id, '') || '/committed-use-discounts/spend'
        else
            coalesce(billing_account_id, '') || '/committed-use-discounts/'
            || coalesce(location_region, location_location, 'global') || '/'
            || coalesce(usage_pricing_unit, 'unit')
    end as pool_id
from {{ ref('stg_gcp__billing') }}
