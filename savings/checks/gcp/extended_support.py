"""Database versions that are kept alive for a fee."""

from savings.check import BillCheck, Parameter

EXTENDED_SUPPORT = BillCheck(
    name="extended_support",
    title="Databases in paid extended support",
    clouds=("gcp",),
    rule="A resource is billed by an extended support meter.",
    why="Since 2025 Cloud SQL charges a fee per vCPU hour for major versions that their community has given up.",
    next_step="Upgrade the major version, after a test on a clone; the fee ends with it.",
    saving_basis="The effective cost of the extended support meters, of 30 days.",
    lever="migrate",
    component="fee",
    effort="high",
    risk_class="one_way",
    confidence="high",
    links=("https://cloud.google.com/sql/docs/postgres/extended-support",),
    parameters=(Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a project."),),
    evidence="""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving,
    string_agg(distinct usage_type, ', ') as meters,
    string_agg(distinct nullif(regexp_extract(usage_type, '\\b(v[0-9.]+)\\b', 1), ''), ', ') as versions
from usage_30d
where cloud = 'gcp'
    and resource_id is not null
    and usage_type ilike '%Extended support%'
    and pricing_category = 'Standard'
    and monthly_cost > 0
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) >= $min_monthly_saving
""",
    reason="{resource_id} pays {monthly_cost} {currency} in 30 days for extended support of an old version {versions}",
)
