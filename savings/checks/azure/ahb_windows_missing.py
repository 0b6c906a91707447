"""Windows VMs that pay for a licence which the customer may own already."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

#: The Windows licence in the meters of a VM, with what 30 days of it cost. `licence_cost` is null where neither the
#: size's own price without Windows nor a list price per vCPU in the bill's currency is known.
WINDOWS_LICENCES = """
windows_meters as (
    select
        *,
        meter_category ilike 'Virtual Machine% Licenses' as is_licence,
        try_cast(regexp_extract(coalesce(sku_details, ''), '(?i)"vcpus"\\s*:\\s*"?([0-9]+)', 1) as integer) as vcpus
    from usage_30d
    where cloud = 'azure'
        and resource_id is not null
        and pricing_category = 'Standard'
        and monthly_cost > 0
        and meter_subcategory ilike '%Windows%'
        and (meter_category = 'Virtual Machines' or meter_category ilike 'Virtual Machine% Licenses')
        and not regexp_matches(coalesce(usage_type, ''), '(?i)\\b(spot|low priority)\\b')
        and not regexp_matches(coalesce(sku_details, ''), '(?i)BYOL|Windows ?Client|Visual ?Studio')
),
linux_prices as (
    select
        source_name, region, currency, usage_type, pricing_unit,
        lower(trim(meter_subcategory)) as series,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from usage_30d
    where cloud = 'azure'
        and meter_category = 'Virtual Machines'
        and meter_subcategory not ilike '%Windows%'
        and pricing_category = 'Standard'
        and cost > 0 and quantity > 0
    group by all
),
windows_licences as (
    select
        windows_meters.*,
        linux_prices.price is not null as has_own_price,
        case
            when is_licence then monthly_cost
            when linux_prices.price is not null
                then monthly_cost - cast(linux_prices.price * cast(monthly_quantity as double) as decimal(38, 12))
            when vcpus > 0 and windows_meters.currency = 'USD' and windows_meters.pricing_unit = 'Hours'
                and regexp_matches(meter_subcategory, '^(Virtual Machines )?[DEF]')
                then least(monthly_cost, cast(
                    vcpus * $usd_per_vcpu_hour * cast(monthly_quantity as double)
                    * least(cast(monthly_cost as double) / nullif(cast(monthly_list_cost as double), 0), 1)
                    as decimal(38, 12)
                ))
        end as licence_cost
    from windows_meters
    left join linux_prices
        on windows_meters.source_name = linux_prices.source_name
        and windows_meters.region = linux_prices.region
        and windows_meters.currency = linux_prices.currency
        and windows_meters.usage_type = linux_prices.usage_type
        and windows_meters.pricing_unit = linux_prices.pricing_unit
        and lower(trim(replace(windows_meters.meter_subcategory, 'Windows', ''))) = linux_prices.series
)
"""
USD_PER_VCPU_HOUR = Parameter(
    "usd_per_vcpu_hour",
    Decimal("0.046"),
    "Windows Server per vCPU and hour in Microsoft's price list, US dollars, as of 2026-11; D, E and F sizes. It is "
    "used only where the same size without Windows is nowhere on the bill.",
)

AHB_WINDOWS_MISSING = BillCheck(
    name="ahb_windows_missing",
    title="Windows VMs without Azure Hybrid Benefit",
    clouds=("azure",),
    rule="A VM is billed by a Windows meter or has a Windows licence row. Spot VMs, VMs that bring their licence, "
    "Windows clients and Visual Studio images are left out; Dev/Test offers have no Windows meters.",
    why="Who owns Windows Server licences with Software Assurance or a subscription pays for them twice.",
    next_step="Count the licences that are free (at least 8 cores a VM), then set the licence type of the VM to "
    "Windows_Server.",
    saving_basis="The licence row; for a Windows meter its effective cost less what the same size without Windows "
    "costs on this bill in the region, or else vCPUs times the list price of the licence at the discount of the VM.",
    lever="setting",
    component="licence",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/virtual-machines/windows/hybrid-use-benefit-licensing",),
    parameters=(USD_PER_VCPU_HOUR,),
    evidence=f"""
with {WINDOWS_LICENCES},
machines as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(monthly_cost) as monthly_cost,
        sum(licence_cost) as monthly_saving,
        max(vcpus) as vcpus,
        string_agg(distinct usage_type, ', ') as sizes,
        bool_or(has_own_price) as is_own_price
    from windows_licences
    group by all
)
select
    *,
    coalesce('about ' || round(monthly_saving, 2) || ' ' || currency, 'an amount that the bill does not state')
        as licence
from machines
where monthly_saving is null or monthly_saving > 0
""",
    reason="{resource_id} pays for Windows by the hour: {licence} of {monthly_cost} {currency} in 30 days",
)
