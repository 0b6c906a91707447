"""Instance groups that may not become as small as their load."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

INSTANCE_GROUP_FLOOR = InventoryCheck(
    name="instance_group_floor",
    title="Instance groups whose minimum is too high",
    clouds=("gcp",),
    rule="A managed instance group scales by CPU alone, and in the look-back window its VMs' CPU together never called "
    "for as many VMs, at the group's own target and with a fifth to spare, as its minimum keeps. Hours in which fewer "
    "than the minimum were measured do not count. At least two stay.",
    why="An autoscaler never goes below its minimum, however little there is to do.",
    next_step="Lower the autoscaler's minimum; it can be raised at any time. Each VM that the group would do without "
    "is "
    "a finding, so that it adds up with what is found of the VMs.",
    saving_basis="Everything that the bill has of as many of the group's VMs as it would do without, the first by "
    "name.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://cloud.google.com/compute/docs/autoscaler#minimum_and_maximum_number_of_instances",),
    tables=("gcp_instances", "gcp_instance_groups"),
    metrics=("gcp_instance_cpu",),
    parameters=(
        Parameter("headroom", Decimal("0.2"), "For a VM that fails, and minutes that an hour's average does not show."),
        Parameter("keep", 2, "One VM alone is no group: it cannot be replaced without a gap."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_instances",
        """
        select
            members.account_id, members.region, members.resource_id, members.group_name,
            members.least, needs.needed, members.least - greatest(needs.needed, $keep) as surplus,
            needs.days as measured_days,
            case
                when coalesce(needs.days, 0) < $min_days
                    then 'the CPU of its group was measured on ' || coalesce(needs.days, 0) || ' days, ' || $min_days
                        || ' are needed'
            end as unjudged
        from members
        left join needs using (account_id, region, group_name)
        where not members.is_protected
            and (unjudged is not null or members.place <= surplus)
        """,
        also="""
        groups as (
            select *, regexp_extract(resource_id, '[^/]*$') as group_name
            from gcp_instance_groups
            where mode = 'ON' and signals = 1 and cpu_target > 0 and least > $keep
                and created_at < (select first_day from looked_at)
        ),
        members as (
            select
                vms.account_id, vms.region, vms.resource_id, vms.is_protected, groups.group_name, groups.least,
                groups.cpu_target,
                row_number() over (partition by groups.resource_id order by vms.resource_id) as place
            from gcp_instances as vms
            inner join groups
                on vms.account_id = groups.account_id
                and vms.region = groups.region
                and ends_with(vms.owner, groups.member_of)
            where vms.status = 'RUNNING'
        ),
        loads as (
            select
                members.account_id, members.region, members.group_name, samples."at",
                any_value(cast(members.cpu_target as double)) as cpu_target,
                any_value(members.least) as least,
                sum(samples."value") as load,
                count(*) as measured
            from members
            inner join gcp_instance_cpu_samples as samples using (account_id, region, resource_id)
            group by all
        ),
        needs as (
            select
                account_id, region, group_name,
                count(distinct cast("at" as date)) as days,
                cast(ceil(ceil(round(max(load / cpu_target), 6)) * (1 + $headroom)) as bigint) as needed
            from loads
            where measured >= least
            group by all
        ),""",
    ),
    reason="{resource_name} is one of {surplus} VMs that group {group_name} would do without: its minimum is {least}, "
    "its load never called for more than {needed}; the VM costs {monthly_cost} {currency} in 30 days",
)
