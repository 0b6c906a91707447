-- noqa: disable=layout.indent
-- One native row is one FOCUS row, but for: a promotion (a Credit row of its own), usage that a commitment covers in
-- part (two rows), and what of a commitment went unused (a row of its own).
--
-- There are two models of commitments. In the newer one usage is priced by its commitment, and the fee row carries an
-- offset for what was used; the two name the same subscription. In the older one usage is priced on demand and a
-- credit takes the covered part off it; neither side names the commitment, so all commitments of a billing account,
-- region and unit are one pool, and its fee is spread over the usage that it covered.
{% set regular = "coalesce(cost_type, 'regular') = 'regular'" %}
{% set is_covered_whole = gcp_is_covered_whole() %}

with native as (
    select
        *,
        'charge' as part
    from {{ ref('int_gcp__classified') }}
    where not (is_credited and {{ is_covered_whole }})
    union all
    -- a promotion pays for a charge; it does not make the charge smaller
    select
        *,
        'promotion' as part
    from {{ ref('int_gcp__classified') }}
    where credits_promotion <> 0
    union all
    select
        *,
        case when is_fee then 'unused' else 'covered' end as part
    from {{ ref('int_gcp__classified') }}
    where
        (credits_commitment <> 0 or sku_description like 'Commitment %')
        and (is_credited or (is_offset_fee and native_cost + other_credits + commitment_credit <> 0))
),

