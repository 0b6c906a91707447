"""Notebooks that run at night and on weekends."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

NOTEBOOK_ALWAYS_ON = BillCheck(
    name="notebook_always_on",
    title="Notebooks that are never stopped",
    clouds=("aws",),
    rule="A SageMaker notebook instance or JupyterLab space (usage types Notebk:ml... and Studio:JupyterLab-ml...) "
    "that was billed on demand for at least 160 of 168 hours in each of the last four weeks.",
    why="Somebody sits at a notebook for ten hours on five days: 50 of a week's 168.",
    next_step="Stop it on a schedule or when it is idle: a lifecycle script for notebook instances, idle shutdown for "
    "spaces. Its files stay.",
    saving_basis="118 of 168 of what its hours cost on demand.",
    lever="schedule",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-idle-shutdown.html",
    ),
    parameters=(
        Parameter("min_hours", Decimal(160), "Of a week's 168: a restart is not a schedule."),
        Parameter("hours_off", Decimal(118), "A week less 10 hours on 5 days."),
    ),
    evidence=f"""
with weeks as (
    select
        source_name, account_id, region, resource_id, currency,
        days_ago // 7 as week,
        sum(consumed_quantity) as week_hours
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < 28 and pricing_category = 'Standard'
        and regexp_matches(usage_type, '(^|-)(Notebk:ml|Studio:JupyterLab-ml)\\.')
    group by all
),
always_on as (
    select source_name, account_id, region, resource_id, currency, min(week_hours) as least_week_hours
    from weeks
    group by all
    -- more hours than a week has: several apps under one name
    having count(*) = 4 and min(week_hours) >= $min_hours and max(week_hours) <= 170
)
select
    usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency,
    max(usage.billing_period) as billing_period,
    max(usage.service_name) as service_name,
    max(usage.resource_name) as resource_name,
    max(regexp_extract(usage.usage_type, 'ml\\..*$')) as instance_type,
    max(always_on.least_week_hours) as least_week_hours,
    coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Standard'), 0) as monthly_cost,
    coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Committed'), 0) as covered_cost,
    share(
        coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Standard'), 0), $hours_off / 168.0
    ) as monthly_saving
from usage_30d as usage
inner join always_on
    on usage.source_name = always_on.source_name
    and usage.account_id is not distinct from always_on.account_id
    and usage.region is not distinct from always_on.region
    and usage.resource_id = always_on.resource_id
    and usage.currency = always_on.currency
where usage.cloud = 'aws' and regexp_matches(usage.usage_type, '(^|-)(Notebk:ml|Studio:JupyterLab-ml)\\.')
    and {is_still_billed("usage")}
group by usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency
having monthly_saving > 0
""",
    reason="Notebook {resource_id} ({instance_type}) ran at least {least_week_hours} of 168 hours in each of four "
    "weeks for {monthly_cost} {currency} in 30 days; ten hours on five days cost {monthly_saving} {currency} less",
)
