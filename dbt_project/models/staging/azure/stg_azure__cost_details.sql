-- A charge and what it is. Written out twice below rather than shared: DuckDB would work out a shared CTE for every
-- period before it picks the changed ones.
{% set line_items %}
    select
        native.*,
        kind in ('purchase', 'refund') as is_purchase,
        kind in ('unusedreservation', 'unusedsavingsplan') as is_unused,
        (
            model in ('reservation', 'savingsplan')
            or kind in ('unusedreservation', 'unusedsavingsplan')
            or (kind in ('purchase', 'refund') and commitment_id is not null)
        ) as is_commitment
    from (
        select
            *,
            coalesce(cost, 0) as native_cost,
            coalesce(subscription_id, '') as subscription_key,
            coalesce(date, billing_period) as charge_date,
            lower(replace(coalesce(pricing_model, ''), ' ', '')) as model,
            lower(replace(coalesce(charge_type, ''), ' ', '')) as kind,
            coalesce(benefit_id, reservation_id) as commitment_id
        from {{ source('raw', 'azure_cost_details') }}
    ) as native
{% endset %}

with line_items as (
    {{ line_items }}
),

datasets as (
    select
        source_name,
        billing_period,
        max(case when dataset = 'actual' then 1 else 0 end) = 1
        and max(case when dataset = 'amortised' then 1 else 0 end) = 1 as has_both
    from {{ source('raw', 'current_snapshots') }}
    where dataset in ('actual', 'amortised')
    group by 1, 2
),

-- One row for each day of a subscription: do the actual and the amortised export tell the same about everything
-- that no commitment covers?
days as (
    select
        source_name,
        billing_period,
        subscription_key,
        charge_date,
        sum(case when dataset = 'actual' and not is_commitment then 1 else 0 end)
        = sum(case when dataset = 'amortised' and not is_commitment then 1 else 0 end)
        and sum(case when dataset = 'actual' and not is_commitment then native_cost else 0 end)
        = sum(case when dataset = 'amortised' and not is_commitment then native_cost else 0 end) as is_agreed,
        max(case when dataset = 'amortised' and is_commitment then 1 else 0 end) = 1 as has_amortised_commitment
    from (
        {{ line_items }}
    ) as charges_of_the_day
    group by 1, 2, 3, 4
),

priced as (
    select
        line_items.*,
        coalesce(datasets.has_both, false) as has_both,
        days.is_agreed,
        days.has_amortised_commitment,
        case
            when line_items.is_unused then 0
            when line_items.is_purchase then line_items.native_cost
            when line_items.payg_cost_in_billing_currency is not null then line_items.payg_cost_in_billing_currency
            when line_items.payg_price <> 0 and line_items.quantity is not null
                then {{ multiply_money('line_items.payg_price', 'line_items.quantity') }}
            else line_items.native_cost
        end as native_list_cost
    from line_items
    left join datasets
        on line_items.source_name = datasets.source_name and line_items.billing_period = datasets.billing_period
    inner join days
        on
            line_items.source_name = days.source_name
            and line_items.billing_period = days.billing_period
            and line_items.subscription_key = days.subscription_key
            and line_items.charge_date = days.charge_date
),

contracted as (
    select
        priced.*,
        case
            when is_unused then 0
            when is_purchase then native_cost
            when unit_price <> 0 and quantity is not null then {{ multiply_money('unit_price', 'quantity') }}
            when is_commitment then native_list_cost
            else native_cost
        end as native_contracted_cost,
        -- which export's view of the charge this row is: both, where it is the only one or the two agree
        case
            when not has_both then 'only'
            when is_commitment or not is_agreed then dataset
            else 'agreed'
        end as side
    from priced
),