spread as (
    select
        rates.source_name,
        rates.billing_period,
        rates.dataset,
        rates.delivery_id,
        rates.billing_account_id,
        rates.currency,
        rates.pool_id,
        rates.pool_category,
        cast(sum({{ multiply_money('rates.fee_rate', 'weighed_items.pool_weight') }}) as {{ money_type() }})
            as used_cost
    from {{ ref('int_gcp__covered') }} as weighed_items
    inner join {{ ref('int_gcp__pooled') }} as rates
        on
            weighed_items.source_name = rates.source_name
            and weighed_items.billing_period = rates.billing_period
            and weighed_items.dataset = rates.dataset
            and weighed_items.delivery_id = rates.delivery_id
            and weighed_items.pool_id = rates.pool_id
            and weighed_items.currency = rates.currency
            and weighed_items.pool_category = rates.pool_category
    where weighed_items.is_credited
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

services as (
    select
        native_value,
        service_name,
        service_category,
        service_subcategory
    from {{ ref('service_categories') }}
    where provider = 'Google Cloud' and native_field = 'service_description'
),

regions as (
    select
        native_value,
        region_name
    from {{ ref('regions') }}
    where provider = 'Google Cloud'
),

units as (
    select
        native_unit,
        consumed_unit,
        pricing_unit
    from {{ ref('pricing_units') }}
    where provider = 'Google Cloud'
),

categorised as (
    select
        *,
        case
            when part = 'promotion' then 'Credit'
            when part in ('unused', 'covered') then 'Usage'
            when cost_type = 'tax' then 'Tax'
            when adjustment_info_type in ('GOODWILL', 'SALES_BASED_GOODWILL', 'SLA_VIOLATION') then 'Credit'
            when not {{ regular }} then 'Adjustment'
            when is_fee then 'Purchase'
            else 'Usage'
        end as charge_category,
        -- the part of a row that its commitment covers: all of it, but for usage that a credit covers in part
        case
            when part not in ('charge', 'covered') or not is_credited or {{ is_covered_whole }} then 1
            else {{ divide_exactly('-commitment_credit', 'native_cost') }}
        end as covered_share,
        is_credited and part = 'charge' as is_uncovered_rest,
        case
            when part = 'promotion' then null
            when is_priced_by_commitment or is_offset_fee then coalesce(subscription_instance_id, pool_id)
            when part = 'covered' or is_fee then pool_id
        end as commitment_discount_id,
        case
            when part = 'promotion' then null
            when is_priced_by_commitment or is_offset_fee then 'Spend'
            when part = 'covered' or is_fee then pool_category
        end as commitment_category,
        case
            when location_region is not null or location_location <> 'global'
                then coalesce(location_region, location_location)
        end as region_id,
        coalesce(resource_global_name, resource_name) as resource_id,
        coalesce(project_id, project_number, project_name) as sub_account_id,
        {{ parsed_tags(['labels', 'project_labels', 'tags']) }}
    from native
),

shared as (
    select
        *,
        charge_category in ('Usage', 'Purchase') as has_price,
        -- what a reservation of machines holds and nobody runs is charged like the machine, and a label alone tells
        charge_category = 'Usage'
        and resource_id is not null
        and replace(system_labels, ' ', '') like '%"compute.googleapis.com/is_unused_reservation":"true"%'
            as is_unused_reservation,
        case when part = 'covered' then pool_id end as covering_pool_id,
        case
            when part in ('promotion', 'unused') then 0
            when covered_share = 1 then public_cost
            when is_uncovered_rest then public_cost - {{ multiply_money('public_cost', 'covered_share') }}
            else {{ multiply_money('public_cost', 'covered_share') }}
        end as part_list_cost,
        case
            when covered_share = 1 then quantity
            when is_uncovered_rest then quantity - {{ multiply_money('quantity', 'covered_share') }}
            else {{ multiply_money('quantity', 'covered_share') }}
        end as part_quantity,
        case
            when covered_share = 1 then usage_amount
            when is_uncovered_rest then usage_amount - {{ multiply_money('usage_amount', 'covered_share') }}
            else {{ multiply_money('usage_amount', 'covered_share') }}
        end as part_usage_amount,
        case
            when part = 'covered'
                then case
                    when pool_category = 'Spend' then -commitment_credit
                    when covered_share = 1 then quantity
                    else {{ multiply_money('quantity', 'covered_share') }}
                end
        end as pool_weight,
        {{ tag_columns(['labels', 'project_labels', 'tags']) }}
    from categorised
),

-- credits for commitments are part of the rows they cover, negotiated ones and the free tier of every row
priced as (
    select
        shared.*,
        case
            when shared.part = 'promotion' then shared.credits_promotion
            when shared.part = 'unused' then 0
            when shared.is_fee then shared.native_cost + shared.other_credits
            when shared.is_priced_by_commitment then shared.other_credits
            when shared.part = 'covered' and not ({{ is_covered_whole }}) then 0
            else shared.native_cost + shared.commitment_credit + shared.other_credits
        end as billed_cost,
        case
            when shared.part = 'promotion' then shared.credits_promotion
            when shared.part = 'unused' then shared.native_cost + shared.other_credits + shared.commitment_credit
            when shared.is_fee then 0
            when shared.part = 'covered'
                then
                    {{ multiply_money('coalesce(rates.fee_rate, 0)', 'shared.pool_weight') }}
                    + case
                        when {{ is_covered_whole }}
                            then shared.native_cost + shared.commitment_credit + shared.other_credits
                        else 0
                    end
            else shared.native_cost + shared.commitment_credit + shared.other_credits
        end as effective_cost,
        case
            when shared.part = 'promotion' then shared.credits_promotion
            when shared.part = 'unused' then 0
            when shared.part = 'covered' and not ({{ is_covered_whole }}) then -shared.commitment_credit
            when shared.is_uncovered_rest
                then shared.native_cost + shared.commitment_credit + coalesce(shared.credits_negotiated, 0)
            when shared.has_price then shared.native_cost + coalesce(shared.credits_negotiated, 0)
            else shared.native_cost + shared.commitment_credit + shared.other_credits
        end as contracted_cost,
        case
            when shared.part = 'promotion' then shared.credits_promotion
            when shared.has_price then shared.part_list_cost
            else shared.native_cost + shared.commitment_credit + shared.other_credits
        end as list_cost
    from shared
    left join {{ ref('int_gcp__pooled') }} as rates
        on
            shared.source_name = rates.source_name
            and shared.billing_period = rates.billing_period
            and shared.dataset = rates.dataset
            and shared.delivery_id = rates.delivery_id
            and shared.covering_pool_id = rates.pool_id
            and shared.currency = rates.currency
            and shared.pool_category = rates.pool_category
),

charges as (
    select
        priced.source_name,
        priced.billing_period,
        priced.dataset,
        priced.delivery_id,
        priced.source_file,
        priced.location_zone as availability_zone,
        priced.billed_cost,
        priced.billing_account_id,
        'Billing Account' as billing_account_type,
        priced.currency as billing_currency,
        {{ month_start('priced.billing_period') }} as billing_period_start,
        {{ month_end('priced.billing_period') }} as billing_period_end,
        case when priced.is_unused_reservation then priced.resource_id end as capacity_reservation_id,
        case when priced.is_unused_reservation then 'Unused' end as capacity_reservation_status,
        priced.charge_category,
        -- an adjustment of an earlier month corrects an invoice
        case
            when
                priced.cost_type = 'adjustment'
                and priced.part = 'charge'
                and priced.usage_start_time < {{ month_start('priced.billing_period') }}
                then 'Correction'
        end as charge_class,
        priced.sku_description as charge_description,
        case priced.charge_category
            when 'Usage' then 'Usage-Based'
            when 'Purchase' then 'Recurring'
            when 'Tax' then 'Recurring'
            else 'One-Time'
        end as charge_frequency,
        coalesce(priced.usage_start_time, {{ month_start('priced.billing_period') }}) as charge_period_start,
        coalesce(priced.usage_end_time, {{ month_end('priced.billing_period') }}) as charge_period_end,
        priced.commitment_category as commitment_discount_category,
        priced.commitment_discount_id,
        case
            when priced.commitment_discount_id is null then null
            when priced.commitment_category = 'Usage' then priced.part_quantity
            when priced.is_fee and priced.part = 'charge' then priced.native_cost + priced.other_credits
            else priced.effective_cost
        end as commitment_discount_quantity,
        case
            when priced.commitment_discount_id is null or priced.charge_category <> 'Usage' then null
            when priced.part = 'unused' then 'Unused'
            else 'Used'
        end as commitment_discount_status,
        case when priced.commitment_discount_id is not null then 'Committed Use Discount' end
            as commitment_discount_type,
        case priced.commitment_category
            when 'Spend' then priced.currency
            when 'Usage' then coalesce(pricing_units.pricing_unit, priced.usage_pricing_unit, 'Count')
        end as commitment_discount_unit,
        case
            when priced.charge_category = 'Usage' and priced.part <> 'unused'
                then coalesce(priced.part_usage_amount, 0)
        end as consumed_quantity,
        case
            when priced.charge_category = 'Usage' and priced.part <> 'unused'
                then coalesce(usage_units.consumed_unit, priced.usage_unit, 'Count')
        end as consumed_unit,
        priced.contracted_cost,
        case when priced.has_price and priced.part <> 'unused' then priced.price_effective_price end
            as contracted_unit_price,
        priced.effective_cost,
        'Google Cloud' as host_provider_name,
        'Google Cloud' as invoice_issuer_name,
        priced.list_cost,
        case when priced.has_price and priced.part <> 'unused' then priced.price_list_price end as list_unit_price,
        case
            when not priced.has_price then null
            when priced.charge_category = 'Purchase' then 'Standard'
            when priced.commitment_discount_id is not null then 'Committed'
            when priced.sku_description like '%Spot Preemptible%' or priced.sku_description like 'Preemptible%'
                then 'Dynamic'
            else 'Standard'
        end as pricing_category,
        priced.currency as pricing_currency,
        case
            when priced.has_price and priced.part <> 'unused' and priced.usage_amount_in_pricing_units is not null
                then priced.part_quantity
        end as pricing_quantity,
        case
            when priced.has_price and priced.part <> 'unused' and priced.usage_amount_in_pricing_units is not null
                then coalesce(pricing_units.pricing_unit, priced.usage_pricing_unit, 'Count')
        end as pricing_unit,
        'Google Cloud' as provider_name,
        coalesce(priced.seller_name, 'Google Cloud') as publisher_name,
        priced.region_id,
        coalesce(regions.region_name, priced.region_id) as region_name,
        priced.resource_id,
        case when priced.resource_name <> priced.resource_id then priced.resource_name end as resource_name,
        case when priced.resource_id is not null then coalesce(priced.service_description, 'Other') end
            as resource_type,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_name, priced.service_description, 'Other') as service_name,
        case
            when priced.transaction_type like 'THIRD_PARTY%' or priced.invoice_publisher_type = 'PARTNER'
                then coalesce(priced.seller_name, 'Google Cloud Marketplace')
            else 'Google Cloud'
        end as service_provider_name,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        case when priced.charge_category <> 'Tax' then priced.sku_id end as sku_id,
        case when priced.charge_category <> 'Tax' and priced.sku_id is not null then priced.sku_description end
            as sku_meter,
        case when priced.charge_category <> 'Tax' then priced.sku_id end as sku_price_id,
        priced.sub_account_id,
        coalesce(priced.project_name, priced.sub_account_id) as sub_account_name,
        case when priced.sub_account_id is not null then 'Project' end as sub_account_type,
        coalesce(priced.labels, priced.project_labels) as tags,
        priced.cost_type as x_line_item_type,
        priced.service_id as x_service_code,
        priced.sku_description as x_usage_type,
        {%- for dimension in allocation_dimensions() %}
        priced.x_{{ dimension }} {{- ',' if not loop.last }}
        {%- endfor %}
    from priced
    left join services on lower(priced.service_description) = services.native_value
    left join regions on priced.region_id = regions.native_value
    left join units as usage_units on lower(priced.usage_unit) = usage_units.native_unit
    left join units as pricing_units on lower(priced.usage_pricing_unit) = pricing_units.native_unit
),

