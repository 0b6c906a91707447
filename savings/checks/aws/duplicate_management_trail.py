"""Management events that CloudTrail writes more than once."""

from savings.check import BillCheck

DUPLICATE_MANAGEMENT_TRAIL = BillCheck(
    name="duplicate_management_trail",
    title="Management events recorded by more than one trail",
    clouds=("aws",),
    rule="CloudTrail's meter PaidEventsRecorded costs something in the last 30 days: the first copy of management "
    "events is free in each region, so what is paid is the second and further ones.",
    why="An organisation's trail already holds the events that an account's own trail records again, for money.",
    next_step="Find the trails of the account that record management events, keep one and switch them off in the "
    "others; data events can stay.",
    saving_basis="The effective cost of the paid copies, of 30 days.",
    lever="setting",
    component="requests",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",),
    evidence=r"""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving,
    sum(monthly_quantity) as paid_events
from usage_30d
where cloud = 'aws' and regexp_matches(usage_type, '(^|-)PaidEventsRecorded$')
group by all
having sum(monthly_cost) > 0 and min(meter_last_days_ago) <= 2
""",
    reason="{account_id} pays for {paid_events} management events in {region} that another trail has recorded for "
    "nothing: {monthly_cost} {currency} in 30 days",
)
