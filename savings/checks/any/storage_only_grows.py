"""Logs, backups, images and snapshots from which nothing is ever deleted."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

STORAGE_ONLY_GROWS = BillCheck(
    name="storage_only_grows",
    title="Storage that only grows",
    clouds=("any",),
    rule="What a log group, registry, backup vault or an account's snapshots of a region store has not fallen in the "
    "last six complete months, and grew by 5 % at least. seed_growing_storage names their meters. Where the running "
    "month has begun lower, something is being done and nothing is found.",
    why="Where nothing expires, each month costs more than the last, for data that nobody looks at.",
    next_step="Set how long it is kept (retention, lifecycle policy), after asking who needs it for how long.",
    saving_basis="What is stored above the level of 90 days ago, at the price of the last complete month, for 30 days.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="one_way",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
    ),
    parameters=(
        Parameter("months", 6, "Half a year without any fall is no coincidence."),
        Parameter("keep_months", 3, "90 days are what most teams look back when they search a log or a backup."),
        Parameter(
            "min_growth", Decimal("0.05"), "Less, in half a year, is no problem yet (Azure Optimization Engine)."
        ),
    ),
    seeds=("growing_storage",),
    evidence=r"""
with meters as (
    select distinct
        named.*,
        seed_growing_storage.kind,
        seed_growing_storage.judged_by
    from (select distinct cloud, usage_type, service_code, service_name from storage_monthly) as named
    inner join seed_growing_storage
        on named.cloud = seed_growing_storage.cloud
        and regexp_matches(coalesce(named.usage_type, ''), seed_growing_storage.usage_type_pattern)
        and regexp_matches(concat_ws(' ', named.service_code, named.service_name), seed_growing_storage.service_pattern)
),
sources as (
    select source_name, max(last_day + cast(last_days_ago as integer)) as last_day
    from storage_monthly
    group by all
),
named as (
    select
        stored.* exclude (resource_id, resource_name),
        meters.kind,
        case when meters.judged_by = 'resource' then stored.resource_id end as resource_id,
        case when meters.judged_by = 'resource' then stored.resource_name end as resource_name,
        sources.last_day as source_last_day
    from storage_monthly as stored
    inner join sources on stored.source_name = sources.source_name
    inner join meters
        on stored.cloud = meters.cloud
        and stored.usage_type is not distinct from meters.usage_type
        and stored.service_code is not distinct from meters.service_code
        and stored.service_name is not distinct from meters.service_name
),
months as (
    select
        source_name, cloud, account_id, region, resource_id, currency, kind, billing_period, source_last_day,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        max(days_seen) as days_seen,
        min(last_days_ago) as last_days_ago,
        sum(quantity) as stored_gb,
        sum(cost) as cost
    from named
    group by all
),
complete as (
    select
        * exclude (days_seen, last_days_ago),
        date_diff('month', billing_period, source_last_day + 1) as months_ago,
        lag(stored_gb) over same_thing as previous_gb
    from months
    where last_day(billing_period) <= source_last_day
    window same_thing as (
        partition by source_name, cloud, account_id, region, currency, kind, resource_id order by billing_period
    )
),
histories as (
    select
        source_name, cloud, account_id, region, resource_id, currency, kind,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        count(*) as months_seen,
        -- six months without a fall have seven levels
        bool_and(months_ago = $months + 1 or stored_gb >= previous_gb) as never_fell,
        max(case when months_ago = $months + 1 then stored_gb end) as first_gb,
        max(case when months_ago = 1 + $keep_months then stored_gb end) as kept_gb,
        max(case when months_ago = 1 then stored_gb end) as stored_gb,
        max(case when months_ago = 1 then cast(cost * 30 / day(last_day(billing_period)) as decimal(38, 12)) end)
            as monthly_cost
    from complete
    where months_ago between 1 and $months + 1
    group by all
),
running as (
    select
        source_name, cloud, account_id, region, resource_id, currency, kind,
        -- a row of a whole month looks like one of its first day
        bool_or(billing_period = date_trunc('month', source_last_day) and (last_days_ago <= 2 or days_seen = 1))
            as is_billed,
        max(
            case
                when last_day(billing_period) > source_last_day and days_seen > 1
                    then stored_gb * day(last_day(billing_period)) / days_seen
            end
        ) as running_gb
    from months
    group by all
),
judged as (
    select
        histories.* exclude (months_seen, never_fell),
        share(monthly_cost, (stored_gb - kept_gb) / nullif(stored_gb, 0)) as monthly_saving
    from histories
    inner join running
        on histories.source_name = running.source_name
        and histories.cloud = running.cloud
        and histories.account_id is not distinct from running.account_id
        and histories.region is not distinct from running.region
        and histories.resource_id is not distinct from running.resource_id
        and histories.currency = running.currency
        and histories.kind = running.kind
    where months_seen = $months + 1
        and never_fell
        and stored_gb >= first_gb * (1 + cast($min_growth as double))
        and running.is_billed
        -- a day's share of a month is rounded
        and coalesce(running_gb, stored_gb) >= stored_gb * 0.999
        and monthly_cost > 0
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    string_agg(kind, ', ' order by kind) as kind,
    string_agg(kind, ', ' order by kind) || coalesce(' ' || any_value(resource_id), '') as what_grows,
    sum(first_gb) as first_gb,
    sum(kept_gb) as kept_gb,
    sum(stored_gb) as stored_gb,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_saving) as monthly_saving
from judged
where monthly_saving > 0
group by all
""",
    reason="{what_grows} of {account_id} in {region} grew from {first_gb} to {stored_gb} in {months} months "
    "and never fell; what came in the last 90 days costs {monthly_saving} {currency} in 30 days",
)