-- what no charge bears: the part of a pool's fee that covered nothing, and where the offsets of a subscription's fee
-- and the usage that it priced are not the same to the last decimal, the rest
pool_rests as (
    select
        rates.source_name,
        rates.billing_period,
        rates.dataset,
        rates.delivery_id,
        rates.source_file,
        rates.billing_account_id,
        rates.currency as billing_currency,
        rates.pool_id as commitment_discount_id,
        rates.pool_category as commitment_discount_category,
        rates.service_description,
        rates.region_id,
        0 as billed_cost,
        rates.fee_cost - coalesce(spread.used_cost, 0) as effective_cost,
        case
            when rates.pool_category = 'Spend' then rates.fee_cost - coalesce(spread.used_cost, 0)
            when rates.fee_quantity > rates.covered_quantity then rates.fee_quantity - rates.covered_quantity
            else 0
        end as unused_quantity,
        case
            when rates.pool_category = 'Spend' then rates.currency
            else coalesce(units.pricing_unit, rates.usage_pricing_unit, 'Count')
        end as unused_unit,
        -- less than a cent is what rounding left
        case when abs(rates.fee_cost - coalesce(spread.used_cost, 0)) >= 0.01 then 'Usage' else 'Adjustment' end
            as charge_category
    from {{ ref('int_gcp__pooled') }} as rates
    left join spread
        on
            rates.source_name = spread.source_name
            and rates.billing_period = spread.billing_period
            and rates.dataset = spread.dataset
            and rates.delivery_id = spread.delivery_id
            and rates.pool_id = spread.pool_id
            and rates.currency = spread.currency
            and rates.pool_category = spread.pool_category
    left join units on lower(rates.usage_pricing_unit) = units.native_unit
    where rates.fee_cost - coalesce(spread.used_cost, 0) <> 0
),

