{#-
    The columns of a published FOCUS version, in the specification's spelling and order -> the SQL that fills them from
    `int_focus__unioned as charges`. What the specification demands of a row and an export leaves out is filled here,
    when the view is read, so that no build pays for it.
-#}
{% macro focus_view_columns(version) %}
    {%- set priced = "charges.charge_category in ('Usage', 'Purchase')"
        ~ " and (charges.charge_class is null or charges.charge_class <> 'Correction')" -%}
    {%- set sku = "case when charges.charge_category <> 'Tax' then coalesce(charges.sku_id, case when " ~ priced
        ~ " then coalesce(charges.x_service_code, charges.service_name) end) end" -%}
    {%- set columns = {
        'AllocatedMethodDetails': 'charges.allocated_method_details',
        'AllocatedMethodId': 'charges.allocated_method_id',
        'AllocatedResourceId': 'charges.allocated_resource_id',
        'AllocatedResourceName': 'charges.allocated_resource_name',
        'AllocatedTags': 'charges.allocated_tags',
        'AvailabilityZone': 'charges.availability_zone',
        'BilledCost': 'charges.billed_cost',
        'BillingAccountId': 'charges.billing_account_id',
        'BillingAccountName': 'coalesce(charges.billing_account_name, charges.billing_account_id)',
        'BillingAccountType': 'charges.billing_account_type',
        'BillingCurrency': 'charges.billing_currency',
        'BillingPeriodEnd': 'charges.billing_period_end',
        'BillingPeriodStart': 'charges.billing_period_start',
        'CapacityReservationId': 'charges.capacity_reservation_id',
        'CapacityReservationStatus': 'charges.capacity_reservation_status',
        'ChargeCategory': 'charges.charge_category',
        'ChargeClass': 'charges.charge_class',
        'ChargeDescription': 'charges.charge_description',
        'ChargeFrequency': 'charges.charge_frequency',
        'ChargePeriodEnd': 'charges.charge_period_end',
        'ChargePeriodStart': 'charges.charge_period_start',
        'CommitmentDiscountCategory': 'charges.commitment_discount_category',
        'CommitmentDiscountId': 'charges.commitment_discount_id',
        'CommitmentDiscountName': 'charges.commitment_discount_name',
        'CommitmentDiscountQuantity': 'charges.commitment_discount_quantity',
        'CommitmentDiscountStatus': 'charges.commitment_discount_status',
        'CommitmentDiscountType': 'charges.commitment_discount_type',
        'CommitmentDiscountUnit': 'charges.commitment_discount_unit',
        'CommitmentProgramEligibilityDetails': 'charges.commitment_program_eligibility_details',
        'ConsumedQuantity': 'charges.consumed_quantity',
        'ConsumedUnit': 'charges.consumed_unit',
        'ContractApplied': 'charges.contract_applied',
        'ContractedCost': 'charges.contracted_cost',
        'ContractedUnitPrice': focus_unit_price('charges.contracted_unit_price', 'charges.contracted_cost'),
        'EffectiveCost': 'charges.effective_cost',
        'HostProviderName': 'charges.host_provider_name',
        'InvoiceDetailId': 'charges.invoice_detail_id',
        'InvoiceId': 'charges.invoice_id',
        'InvoiceIssuerName': 'charges.invoice_issuer_name',
        'ListCost': 'charges.list_cost',
        'ListUnitPrice': focus_unit_price('charges.list_unit_price', 'charges.list_cost'),
        'PricingCategory': "case when charges.charge_category <> 'Tax' then coalesce(charges.pricing_category, case when " ~ priced ~ " then 'Other' end) end",
        'PricingCurrency': 'coalesce(charges.pricing_currency, charges.billing_currency)',
        'PricingCurrencyContractedUnitPrice': 'charges.pricing_currency_contracted_unit_price',
        'PricingCurrencyEffectiveCost': 'coalesce(charges.pricing_currency_effective_cost, case when coalesce(charges.pricing_currency, charges.billing_currency) = charges.billing_currency then charges.effective_cost end)',
        'PricingCurrencyListUnitPrice': 'charges.pricing_currency_list_unit_price',
        'PricingQuantity': 'charges.focus_pricing_quantity',
        'PricingUnit': "case when charges.focus_pricing_quantity is not null then coalesce(charges.pricing_unit, charges.consumed_unit, 'Count') end",
        'ProviderName': 'charges.provider_name',
        'PublisherName': 'charges.publisher_name',
        'RegionId': 'charges.region_id',
        'RegionName': 'coalesce(charges.region_name, charges.region_id)',
        'ResourceId': 'charges.resource_id',
        'ResourceName': 'charges.resource_name',
        'ResourceType': "case when charges.resource_id is not null then coalesce(charges.resource_type, 'Other') end",
        'ServiceCategory': 'charges.service_category',
        'ServiceName': 'charges.service_name',
        'ServiceProviderName': 'charges.service_provider_name',
        'ServiceSubcategory': 'charges.service_subcategory',
        'SkuId': sku,
        'SkuMeter': "case when (" ~ sku ~ ") is not null then coalesce(charges.sku_meter, charges.x_usage_type, charges.charge_description, charges.service_name) end",
        'SkuPriceDetails': "coalesce(charges.sku_price_details, case when charges.x_instance_type is not null and charges.charge_category <> 'Tax' then '{\"InstanceType\": \"' || charges.x_instance_type || '\"}' end)",
        'SkuPriceId': "case when charges.charge_category <> 'Tax' then coalesce(charges.sku_price_id, charges.sku_id, case when " ~ priced ~ " then coalesce(charges.x_service_code, charges.service_name) end) end",
        'SubAccountId': 'charges.sub_account_id',
        'SubAccountName': 'coalesce(charges.sub_account_name, charges.sub_account_id)',
        'SubAccountType': "case when charges.sub_account_id is not null then coalesce(charges.sub_account_type, 'Sub Account') end",
        'Tags': 'charges.tags',
    } -%}
    {%- for name, versions in focus_versions_of().items() if version not in versions -%}
        {%- do columns.pop(name) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- The columns that not every published version has -> the versions that have them. -#}
{% macro focus_versions_of() %}
    {{ return({
        'AllocatedMethodDetails': ['1.3', '1.4'],
        'AllocatedMethodId': ['1.3', '1.4'],
        'AllocatedResourceId': ['1.3', '1.4'],
        'AllocatedResourceName': ['1.3', '1.4'],
        'AllocatedTags': ['1.3', '1.4'],
        'CommitmentProgramEligibilityDetails': ['1.4'],
        'ContractApplied': ['1.3', '1.4'],
        'HostProviderName': ['1.3', '1.4'],
        'InvoiceDetailId': ['1.4'],
        'ProviderName': ['1.2', '1.3'],
        'PublisherName': ['1.2', '1.3'],
        'ServiceProviderName': ['1.3', '1.4'],
    }) }}
{% endmacro %}


{#-
    PricingQuantity: what the prices apply to. Charges without a quantity, and those whose quantity is 0 although they
    cost something, are one piece of what they cost; money back is minus one piece, as a unit price is never negative.
-#}
{% macro focus_pricing_quantity() -%}
    case
        when charges.charge_category = 'Tax' then null
        when
            charges.pricing_quantity <> 0
            -- nor is a price of so little of it a price
            and abs(cast(charges.contracted_cost as double precision))
            <= abs(cast(charges.pricing_quantity as double precision)) * 1000000000000
            and abs(cast(charges.list_cost as double precision))
            <= abs(cast(charges.pricing_quantity as double precision)) * 1000000000000
            and (charges.contracted_cost = 0 or (charges.pricing_quantity > 0) = (charges.contracted_cost > 0))
            and (charges.list_cost = 0 or (charges.pricing_quantity > 0) = (charges.list_cost > 0))
            then charges.pricing_quantity
        when charges.pricing_quantity = 0 and charges.contracted_cost = 0 and charges.list_cost = 0
            then charges.pricing_quantity
        when charges.charge_category in ('Usage', 'Purchase')
            then case when charges.contracted_cost < 0 or charges.list_cost < 0 then -1 else 1 end
        else charges.pricing_quantity
    end
{%- endmacro %}


{#-
    A unit price: the export's own where it times the quantity is the cost (within the precision of a double), else
    the cost of one piece.
-#}
{% macro focus_unit_price(price, cost) -%}
    {%- set quantity = 'charges.focus_pricing_quantity' -%}
    case
        when charges.charge_category not in ('Usage', 'Purchase') then null
        when {{ cost }} = 0 and {{ quantity }} <> 0 then 0
        when
            {{ price }} >= 0
            and abs(
                cast({{ price }} as double precision) * cast({{ quantity }} as double precision)
                - cast({{ cost }} as double precision)
            ) <= 0.000000001 * greatest(abs(cast({{ cost }} as double precision)), 1)
            then {{ price }}
        else coalesce({{ divide_exactly(cost, quantity) }}, 0)
    end
{%- endmacro %}


{#- A published view of FOCUS: the version's columns, what the pipeline knows beside them, and nothing else. -#}
{% macro focus_view(version) -%}
    {%- set types = {} -%}
    {%- for name, type in focus_columns().items() -%}
        {%- do types.update({name.replace('_', ''): type}) -%}
    {%- endfor -%}
with charges as (
    select
        charges.*,
        {{ focus_pricing_quantity() }} as focus_pricing_quantity
    from {{ ref('int_focus__unioned') }} as charges
)

select
    {%- for name, sql in focus_view_columns(version).items() %}
    cast({{ sql }} as {{ types[name | lower] }}) as {{ adapter.quote(name) }},
    {%- endfor %}
    charges.source_name as {{ adapter.quote('x_SourceName') }},
    charges.billing_period as {{ adapter.quote('x_BillingPeriod') }},
    charges.dataset as {{ adapter.quote('x_Dataset') }},
    charges.delivery_id as {{ adapter.quote('x_DeliveryId') }},
    charges.source_file as {{ adapter.quote('x_SourceFile') }}
    {%- for name in focus_columns() if name.startswith('x_') %},
    charges.{{ name }} as {{ adapter.quote(focus_extra_name(name)) }}
    {%- endfor %}
from charges
{%- endmacro %}


{#- `x_usage_type` as the specification writes names of its own and others: `x_UsageType`. -#}
{% macro focus_extra_name(name) -%}
    {%- set parts = name.split('_')[1:] | map('capitalize') -%}
    {{- return('x_' ~ parts | join('')) -}}
{%- endmacro %}
