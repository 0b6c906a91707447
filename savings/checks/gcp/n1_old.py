"""VMs of the N1 series that cost less as E2."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

N1_OLD = BillCheck(
    name="n1_old",
    title="N1 VMs that cost less as E2",
    clouds=("gcp",),
    rule="A VM is billed on demand by N1 cores and memory, as E2 they cost at least 5 % less, and nothing is attached "
    "that E2 has not: GPUs, local SSDs, extended memory, more than 32 vCPUs.",
    why="E2 costs nearly a third less by the hour than N1, which is two generations old. A VM that runs all month "
    "saves little: N1 gets a sustained use discount of up to 30 %, E2 none.",
    next_step="Stop the VM, set an E2 machine type with the same vCPUs and memory, start it; check first that it needs "
    "no CPU platform of its own and no nested virtualisation.",
    saving_basis="Effective cost, so after sustained use discounts, less the same core and GiB hours at what E2 costs "
    "on this bill in the region, or else at 69 % of the N1 list price.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://cloud.google.com/compute/docs/general-purpose-machines",
        "https://cloud.google.com/compute/docs/sustained-use-discounts",
    ),
    parameters=(
        Parameter("price_ratio", Decimal("0.69"), "E2 0.021812 to N1 0.031611 USD a core hour (Americas, 2026-11)."),
        Parameter("min_share", Decimal("0.05"), "Less is not worth a restart."),
        Parameter("max_core_hours", 23040, "32 vCPUs, the most that E2 has, for 720 hours."),
    ),
    evidence="""
with meters as (
    select
        *,
        regexp_extract(usage_type, '^(N1 Predefined|N1 Custom|Custom) Instance (Core|Ram) running in ', 2) as part,
        regexp_extract(usage_type, '^E2 (Custom )?Instance (Core|Ram) running in ', 2) as e2_part
    from usage_30d
    where cloud = 'gcp' and resource_id is not null and usage_type is not null
),
prices as (
    select
        source_name, region, currency, pricing_unit, e2_part as part,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from meters
    where e2_part <> '' and pricing_category = 'Standard' and cost > 0 and quantity > 0
    group by all
),
attached as (
    select distinct source_name, resource_id
    from meters
    where regexp_matches(usage_type, '\\bGPU\\b|Local SSD|SSD backed Local Storage|Extended Instance Ram')
),
compared as (
    select
        meters.*,
        case when pricing_category = 'Standard' then cast(monthly_quantity as double) * coalesce(
            price, cast(monthly_list_cost as double) / nullif(cast(monthly_quantity as double), 0) * $price_ratio
        ) end as e2_cost
    from meters
    anti join attached using (source_name, resource_id)
    left join prices
        on meters.source_name = prices.source_name
        and meters.region = prices.region
        and meters.currency = prices.currency
        and meters.pricing_unit = prices.pricing_unit
        and meters.part = prices.part
    where meters.part <> '' and pricing_category in ('Standard', 'Committed')
),
machines as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        coalesce(sum(monthly_cost) filter (where pricing_category = 'Standard'), 0) as monthly_cost,
        coalesce(sum(monthly_cost) filter (where pricing_category = 'Committed'), 0) as covered_cost,
        -- null where the price of a part is unknown: that part is not free
        case when bool_and(e2_cost is not null) filter (where pricing_category = 'Standard') then sum(e2_cost) end
            as e2_cost,
        sum(monthly_quantity) filter (where part = 'Core') as core_hours
    from compared
    group by all
)
select
    *,
    monthly_cost - cast(e2_cost as decimal(38, 12)) as monthly_saving
from machines
where monthly_cost > 0
    and core_hours <= $max_core_hours
    and cast(monthly_cost as double) - e2_cost >= $min_share * cast(monthly_cost as double)
    and e2_cost > 0
""",
    reason="{resource_id} is an N1 for {monthly_cost} {currency} in 30 days; as E2 it costs {monthly_saving} "
    "{currency} less",
)