offset_rests as (
    select
        source_name,
        billing_period,
        dataset,
        delivery_id,
        max(source_file) as source_file,
        billing_account_id,
        currency as billing_currency,
        coalesce(subscription_instance_id, pool_id) as commitment_discount_id,
        'Spend' as commitment_discount_category,
        'Compute Engine' as service_description,
        cast(null as {{ text_type() }}) as region_id,
        sum(case when is_offset_fee then commitment_credit else native_cost end) as billed_cost,
        0 as effective_cost,
        0 as unused_quantity,
        cast(null as {{ text_type() }}) as unused_unit,
        'Adjustment' as charge_category
    from {{ ref('int_gcp__classified') }}
    where is_offset_fee or is_priced_by_commitment
    group by 1, 2, 3, 4, 6, 7, 8
    having sum(case when is_offset_fee then commitment_credit else native_cost end) <> 0
),

rests as (
    select * from pool_rests
    union all
    select * from offset_rests
),

remainders as (
    select
        rests.*,
        'Billing Account' as billing_account_type,
        {{ month_start('rests.billing_period') }} as billing_period_start,
        {{ month_end('rests.billing_period') }} as billing_period_end,
        case rests.charge_category
            when 'Usage' then 'Unused part of committed use discounts'
            else 'Committed use discounts: difference of fees and covered usage'
        end as charge_description,
        case rests.charge_category when 'Usage' then 'Usage-Based' else 'One-Time' end as charge_frequency,
        {{ month_start('rests.billing_period') }} as charge_period_start,
        {{ month_end('rests.billing_period') }} as charge_period_end,
        case when rests.charge_category = 'Usage' then 'Unused' end as commitment_discount_status,
        'Committed Use Discount' as commitment_discount_type,
        case when rests.charge_category = 'Usage' then rests.unused_quantity end as commitment_discount_quantity,
        case when rests.charge_category = 'Usage' then rests.unused_unit end as commitment_discount_unit,
        0 as contracted_cost,
        0 as list_cost,
        case when rests.charge_category = 'Usage' then 'Committed' end as pricing_category,
        rests.billing_currency as pricing_currency,
        coalesce(regions.region_name, rests.region_id) as region_name,
        coalesce(services.service_name, rests.service_description) as service_name,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        rests.commitment_discount_id as sku_id,
        rests.commitment_discount_id as sku_price_id,
        'Google Cloud' as invoice_issuer_name,
        'Google Cloud' as provider_name,
        'Google Cloud' as publisher_name,
        'Google Cloud' as service_provider_name,
        'Google Cloud' as host_provider_name,
        'commitment_rest' as x_line_item_type,
        'Committed use discounts' as x_usage_type
    from rests
    left join services on lower(rests.service_description) = services.native_value
    left join regions on rests.region_id = regions.native_value
)

