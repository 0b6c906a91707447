"""Traffic between zones of a region."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

INTER_AZ = BillCheck(
    name="inter_az",
    title="Resources with much traffic between zones",
    clouds=("aws",),
    rule="A resource's traffic within its region, mostly between availability zones, costs at least 10 in 30 days.",
    why="Each GB between zones is paid on both sides; within a zone it costs nothing.",
    next_step="See who talks to it: route to the same zone first (zonal affinity, topology-aware routing), read from a "
    "replica of the zone, compress.",
    saving_basis="Not known: the bill does not say which of the traffic could stay within a zone.",
    lever="none",
    component="transfer",
    effort="high",
    risk_class="none",
    confidence="low",
    links=("https://docs.aws.amazon.com/cur/latest/userguide/cur-data-transfers-charges.html",),
    parameters=(Parameter("min_monthly_cost", Decimal(10), "1,000 GB at list price; less is not worth a project."),),
    evidence=r"""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    sum(monthly_cost) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    sum(monthly_quantity) as transferred_gb
from usage_30d
where cloud = 'aws'
    and resource_id is not null
    and regexp_matches(usage_type, '(^|-)DataTransfer-Regional-Bytes$')
group by all
having sum(monthly_cost) >= $min_monthly_cost and min(meter_last_days_ago) <= 2
""",
    reason="{resource_id} moves {transferred_gb} GB between zones for {monthly_cost} {currency} in 30 days",
)
