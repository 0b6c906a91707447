"""VMs of old series, which Microsoft retires and newer ones undercut."""

from savings.check import BillCheck, Parameter

RETIRING_SERIES = BillCheck(
    name="retiring_series",
    title="VMs of series that are retired",
    clouds=("azure",),
    rule="A VM is billed on demand by a meter of the series A v2, B (first version), D, D v2, F, F s or F s v2, with "
    "and without premium disks. Spot VMs are left out.",
    why="Microsoft retires these series in 2028 and sells no one-year reservations of them any more; the same vCPUs "
    "and memory of a newer series are faster and often cost less.",
    next_step="Resize the VM to the successor in a maintenance window; check first that it needs no temporary disk, "
    "which the successor does not have.",
    saving_basis="Effective cost less what the successor costs on this bill in the region, under the same operating "
    "system. Where the successor is not on the bill, or not cheaper, the amount stays open.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/virtual-machines/sizes/retirement/retired-sizes-list",),
    parameters=(Parameter("min_monthly_cost", 1, "Less than one unit of currency a month is not worth a look."),),
    seeds=("azure_size_successors",),
    evidence="""
with machines as (
    select
        *,
        meter_subcategory ilike '%Windows%' as is_windows,
        string_split(upper(replace(usage_type, 'DS', 'D')), '/') as sizes
    from usage_30d
    where cloud = 'azure'
        and meter_category = 'Virtual Machines'
        and pricing_category in ('Standard', 'Committed')
        and not regexp_matches(usage_type, '(?i)\\b(spot|low priority)\\b')
        and resource_id is not null
        and cost > 0 and quantity > 0
),
prices as (
    select
        source_name, region, currency, pricing_unit, is_windows, upper(usage_type) as meter,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from machines
    where pricing_category = 'Standard'
    group by all
),
old as (
    select machines.*, successors.series, successors.successor_meter
    from machines
    inner join seed_azure_size_successors as successors
        on list_contains(machines.sizes, upper(successors.meter))
),
priced as (
    select
        old.*,
        case
            when price * cast(monthly_quantity as double) < cast(monthly_cost as double)
                then monthly_cost - cast(price * cast(monthly_quantity as double) as decimal(38, 12))
        end as saved
    from old
    left join prices
        on old.source_name = prices.source_name
        and old.region = prices.region
        and old.currency = prices.currency
        and old.pricing_unit = prices.pricing_unit
        and old.is_windows = prices.is_windows
        and upper(old.successor_meter) = prices.meter
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) filter (where pricing_category = 'Standard') as monthly_cost,
    sum(saved) filter (where pricing_category = 'Standard') as monthly_saving,
    coalesce(sum(monthly_cost) filter (where pricing_category = 'Committed'), 0) as covered_cost,
    max(series) as series,
    string_agg(distinct usage_type, ', ') as sizes,
    max(successor_meter) as successor,
    coalesce(
        round(sum(saved) filter (where pricing_category = 'Standard'), 2) || ' ' || currency || ' less in 30 days',
        'an amount that this bill does not state'
    ) as difference
from priced
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) filter (where pricing_category = 'Standard') >= $min_monthly_cost
""",
    reason="{resource_id} is a {sizes} for {monthly_cost} {currency} in 30 days; its successor {successor} costs "
    "{difference}",
)