{{ select_focus_columns('charges', absent=[
    'billing_account_name', 'commitment_discount_name', 'invoice_id', 'pricing_currency_contracted_unit_price',
    'pricing_currency_effective_cost', 'pricing_currency_list_unit_price', 'sku_price_details', 'x_line_item_id',
    'x_operation', 'x_instance_type', 'x_sku_meter_category', 'x_sku_meter_subcategory', 'x_sku_details',
    'x_invoice_section', 'x_resource_group', 'x_commitment_start_at',
    'x_commitment_end_at', 'x_commitment_term', 'x_commitment_payment_option'
]) }}
union all
{{ select_focus_columns('remainders', present=[
    'source_name', 'billing_period', 'dataset', 'delivery_id', 'source_file', 'billed_cost', 'billing_account_id',
    'billing_account_type', 'billing_currency', 'billing_period_start', 'billing_period_end', 'charge_category',
    'charge_description', 'charge_frequency', 'charge_period_start', 'charge_period_end',
    'commitment_discount_category', 'commitment_discount_id', 'commitment_discount_quantity',
    'commitment_discount_status', 'commitment_discount_type', 'commitment_discount_unit', 'contracted_cost',
    'effective_cost', 'host_provider_name', 'invoice_issuer_name', 'list_cost', 'pricing_category', 'pricing_currency',
    'provider_name', 'publisher_name', 'region_id', 'region_name', 'service_category', 'service_name',
    'service_provider_name', 'service_subcategory', 'sku_id', 'sku_price_id', 'x_line_item_type', 'x_usage_type'
]) }}
