"""Log groups that keep everything for ever."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, join_costs

LOGS_WITHOUT_RETENTION = InventoryCheck(
    name="logs_without_retention",
    title="Log groups that keep everything for ever",
    clouds=("aws",),
    rule="A log group without a retention, a year old or more, that is billed for what it stores.",
    why="Without a retention nothing of a log is ever deleted, and each month costs more than the last.",
    next_step="Ask who needs it for how long, and set a retention; CloudWatch deletes what is older by itself.",
    saving_basis="Of what its storage costs in 30 days, the share that would be older than a year, if it was written "
    "as evenly as it is old.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="one_way",
    confidence="low",
    links=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",),
    parameters=(
        Parameter("keep_days", 365, "What most rules of accounting and security ask for at the most."),
        Parameter("min_stored_gb", Decimal(1), "Less costs some cents."),
    ),
    tables=("aws_log_groups",),
    evidence=f"""
with {cost_of("aws_log_groups", "regexp_matches(usage_type, 'TimedStorage-ByteHrs$')")},
groups as (
    select
        *,
        date_diff('day', cast(created_at as date), (select last_day + 1 from looked_at)) as age_days,
        stored_bytes / 1e9 as stored_gb
    from aws_log_groups
)
select
    {columns_of("groups")},
    share(costs.monthly_cost, (groups.age_days - $keep_days) / groups.age_days) as monthly_saving,
    groups.name,
    groups.stored_gb,
    groups.age_days,
    case
        when groups.created_at is null then 'how old it is, is not known'
        when groups.tags is null then 'its tags are not known'
        when groups.is_protected then 'protected by its tag ' || groups.protected_by
        when costs.source_name is null then 'the bill does not name what it stores'
    end as unjudged
from groups
{join_costs("groups")}
where groups.retention_days is null
    and groups.stored_gb >= $min_stored_gb
    and (groups.created_at is null or groups.age_days > $keep_days)
""",
    reason="{name} keeps {stored_gb} GB of {age_days} days for ever; kept for a year it costs {monthly_saving} "
    "{currency} less than the {monthly_cost} of 30 days",
)
