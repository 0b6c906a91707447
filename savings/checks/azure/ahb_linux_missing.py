"""Red Hat and SUSE subscriptions that are paid by the hour and may be owned already."""

from savings.check import BillCheck, Parameter

AHB_LINUX_MISSING = BillCheck(
    name="ahb_linux_missing",
    title="Red Hat and SUSE VMs without Azure Hybrid Benefit",
    clouds=("azure",),
    rule="A VM has a row for a Red Hat Enterprise Linux or SUSE Linux Enterprise subscription by the hour that no "
    "software plan covers.",
    why="Who owns subscriptions that may be used in the cloud pays for them twice.",
    next_step="Ask for subscriptions that are free and enabled for Azure (Red Hat: Cloud Access), then set the licence "
    "type to RHEL_BYOS or SLES_BYOS; no restart is needed.",
    saving_basis="The effective cost of the subscription rows, of 30 days. It is saved only where subscriptions are "
    "owned and free; their own price is not on this bill.",
    lever="setting",
    component="licence",
    effort="low",
    risk_class="reversible",
    confidence="low",
    links=("https://learn.microsoft.com/azure/virtual-machines/linux/azure-hybrid-benefit-linux",),
    parameters=(Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a look."),),
    evidence="""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving,
    string_agg(distinct meter_subcategory, ', ') as subscriptions
from usage_30d
where cloud = 'azure'
    and resource_id is not null
    and pricing_category = 'Standard'
    and monthly_cost > 0
    and meter_category ilike 'Virtual Machine% Licenses'
    and regexp_matches(meter_subcategory, '^(Red Hat|SUSE)')
    and not regexp_matches(meter_subcategory, '(?i)BYOS|Hybrid Benefit')
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) >= $min_monthly_saving
""",
    reason="{resource_id} pays {monthly_cost} {currency} in 30 days for {subscriptions}",
)
