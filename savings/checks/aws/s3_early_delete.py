"""Objects that were deleted before the least time of their storage class was over."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

S3_EARLY_DELETE = BillCheck(
    name="s3_early_delete",
    title="Objects deleted before their storage class allows it for nothing",
    clouds=("aws",),
    rule="A bucket was billed more than 1 in 30 days for objects that were deleted, overwritten or moved before the "
    "30, 90 or 180 days of their storage class.",
    why="A lifecycle rule moves objects to a colder class that would have been deleted soon anyway.",
    next_step="Move to the colder class only what lives longer: let the rule wait, or leave out what dies young.",
    saving_basis="The effective cost of early deletions, of 30 days.",
    lever="setting",
    component="fee",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",),
    parameters=(Parameter("min_monthly_cost", Decimal(1), "A few objects deleted by hand are no rule's fault."),),
    evidence=r"""
with buckets as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(monthly_quantity) as gb_months,
        max(billed_days) as billed_days
    from usage_30d
    where cloud = 'aws'
        and (service_code = 'AmazonS3' or service_name ilike '%Simple Storage Service%')
        and regexp_matches(usage_type, '(^|-)EarlyDelete-')
    group by all
)
select
    *,
    coalesce(resource_id, 'Storage of ' || account_id) as billed_to,
    monthly_cost as monthly_saving
from buckets
where monthly_cost > $min_monthly_cost
""",
    reason="{billed_to} was billed {monthly_cost} {currency} in 30 days for objects that were deleted before their "
    "storage class allows it",
)