measured as (
    select
        contracted.*,
        case
            when side = 'amortised' then 0
            when side = 'only' and dataset = 'amortised' and is_commitment then 0
            else native_cost
        end as billed_cost,
        case when side = 'actual' then 0 else native_cost end as effective_cost,
        -- list and contracted cost come once: purchases from the actual export, everything else from the amortised
        side in ('only', 'agreed') or (side = 'actual' and is_purchase) or (side = 'amortised' and not is_purchase)
            as has_list_cost
    from contracted
    where
        not (side = 'agreed' and dataset = 'amortised')
        and not (
            side = 'actual' and is_commitment and not is_purchase and native_cost = 0 and has_amortised_commitment
        )
),

meter_services as (
    select
        native_value,
        service_name,
        service_category,
        service_subcategory
    from {{ ref('service_categories') }}
    where provider = 'Microsoft' and native_field = 'meter_category'
),

consumed_services as (
    select
        native_value,
        service_name,
        service_category,
        service_subcategory
    from {{ ref('service_categories') }}
    where provider = 'Microsoft' and native_field = 'consumed_service'
),

categorised as (
    select
        measured.*,
        case
            when is_purchase then 'Purchase'
            when kind = 'tax' then 'Tax'
            when kind = 'credit' then 'Credit'
            when kind in ('usage', '') or is_unused then 'Usage'
            else 'Adjustment'
        end as charge_category,
        case when is_commitment then coalesce(commitment_id, product_order_id) end as commitment_discount_id
    from measured
),

