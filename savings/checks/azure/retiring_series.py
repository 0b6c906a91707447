"""VMs of old series, which Microsoft retires and newer ones undercut."""

from savings.check import BillCheck, Parameter

RETIRING_SERIES = BillCheck(
    name="retiring_series",
    title="VMs of series that are retired",
    clouds=("azure",),
    rule="A VM is billed on demand by a meter of a series that Microsoft retires in 2028: A v2, B (first version), D, "
    "D v2, F, F s v2, L s or L s v2, with and without premium disks. Spot VMs are left out.",
    why="On 1 May (D, D v2, L s) and 15 November 2028 (the others) such VMs are stopped for good; newer series with as "
    "many vCPUs and as much memory are faster and often cost less.",
    next_step="Resize the VM to the successor in a maintenance window; check first that it needs no temporary disk, "
    "which the successor does not have.",
    saving_basis="Effective cost less what the cheapest of Microsoft's target sizes with as many vCPUs costs on this "
    "bill in the region, under the same operating system. Where none is on the bill, or none cheaper, the amount stays "
    "open.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://learn.microsoft.com/azure/virtual-machines/sizes/retirement/retired-sizes-list",
        "https://learn.microsoft.com/azure/virtual-machines/migration/sizes/d-ds-dv2-dsv2-ls-series-migration-guide",
    ),
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
-- the cheapest of the sizes that Microsoft names as targets, of those that are on the bill
successor_prices as (
    select
        source_name, region, currency, pricing_unit, is_windows, successors.meter,
        min(price) as price,
        arg_min(successor_meter, price) as successor
    from seed_azure_size_successors as successors
    inner join prices on upper(successors.successor_meter) = prices.meter
    group by all
),
old as (
    select machines.*, successors.series, successors.meter, successors.successor_meter, successors.retires_on
    from machines
    inner join seed_azure_size_successors as successors
        on successors.rank = 1 and list_contains(machines.sizes, upper(successors.meter))
),
priced as (
    select
        old.*,
        coalesce(successor, successor_meter) as target,
        case
            when price * cast(monthly_quantity as double) < cast(monthly_cost as double)
                then monthly_cost - cast(price * cast(monthly_quantity as double) as decimal(38, 12))
        end as saved
    from old
    left join successor_prices
        on old.source_name = successor_prices.source_name
        and old.region = successor_prices.region
        and old.currency = successor_prices.currency
        and old.pricing_unit = successor_prices.pricing_unit
        and old.is_windows = successor_prices.is_windows
        and old.meter = successor_prices.meter
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
    max(target) as successor,
    max(retires_on) as retires_on,
    coalesce(
        round(sum(saved) filter (where pricing_category = 'Standard'), 2) || ' ' || currency || ' less in 30 days',
        'an amount that this bill does not state'
    ) as difference
from priced
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) filter (where pricing_category = 'Standard') >= $min_monthly_cost
""",
    reason="{resource_id} is a {sizes} for {monthly_cost} {currency} in 30 days, which is retired on {retires_on}; as "
    "{successor} it costs {difference}",
)
