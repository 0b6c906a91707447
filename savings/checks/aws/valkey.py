"""Redis OSS caches that cost less as Valkey."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

VALKEY = BillCheck(
    name="valkey",
    title="Redis OSS caches that cost less as Valkey",
    clouds=("aws",),
    rule="ElastiCache nodes of Redis OSS (operation CreateCacheCluster:0002) and serverless caches of Redis OSS (usage "
    "types CachedData:Redis and ElastiCacheProcessingUnits:Redis), on demand.",
    why="Valkey is a drop-in successor of Redis OSS 7.2; nodes cost a fifth less, serverless caches a third.",
    next_step="Upgrade the engine to Valkey in place; clients keep their endpoint and protocol. There is no way back.",
    saving_basis="20 % of the cost of nodes, 33 % of the cost of serverless data and requests.",
    lever="setting",
    component="compute",
    effort="medium",
    risk_class="one_way",
    confidence="high",
    links=("https://aws.amazon.com/elasticache/pricing/",),
    parameters=(
        Parameter("node_share", Decimal("0.2"), "cache.r6g.large 0.206 to 0.1648 USD (AWS Price List, 2026-10-02)."),
        Parameter(
            "serverless_share", Decimal("0.33"), "0.151 to 0.101 USD a GB-hour, Seoul (AWS Price List, 2026-10-01)."
        ),
    ),
    evidence=f"""
with redis as (
    select
        usage.*,
        case when usage_type like '%NodeUsage:%' then $node_share else $serverless_share end as saved_share
    from usage_30d as usage
    where cloud = 'aws' and service_code = 'AmazonElastiCache' and resource_id is not null
        and (
            (operation = 'CreateCacheCluster:0002' and regexp_matches(usage_type, '(^|-)NodeUsage:'))
            or regexp_matches(usage_type, '(^|-)(CachedData|ElastiCacheProcessingUnits):Redis$')
        )
        and {is_still_billed("usage")}
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    case when bool_or(usage_type like '%NodeUsage:%') then 'node' else 'serverless cache' end as kind,
    coalesce(sum(monthly_cost) filter (pricing_category = 'Standard'), 0) as monthly_cost,
    coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost,
    coalesce(sum(share(monthly_cost, saved_share)) filter (pricing_category = 'Standard'), 0) as monthly_saving
from redis
group by source_name, cloud, account_id, region, resource_id, currency
having monthly_saving > 0
""",
    reason="{kind} {resource_id} runs Redis OSS for {monthly_cost} {currency} in 30 days; as Valkey it costs "
    "{monthly_saving} {currency} less",
)
