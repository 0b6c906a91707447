{% set divisor %}
    case
        when pool_category = 'Usage' and fee_quantity > covered_quantity then fee_quantity
        else covered_quantity
    end
{% endset %}

with pools as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        billing_account_id,
        currency,
        pool_id,
        pool_category,
        max(source_file) as source_file,
        max(service_description) as service_description,
        max(location_region) as region_id,
        max(usage_pricing_unit) as usage_pricing_unit,
        sum(case when is_fee then native_cost + other_credits else 0 end) as fee_cost,
        sum(case when is_fee then quantity else 0 end) as fee_quantity,
        sum(case when is_fee then 0 else abs(pool_weight) end) as covered_quantity
    from {{ ref('int_gcp__covered') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select
    *,
    coalesce(
        case
            when
                abs(cast(fee_cost as double precision)) < cast({{ divisor }} as double precision) * 1000000000
                then {{ divide_exactly('fee_cost', divisor) }}
        end,
        0
    ) as fee_rate
from pools
