"""Desktops that are billed by the hour for more hours than a month costs."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

WORKSPACES_RUNNING_MODE = BillCheck(
    name="workspaces_running_mode",
    title="Desktops by the hour that cost less by the month",
    clouds=("aws",),
    rule="A WorkSpace in AutoStop whose billed hours (usage type AW-HW-...-AutoStop-Usage) are more than the monthly "
    "price buys (seed_aws_workspaces_hours), in the last 30 days and in the 30 before. Hours of desktops that are "
    "billed by the month are not in the bill.",
    why="AlwaysOn costs a fixed price, AutoStop a smaller one and every hour.",
    next_step="Set the running mode of the WorkSpace to AlwaysOn.",
    saving_basis="The billed hours over those at which both modes cost the same, at the price of an hour.",
    lever="setting",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/workspaces/latest/adminguide/running-mode.html",),
    parameters=(Parameter("margin", Decimal("1.1"), "Hours differ from month to month by about a tenth."),),
    seeds=("aws_workspaces_hours",),
    evidence=f"""
with months as (
    select
        source_name, account_id, region, resource_id, currency, usage_type,
        coalesce(sum(consumed_quantity) filter (days_ago < 30), 0) as hours,
        coalesce(sum(consumed_quantity) filter (days_ago >= 30 and days_ago < 60), 0) as hours_before
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage'
        and regexp_matches(usage_type, '(^|-)AW-HW-[0-9]+-AutoStop-Usage$')
    group by all
),
desktops as (
    select
        source_name, cloud, account_id, region, resource_id, currency, usage_type,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(cost) / nullif(sum(consumed_quantity), 0) as hourly_price
    from usage_30d as usage
    where cloud = 'aws' and resource_id is not null and pricing_category = 'Standard'
        and regexp_matches(usage_type, '(^|-)AW-HW-[0-9]+-AutoStop-Usage$')
        and {is_still_billed("usage")}
    group by all
)
select
    desktops.* exclude (usage_type, hourly_price),
    seed.bundle,
    months.hours,
    months.hours_before,
    seed.break_even_hours,
    cast((cast(months.hours as double) - seed.break_even_hours) * desktops.hourly_price as decimal(38, 12))
        as monthly_saving
from desktops
inner join months
    on desktops.source_name = months.source_name
    and desktops.account_id is not distinct from months.account_id
    and desktops.region is not distinct from months.region
    and desktops.resource_id = months.resource_id
    and desktops.currency = months.currency
    and desktops.usage_type = months.usage_type
inner join seed_aws_workspaces_hours as seed
    on regexp_extract(desktops.usage_type, 'AW-HW-([0-9]+)-', 1) = cast(seed.hardware as varchar)
where desktops.hourly_price > 0 and least(months.hours, months.hours_before) > seed.break_even_hours * $margin
qualify row_number() over (
    partition by desktops.source_name, desktops.account_id, desktops.region, desktops.resource_id, desktops.currency
    order by months.hours desc
) = 1
""",
    reason="{bundle} desktop {resource_id} was used {hours} hours in 30 days, {hours_before} in those before; by the "
    "month it costs as much as {break_even_hours} hours, {monthly_saving} {currency} less",
)
