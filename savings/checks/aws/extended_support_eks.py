"""Kubernetes clusters that pay for the support of an old version."""

from savings.check import BillCheck
from savings.conditions import is_still_billed

EXTENDED_SUPPORT_EKS = BillCheck(
    name="extended_support_eks",
    title="Extended support of old Kubernetes versions",
    clouds=("aws",),
    rule="Hours of a cluster that are billed as extended support (usage type AmazonEKS-Hours:extendedSupport, "
    "operation ExtendedSupport) and still are.",
    why="After 14 months of standard support a cluster costs six times as much: 0.50 USD an hour on top of 0.10.",
    next_step="Upgrade the cluster, one minor version after the other, then its nodes and add-ons.",
    saving_basis="The whole fee of 30 days; the standard price of the cluster stays.",
    lever="migrate",
    component="fee",
    effort="high",
    risk_class="one_way",
    confidence="high",
    links=("https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",),
    evidence=f"""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    coalesce(resource_id, 'Account ' || account_id) as billed_to,
    sum(consumed_quantity) as cluster_hours,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving
from usage_30d as usage
where cloud = 'aws' and service_code = 'AmazonEKS'
    and (operation = 'ExtendedSupport' or usage_type ilike '%AmazonEKS-Hours:extendedSupport')
    and {is_still_billed("usage")}
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) > 0
""",
    reason="{billed_to} pays {monthly_cost} {currency} in 30 days for extended support",
)