charges as (
    select
        categorised.source_name,
        categorised.billing_period,
        categorised.dataset,
        categorised.delivery_id,
        categorised.source_file,
        categorised.availability_zone,
        categorised.billed_cost,
        -- an agreement's billing profile is what is invoiced; an enrolment writes its own number into both
        coalesce(categorised.billing_profile_id, categorised.billing_account_id, categorised.subscription_id)
            as billing_account_id,
        case
            when categorised.billing_profile_id is not null then categorised.billing_profile_name
            else categorised.billing_account_name
        end as billing_account_name,
        case when categorised.billing_profile_id is not null then 'Billing Profile' else 'Billing Account' end
            as billing_account_type,
        categorised.billing_currency,
        {{ month_start('categorised.billing_period') }} as billing_period_start,
        {{ month_end('categorised.billing_period') }} as billing_period_end,
        categorised.charge_category,
        case when categorised.kind = 'refund' then 'Correction' end as charge_class,
        coalesce(categorised.product_name, categorised.meter_name) as charge_description,
        case
            when lower(categorised.frequency) like 'one%' then 'One-Time'
            when lower(categorised.frequency) = 'recurring' then 'Recurring'
            when categorised.charge_category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        cast(categorised.charge_date as timestamp) as charge_period_start,
        cast({{ dbt.dateadd('day', 1, 'categorised.charge_date') }} as timestamp) as charge_period_end,
        case
            when categorised.commitment_discount_id is null then null
            when categorised.model = 'savingsplan' or categorised.kind = 'unusedsavingsplan' then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        categorised.commitment_discount_id,
        case
            when categorised.commitment_discount_id is not null
                then coalesce(categorised.benefit_name, categorised.reservation_name)
        end as commitment_discount_name,
        case
            when categorised.commitment_discount_id is not null and categorised.charge_category in ('Usage', 'Purchase')
                then categorised.quantity
        end as commitment_discount_quantity,
        case
            when categorised.commitment_discount_id is null or categorised.charge_category <> 'Usage' then null
            when categorised.is_unused then 'Unused'
            else 'Used'
        end as commitment_discount_status,
        case
            when categorised.commitment_discount_id is null then null
            when categorised.model = 'savingsplan' or categorised.kind = 'unusedsavingsplan' then 'Savings Plan'
            else 'Reservation'
        end as commitment_discount_type,
        case
            when
                categorised.commitment_discount_id is not null
                and categorised.charge_category in ('Usage', 'Purchase')
                and categorised.quantity is not null
                then coalesce(categorised.unit_of_measure, 'Count')
        end as commitment_discount_unit,
        case when categorised.charge_category = 'Usage' and not categorised.is_unused then categorised.quantity end
            as consumed_quantity,
        case
            when
                categorised.charge_category = 'Usage'
                and not categorised.is_unused
                and categorised.quantity is not null
                then coalesce(categorised.unit_of_measure, 'Count')
        end as consumed_unit,
        case when categorised.has_list_cost then categorised.native_contracted_cost else 0 end as contracted_cost,
        case when categorised.charge_category <> 'Tax' then categorised.unit_price end as contracted_unit_price,
        categorised.effective_cost,
        'Microsoft' as host_provider_name,
        categorised.invoice_id,
        'Microsoft' as invoice_issuer_name,
        case when categorised.has_list_cost then categorised.native_list_cost else 0 end as list_cost,
        case when categorised.charge_category <> 'Tax' then categorised.payg_price end as list_unit_price,
        case
            when categorised.charge_category not in ('Usage', 'Purchase') then null
            when categorised.is_purchase then 'Standard'
            when categorised.is_commitment then 'Committed'
            when categorised.model = 'spot' then 'Dynamic'
            else 'Standard'
        end as pricing_category,
        coalesce(categorised.pricing_currency, categorised.billing_currency) as pricing_currency,
        case when categorised.charge_category in ('Usage', 'Purchase') then categorised.quantity end
            as pricing_quantity,
        case
            when categorised.charge_category in ('Usage', 'Purchase') and categorised.quantity is not null
                then coalesce(categorised.unit_of_measure, 'Count')
        end as pricing_unit,
        'Microsoft' as provider_name,
        coalesce(categorised.publisher_name, 'Microsoft') as publisher_name,
        lower(replace(categorised.resource_location, ' ', '')) as region_id,
        categorised.resource_location as region_name,
        -- the same resource is written in several cases
        lower(categorised.resource_id) as resource_id,
        case when categorised.resource_id is not null then categorised.resource_name end as resource_name,
        case
            when categorised.resource_id is not null
                then coalesce(categorised.resource_type, categorised.consumed_service, 'Other')
        end as resource_type,
        coalesce(meter_services.service_category, consumed_services.service_category, 'Other') as service_category,
        coalesce(
            meter_services.service_name,
            consumed_services.service_name,
            categorised.meter_category,
            categorised.consumed_service,
            categorised.service_name,
            'Other'
        ) as service_name,
        'Microsoft' as service_provider_name,
        coalesce(meter_services.service_subcategory, consumed_services.service_subcategory, 'Other (Other)')
            as service_subcategory,
        case when categorised.charge_category <> 'Tax' then coalesce(categorised.product_id, categorised.meter_id) end
            as sku_id,
        case
            when
                categorised.charge_category <> 'Tax'
                and coalesce(categorised.product_id, categorised.meter_id) is not null
                then categorised.meter_name
        end as sku_meter,
        case
            when categorised.charge_category <> 'Tax'
                then coalesce(categorised.part_number, categorised.product_id, categorised.meter_id)
        end as sku_price_id,
        categorised.subscription_id as sub_account_id,
        coalesce(categorised.subscription_name, categorised.subscription_id) as sub_account_name,
        case when categorised.subscription_id is not null then 'Subscription' end as sub_account_type,
        categorised.tags,
        categorised.meter_name as x_usage_type,
        {{ tag_columns(['categorised.tags']) }}
    from categorised
    left join meter_services on lower(categorised.meter_category) = meter_services.native_value
    left join consumed_services on lower(categorised.consumed_service) = consumed_services.native_value
)

{{ select_focus_columns('charges', absent=[
    'capacity_reservation_id', 'capacity_reservation_status', 'pricing_currency_contracted_unit_price',
    'pricing_currency_effective_cost', 'pricing_currency_list_unit_price', 'sku_price_details', 'x_line_item_id'
]) }}
