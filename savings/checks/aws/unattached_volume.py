"""Volumes that are attached to nothing and still cost money.

Recommended only where everything is known: a state that means unattached, no attachment, old enough, tags that do not
protect it and that nobody's automation set, and its own billed cost in one currency. Anything else is not judged, with
the reason. An attached volume is in use and not mentioned.
"""

from savings.check import InventoryCheck, Parameter
from savings.conditions import owner_of

UNATTACHED_VOLUME = InventoryCheck(
    name="unattached_volume",
    title="Volumes that are attached to nothing",
    clouds=("aws",),
    rule="The account lists it as attached to nothing, it is older than a week, no tag protects it or says that "
    "Kubernetes or another service made it, and it was billed on at least 7 of the last 30 days.",
    why="A volume costs the same whether a machine uses it or not.",
    next_step="Take a snapshot and delete the volume; the proposal does both, and can bring it back.",
    saving_basis="Its effective cost of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-volume.html",),
    remediation="delete_unattached_volume",
    parameters=(
        Parameter("min_age_days", 7, "A volume may be waiting for the machine that it was made for."),
        Parameter("min_billed_days", 7, "Fewer days do not show what a month costs."),
    ),
    tables=("aws_volumes",),
    evidence=f"""
with costs as (
    select
        account_id, region, inventory_id,
        max(source_name) as source_name,
        max(billing_period) as billing_period,
        list_sort(list(distinct resource_id)) as names,
        list_sort(list(distinct currency)) as currencies,
        max(billed_days) as billed_days,
        bool_or(is_monthly) as is_monthly,
        -- an amount that is not known makes the sum unknown
        case when count(*) = count(monthly_cost) then sum(monthly_cost) end as monthly_cost,
        sum(cost) as billed_cost_30_days
    from aws_volumes_billed
    group by all
),
volumes as (
    select
        aws_volumes.*,
        count(*) over (partition by lower(resource_id)) as copies,
        date_diff('day', cast(created_at as date), looked_at.last_day + 1) as age_days,
        {owner_of("aws_volumes")} as owner
    from aws_volumes
    cross join looked_at
)
select
    costs.source_name,
    costs.billing_period,
    'aws' as cloud,
    volumes.account_id,
    volumes.region,
    volumes.resource_id,
    costs.currencies[1] as currency,
    costs.monthly_cost,
    costs.monthly_cost as monthly_saving,
    costs.billed_cost_30_days,
    costs.billed_days,
    volumes.state,
    volumes.size_gb,
    volumes.volume_type,
    volumes.age_days,
    volumes.tags,
    volumes.resource_id as finding_key,
    case
        when volumes.copies > 1 then 'its id is more than once in the inventory'
        when coalesce(volumes.account_id, '') = '' then 'the inventory does not say its account_id'
        when coalesce(volumes.region, '') = '' then 'the inventory does not say its region'
        when coalesce(volumes.state, '') = '' then 'the inventory does not say its state'
        when volumes.attached_to is null then 'its attachments are not known'
        when volumes.state <> 'available' then 'unknown state ''' || volumes.state || ''''
        when len(volumes.attached_to) > 0
            then 'its state is ''available'', yet it has ' || len(volumes.attached_to) || ' attachment(s)'
        when costs.names is null then 'no billed cost in the last days'
        when len(costs.names) > 1
            then 'the costs of several resources carry its id: ' || array_to_string(costs.names, ', ')
        when len(costs.currencies) > 1
            then 'its cost is in currencies [''' || array_to_string(costs.currencies, ''', ''') || '''], one is needed'
        when costs.monthly_cost <= 0 then 'its billed cost is ' || cast(costs.billed_cost_30_days as varchar) || ' '
            || coalesce(costs.currencies[1], '')
        when costs.billed_days < $min_billed_days and not costs.is_monthly
            then 'billed on ' || costs.billed_days || ' days, ' || $min_billed_days || ' are needed'
        when volumes.created_at is null then 'its creation time is not known'
        when volumes.age_days < $min_age_days
            then volumes.age_days || ' day(s) old, ' || $min_age_days || ' are needed'
        when volumes.tags is null then 'its tags are not known'
        when volumes.is_protected then 'protected by its tag ' || volumes.protected_by
        when volumes.owner is not null then volumes.owner
    end as unjudged
from volumes
left join costs
    on volumes.account_id = costs.account_id
    and volumes.region = costs.region
    and volumes.resource_id = costs.inventory_id
where coalesce(volumes.state, '') not in ('in-use', 'deleting', 'deleted') or volumes.copies > 1
order by volumes.account_id, volumes.region, volumes.resource_id
""",
    reason="{resource_id} is attached to nothing and costs {monthly_cost} {currency} in 30 days",
)
