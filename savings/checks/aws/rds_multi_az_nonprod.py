"""Databases outside production that pay for a standby."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_nonproduction, is_still_billed

RDS_MULTI_AZ_NONPROD = BillCheck(
    name="rds_multi_az_nonprod",
    title="Standby databases outside production",
    clouds=("aws",),
    rule="An RDS instance that is billed as Multi-AZ (usage types Multi-AZUsage and RDS:Multi-AZ-...), in an "
    "environment of development, test or staging by its tag, or, without one, by the name of its account.",
    why="The standby doubles the price of the instance and of its storage, and outside production a failure can wait "
    "for a restore.",
    next_step="Modify the instance to Single-AZ; it stays in use.",
    saving_basis="Half of what the instance and its storage cost on demand: Single-AZ costs half of Multi-AZ.",
    lever="setting",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_OnDemandDBInstances.html",),
    parameters=(
        Parameter("standby_share", Decimal("0.5"), "Price List: 0.115 to 0.230 USD a GB-month of gp3, 2026-07."),
    ),
    evidence=f"""
with standby as (
    select usage.*
    from usage_30d as usage
    where usage.cloud = 'aws' and usage.service_code = 'AmazonRDS' and usage.resource_id is not null
        and regexp_matches(usage.usage_type, '(^|-)(Multi-AZUsage(IOOptimized)?:|RDS:Multi-AZ-)')
        and {is_nonproduction("usage")}
        and {is_still_billed("usage")}
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    coalesce(max(environment), max(account_name)) as environment,
    coalesce(sum(monthly_cost) filter (pricing_category = 'Standard'), 0) as monthly_cost,
    coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost,
    share(coalesce(sum(monthly_cost) filter (pricing_category = 'Standard'), 0), $standby_share)
        as monthly_saving
from standby
group by source_name, cloud, account_id, region, resource_id, currency
having monthly_saving > 0
""",
    reason="{resource_id} of {environment} has a standby; instance and storage cost {monthly_cost} {currency} in 30 "
    "days, half of which is the standby's",
)
