"""Log Analytics workspaces that would be cheaper with a commitment tier."""

from savings.check import BillCheck, Parameter

LOG_COMMITMENT_TIER = BillCheck(
    name="log_commitment_tier",
    title="Log Analytics workspaces without a commitment tier",
    clouds=("azure",),
    rule="A workspace takes in at least 100 GB a day on the average of 30 days, pay as you go, and one of the tiers "
    "(100, 200, 500, 1,000, 2,000 or 5,000 GB a day) would have cost less on those very days.",
    why="From 100 GB a day on a commitment tier costs 15 % and more less per GB.",
    next_step="Set the pricing tier of the workspace; it can be raised at any time and lowered after 31 days.",
    saving_basis="Effective cost of 30 days less that of the best tier on the same days: the tier's GB paid every day, "
    "what exceeds them at the tier's price per GB; tiers over 500 GB at the price per GB of 500.",
    lever="commit",
    component="requests",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs",),
    parameters=(
        Parameter("days", 30, "A tier binds for 31 days."),
        Parameter("min_gb", 100, "The smallest tier that is offered everywhere."),
    ),
    seeds=("log_commitment_tiers",),
    evidence="""
with ingested as (
    select
        source_name, cloud, account_id, region, resource_id, currency, usage_date,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(cast(quantity as double)) as gb,
        sum(cost) as cost
    from usage_daily
    where cloud = 'azure'
        and charge_category = 'Usage'
        and meter_category = 'Log Analytics'
        and usage_type in (
            'Pay-as-you-go Data Ingestion',
            'Analytics Logs Pay-as-you-go Data Ingestion',
            'Analytics Logs Data Ingestion'
        )
        and pricing_category = 'Standard'
        and resource_id is not null
        and days_ago < $days
    group by all
),
tiered as (
    select distinct source_name, resource_id
    from usage_daily
    where cloud = 'azure' and usage_type ilike '%GB Commitment Tier%' and resource_id is not null
),
workspaces as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(cost) as monthly_cost,
        sum(gb) / $days as gb_a_day,
        cast(sum(cost) as double) / sum(gb) as price
    from ingested
    anti join tiered using (source_name, resource_id)
    group by all
    having count(*) = $days and sum(cost) > 0 and sum(gb) >= $min_gb * $days
),
compared as (
    select
        workspaces.*,
        tiers.gb_per_day as tier,
        sum(greatest(ingested.gb, tiers.gb_per_day) * price * tiers.price_ratio) as tier_cost
    from workspaces
    inner join ingested using (source_name, cloud, resource_id, currency)
    cross join seed_log_commitment_tiers as tiers
    where workspaces.account_id is not distinct from ingested.account_id
        and workspaces.region is not distinct from ingested.region
    group by all
)
select
    * exclude (tier_cost, price),
    monthly_cost - cast(tier_cost as decimal(38, 12)) as monthly_saving
from compared
where tier_cost < cast(monthly_cost as double)
qualify row_number() over (
    partition by source_name, account_id, region, resource_id, currency order by tier_cost, tier
) = 1
""",
    reason="{resource_id} takes in {gb_a_day} GB a day for {monthly_cost} {currency} in 30 days; the tier of {tier} GB "
    "costs {monthly_saving} {currency} less",
)
