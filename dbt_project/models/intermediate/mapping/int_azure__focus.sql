-- noqa: disable=layout.indent
-- A charge and what it is. Written out twice below rather than shared: DuckDB would work out a shared CTE for every
-- period before it picks the changed ones.
{% set line_items %}
    select
        *,
        kind in ('purchase', 'refund') as is_purchase,
        kind in ('unusedreservation', 'unusedsavingsplan') and (dataset = 'amortised' or native_cost = 0) as is_unused,
        (
            model in ('reservation', 'savingsplan')
            or kind in ('unusedreservation', 'unusedsavingsplan')
            or (kind in ('purchase', 'refund') and commitment_id is not null)
        ) as is_commitment
    from (
        select
            *,
            coalesce(cost, 0) as native_cost,
            -- an agreement's billing profile is what is invoiced; an enrolment writes its own number into both
            coalesce(billing_profile_id, billing_account_id, subscription_id) as account_key,
            coalesce(subscription_id, '') as subscription_key,
            coalesce(billing_currency, '') as currency_key,
            coalesce(date, billing_period_start_date, billing_period) as charge_date,
            -- prices are in the pricing currency; null where nothing states what they are in the billing currency
            case
                when upper(pricing_currency) = upper(billing_currency) then cast(1 as {{ money_type() }})
                when exchange_rate_pricing_to_billing > 0 and exchange_rate_pricing_to_billing < 1000000000000
                    then exchange_rate_pricing_to_billing
                when pricing_currency is null then cast(1 as {{ money_type() }})
            end as price_rate,
            lower(replace(coalesce(pricing_model, ''), ' ', '')) as model,
            lower(replace(coalesce(charge_type, ''), ' ', '')) as kind,
            coalesce(benefit_id, reservation_id) as commitment_id
        from {{ ref('stg_azure__cost_details') }}
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

-- One row for each day of an account's subscription in one currency: do the actual and the amortised export tell the
-- same about everything that no commitment covers?
days as (
    select
        source_name,
        billing_period,
        account_key,
        subscription_key,
        currency_key,
        charge_date,
        sum(case when dataset = 'actual' and not is_commitment then 1 else 0 end)
        = sum(case when dataset = 'amortised' and not is_commitment then 1 else 0 end)
        and sum(case when dataset = 'actual' and not is_commitment then native_cost else 0 end)
        = sum(case when dataset = 'amortised' and not is_commitment then native_cost else 0 end) as is_agreed,
        max(case when dataset = 'amortised' and is_commitment then 1 else 0 end) = 1 as has_amortised_commitment
    from (
        {{ line_items }}
    ) as charges_of_the_day
    group by 1, 2, 3, 4, 5, 6
),

converted as (
    select
        *,
        {{ price_at_rate('payg_price', 'price_rate') }} as retail_unit_price,
        {{ cost_at_price('payg_price', 'quantity', 'price_rate') }} as retail_cost,
        {{ price_at_rate('unit_price', 'price_rate') }} as agreed_unit_price,
        {{ cost_at_price('unit_price', 'quantity', 'price_rate') }} as agreed_cost
    from line_items
),

priced as (
    select
        line_items.*,
        coalesce(datasets.has_both, false) as has_both,
        days.is_agreed,
        days.has_amortised_commitment,
        case
            when line_items.is_unused then 0
            when line_items.is_purchase or line_items.kind like 'unused%' then line_items.native_cost
            when line_items.payg_cost_in_billing_currency <> 0 then line_items.payg_cost_in_billing_currency
            -- free of charge; where something was paid, 0 says that no retail price is known
            when
                line_items.payg_cost_in_billing_currency = 0
                and line_items.native_cost = 0
                and not line_items.is_commitment
                then 0
            when line_items.retail_cost is not null then line_items.retail_cost
            -- usage under a commitment is often without a retail price: the agreed one is what is saved on
            when line_items.is_commitment and line_items.agreed_cost is not null then line_items.agreed_cost
            else line_items.native_cost
        end as native_list_cost
    from converted as line_items
    left join datasets
        on line_items.source_name = datasets.source_name and line_items.billing_period = datasets.billing_period
    inner join days
        on
            line_items.source_name = days.source_name
            and line_items.billing_period = days.billing_period
            and coalesce(line_items.account_key, '') = coalesce(days.account_key, '')
            and line_items.subscription_key = days.subscription_key
            and line_items.currency_key = days.currency_key
            and line_items.charge_date = days.charge_date
),

contracted as (
    select
        *,
        case
            when is_unused then 0
            when is_purchase or kind like 'unused%' then native_cost
            when agreed_cost is not null then agreed_cost
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
        *,
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

regions as (
    select
        native_value,
        region_id,
        region_name
    from {{ ref('regions') }}
    where provider = 'Microsoft'
),

units as (
    select
        native_unit,
        consumed_unit,
        block_size,
        pricing_unit
    from {{ ref('pricing_units') }}
    where provider = 'Microsoft'
),

categorised as (
    select
        *,
        case
            when lower(replace(resource_location, ' ', '')) not in ('', 'unassigned', 'unknown', 'global', 'nolocation')
                then lower(replace(resource_location, ' ', ''))
        end as region_key,
        model = 'savingsplan' or kind = 'unusedsavingsplan' as is_plan,
        coalesce(lower(frequency), '') = 'recurring' as is_recurring,
        case
            when term in ('1', '12', '24', '36', '60') then cast(term as integer)
            when lower(term) in ('p1m', '1 month') then 1
            when lower(term) in ('p1y', '1 year', '12 months') then 12
            when lower(term) in ('p3y', '3 years', '36 months') then 36
            when lower(term) in ('p5y', '5 years', '60 months') then 60
        end as term_months,
        case
            -- an amortised export has no purchases of commitments, and an actual one nothing that was not used
            when is_purchase and is_commitment and dataset = 'amortised' and native_cost <> 0 then 'Adjustment'
            when is_purchase then 'Purchase'
            when kind = 'tax' then 'Tax'
            when kind = 'credit' then 'Credit'
            when kind in ('usage', '') or is_unused then 'Usage'
            else 'Adjustment'
        end as charge_category,
        case when is_commitment then coalesce(commitment_id, product_order_id) end as commitment_discount_id,
        coalesce(cast(billing_period_start_date as timestamp), {{ month_start('billing_period') }}) as billed_from,
        -- purchases and old files have no meter
        coalesce(product_id, meter_id, part_number, product_order_id, meter_category, consumed_service) as sku,
        {{ parsed_tags(['tags']) }}
    from measured
),

identified as (
    select
        *,
        is_purchase and kind = 'purchase' and commitment_discount_id is not null and not is_recurring
        and term_months is not null as is_bought_once,
        {{ tag_columns(['tags']) }}
    from categorised
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
        categorised.account_key as billing_account_id,
        case
            when categorised.billing_profile_id is not null then categorised.billing_profile_name
            when categorised.billing_account_id is not null then categorised.billing_account_name
            else categorised.subscription_name
        end as billing_account_name,
        case
            when categorised.billing_profile_id is not null then 'Billing Profile'
            when categorised.billing_account_id is not null then 'Billing Account'
            else 'Subscription'
        end as billing_account_type,
        categorised.billing_currency,
        categorised.billed_from as billing_period_start,
        {{ period_end('categorised.billing_period_start_date', 'categorised.billing_period_end_date',
            'categorised.billed_from') }} as billing_period_end,
        categorised.charge_category,
        case when categorised.kind = 'refund' then 'Correction' end as charge_class,
        coalesce(categorised.product_name, categorised.meter_name) as charge_description,
        case
            when lower(categorised.frequency) like 'one%' then 'One-Time'
            when categorised.is_recurring then 'Recurring'
            when categorised.charge_category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        cast(categorised.charge_date as timestamp) as charge_period_start,
        cast({{ dbt.dateadd('day', 1, 'categorised.charge_date') }} as timestamp) as charge_period_end,
        case
            when categorised.commitment_discount_id is null then null
            when categorised.is_plan then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        categorised.commitment_discount_id,
        case
            when categorised.commitment_discount_id is not null
                then coalesce(categorised.benefit_name, categorised.reservation_name)
        end as commitment_discount_name,
        case
            when categorised.commitment_discount_id is null or categorised.charge_category not in ('Usage', 'Purchase')
                then null
            when categorised.is_plan then categorised.native_cost
            -- reserved instances, for the hours of the month or of the whole term
            when categorised.is_purchase and (categorised.is_recurring or categorised.term_months is not null)
                then cast(
                    cast(coalesce(categorised.quantity, 1) as numeric(18, 0))
                    * {{ dbt.datediff(
                        'categorised.charge_date',
                        dbt.dateadd(
                            'month',
                            'case when categorised.is_recurring then 1 else categorised.term_months end',
                            'categorised.charge_date'
                        ),
                        'hour'
                    ) }}
                    as {{ money_type() }}
                )
            else coalesce(categorised.quantity, 0)
        end as commitment_discount_quantity,
        case
            when categorised.commitment_discount_id is null or categorised.charge_category <> 'Usage' then null
            when categorised.is_unused then 'Unused'
            else 'Used'
        end as commitment_discount_status,
        case
            when categorised.commitment_discount_id is null then null
            when categorised.is_plan then 'Savings Plan'
            else 'Reservation'
        end as commitment_discount_type,
        case
            when categorised.commitment_discount_id is null or categorised.charge_category not in ('Usage', 'Purchase')
                then null
            when categorised.is_plan then categorised.billing_currency
            else coalesce(units.consumed_unit, categorised.unit_of_measure, 'Hours')
        end as commitment_discount_unit,
        -- the export counts blocks of the unit of measure: 0.0004 of `10K` are 4 units
        case
            when categorised.charge_category = 'Usage' and not categorised.is_unused
                then cast(coalesce(categorised.quantity, 0) * coalesce(units.block_size, 1) as {{ money_type() }})
        end as consumed_quantity,
        case
            when categorised.charge_category = 'Usage' and not categorised.is_unused
                then coalesce(units.consumed_unit, categorised.unit_of_measure, 'Count')
        end as consumed_unit,
        case when categorised.has_list_cost then categorised.native_contracted_cost else 0 end as contracted_cost,
        case when categorised.charge_category <> 'Tax' then categorised.agreed_unit_price end as contracted_unit_price,
        categorised.effective_cost,
        'Microsoft' as host_provider_name,
        categorised.invoice_id,
        'Microsoft' as invoice_issuer_name,
        case when categorised.has_list_cost then categorised.native_list_cost else 0 end as list_cost,
        case when categorised.charge_category <> 'Tax' then categorised.retail_unit_price end as list_unit_price,
        case
            when categorised.charge_category not in ('Usage', 'Purchase') then null
            when categorised.is_purchase then 'Standard'
            when categorised.is_commitment then 'Committed'
            when categorised.model = 'spot' then 'Dynamic'
            else 'Standard'
        end as pricing_category,
        coalesce(upper(categorised.pricing_currency), categorised.billing_currency) as pricing_currency,
        case when categorised.charge_category in ('Usage', 'Purchase') then categorised.quantity end
            as pricing_quantity,
        case
            when categorised.charge_category in ('Usage', 'Purchase') and categorised.quantity is not null
                then coalesce(units.pricing_unit, categorised.unit_of_measure, 'Count')
        end as pricing_unit,
        'Microsoft' as provider_name,
        coalesce(categorised.publisher_name, 'Microsoft') as publisher_name,
        coalesce(regions.region_id, categorised.region_key) as region_id,
        case
            when categorised.region_key is not null then coalesce(regions.region_name, categorised.resource_location)
        end as region_name,
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
        case
            when lower(categorised.publisher_type) = 'marketplace'
                then coalesce(categorised.publisher_name, 'Azure Marketplace')
            else 'Microsoft'
        end as service_provider_name,
        coalesce(meter_services.service_subcategory, consumed_services.service_subcategory, 'Other (Other)')
            as service_subcategory,
        case when categorised.charge_category <> 'Tax' then categorised.sku end as sku_id,
        case when categorised.charge_category <> 'Tax' and categorised.sku is not null then categorised.meter_name end
            as sku_meter,
        case when categorised.charge_category <> 'Tax' then coalesce(categorised.part_number, categorised.sku) end
            as sku_price_id,
        categorised.subscription_id as sub_account_id,
        case
            when categorised.subscription_id is not null
                then coalesce(categorised.subscription_name, categorised.subscription_id)
        end as sub_account_name,
        case when categorised.subscription_id is not null then 'Subscription' end as sub_account_type,
        categorised.tags,
        categorised.charge_type as x_line_item_type,
        categorised.consumed_service as x_service_code,
        categorised.meter_name as x_usage_type,
        categorised.meter_category as x_sku_meter_category,
        categorised.meter_sub_category as x_sku_meter_subcategory,
        categorised.additional_info as x_sku_details,
        coalesce(categorised.invoice_section_name, categorised.invoice_section_id) as x_invoice_section,
        lower(categorised.resource_group) as x_resource_group,
        -- a purchase that is paid once states when its term begins; one that is paid monthly does not
        case
            when categorised.is_bought_once then cast(categorised.charge_date as timestamp)
        end as x_commitment_start_at,
        case
            when categorised.is_bought_once
                then cast({{ dbt.dateadd('month', 'categorised.term_months', 'categorised.charge_date') }} as timestamp)
        end as x_commitment_end_at,
        case when categorised.commitment_discount_id is not null then categorised.term end as x_commitment_term,
        case
            when categorised.commitment_discount_id is null or not categorised.is_purchase then null
            when categorised.is_recurring then 'Monthly'
            else 'Upfront'
        end as x_commitment_payment_option,
        {%- for dimension in allocation_dimensions() %}
        categorised.x_{{ dimension }} {{- ',' if not loop.last }}
        {%- endfor %}
    from identified as categorised
    left join meter_services on lower(categorised.meter_category) = meter_services.native_value
    left join consumed_services on lower(categorised.consumed_service) = consumed_services.native_value
    left join regions on categorised.region_key = regions.native_value
    left join units on lower(trim(categorised.unit_of_measure)) = units.native_unit
)

{{ select_focus_columns('charges', absent=[
    'capacity_reservation_id', 'capacity_reservation_status', 'pricing_currency_contracted_unit_price',
    'pricing_currency_effective_cost', 'pricing_currency_list_unit_price', 'sku_price_details', 'x_line_item_id',
    'x_operation', 'x_instance_type'
]) }}
