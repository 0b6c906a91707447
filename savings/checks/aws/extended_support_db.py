"""Databases, caches and search domains that pay for the support of an old version."""

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

EXTENDED_SUPPORT_DB = BillCheck(
    name="extended_support_db",
    title="Extended support of old engine versions",
    clouds=("aws",),
    rule="Usage types of extended support (ExtendedSupport in any spelling) of RDS, Aurora, DocumentDB, Neptune, "
    "ElastiCache or OpenSearch that are still billed.",
    why="After the end of standard support every vCPU-hour, of standbys and stopped instances too, costs a fee that "
    "doubles in the third year.",
    next_step="Upgrade the engine to a version in standard support: test on a copy first, then use a blue/green "
    "deployment.",
    saving_basis="The whole fee of 30 days.",
    lever="migrate",
    component="fee",
    effort="high",
    risk_class="one_way",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
        "https://aws.amazon.com/rds/pricing/",
    ),
    parameters=(
        Parameter("services", "AmazonRDS AmazonDocDB AmazonNeptune AmazonElastiCache AmazonES", "EKS is apart."),
    ),
    evidence=f"""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    coalesce(resource_id, 'Account ' || account_id) as billed_to,
    max(regexp_extract(usage_type, '[^:]+$')) as version,
    bool_or(usage_type ilike '%:Yr3%') as in_third_year,
    sum(consumed_quantity) as billed_quantity,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving
from usage_30d as usage
where cloud = 'aws' and usage_type ilike '%ExtendedSupport%' and coalesce(pricing_category, '') <> 'Committed'
    and list_contains(string_split($services, ' '), service_code)
    and {is_still_billed("usage")}
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) > 0
""",
    reason="{billed_to} pays {monthly_cost} {currency} in 30 days for the extended support of {version}",
)
