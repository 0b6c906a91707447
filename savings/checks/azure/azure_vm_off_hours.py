"""Machines whose use says when nobody needs them."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import (
    COMPUTE_ON_DEMAND,
    FREE,
    MIN_AGE_DAYS,
    is_old_enough,
    join_metrics,
    too_few_days,
    with_costs,
)

AZURE_VM_OFF_HOURS = InventoryCheck(
    name="azure_vm_off_hours",
    title="VMs that idle at the same hours every week",
    clouds=("azure",),
    rule="A running VM that at the same hours (UTC) of every week in the window had at most 5 % CPU and moved at most "
    "50 MB an hour, six hours or more in a row, a quarter of the measured hours in all, and that does something in the "
    "others. Spot, VMs of scale sets, Kubernetes, Databricks and dedicated hosts, young and protected ones are left "
    "out.",
    why="What nobody uses at night and on weekends costs the same then.",
    next_step="Stop and start it on a schedule with the hours in the evidence; ask first what else runs on it.",
    saving_basis="What its hours cost on demand, times the share of its measured hours that would be off. Disks and "
    "what a commitment covers stay.",
    lever="schedule",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-functions/start-stop-vms/overview",),
    parameters=(
        Parameter("min_days", 14, "Two weeks: an hour that is idle once may not be the next time."),
        MIN_AGE_DAYS,
        Parameter("most_cpu", Decimal(5), "Percent, as for VMs that do nothing."),
        Parameter("most_megabytes", Decimal(50), "An hour, as for VMs that do nothing."),
        Parameter("min_run", 6, "Hours in a row: a shorter stop costs people more than it saves."),
        Parameter("min_share", Decimal("0.25"), "Of the measured hours: less is not worth a schedule."),
        Parameter("most_share", Decimal("0.95"), "Of the measured hours: beyond it the VM does nothing at all."),
    ),
    tables=("azure_virtual_machines",),
    metrics=("azure_vm_cpu", "azure_vm_network_in", "azure_vm_network_out"),
    evidence=f"""
with hours as (
    select
        cpu.account_id, cpu.region, cpu.resource_id,
        (isodow(cpu."at") - 1) * 24 + hour(cpu."at") as hour_of_week,
        count(*) as samples,
        bool_and(
            cpu.value <= $most_cpu and (coalesce(received.value, 0) + coalesce(sent.value, 0)) / 1e6 <= $most_megabytes
        ) as is_idle
    from azure_vm_cpu_samples as cpu
    left join azure_vm_network_in_samples as received using (account_id, region, resource_id, "at")
    left join azure_vm_network_out_samples as sent using (account_id, region, resource_id, "at")
    group by all
),
-- every hour of the week, also those in which it never ran, three times in a row: a night goes over the week's end
weeks as (
    select
        machines.account_id, machines.region, machines.resource_id, slots.hour_of_week + 168 * copies.copy as place,
        coalesce(hours.samples, 0) as samples,
        coalesce(hours.is_idle, true) as is_idle
    from (select distinct account_id, region, resource_id from hours) as machines
    cross join (select unnest(range(168)) as hour_of_week) as slots
    cross join (select unnest(range(3)) as copy) as copies
    left join hours
        on hours.account_id = machines.account_id and hours.region = machines.region
        and hours.resource_id = machines.resource_id and hours.hour_of_week = slots.hour_of_week
),
runs as (
    select
        *,
        -- hours of one run have as many busy ones before them
        sum(case when is_idle then 0 else 1 end) over (
            partition by account_id, region, resource_id order by place
        ) as run
    from weeks
),
long_runs as (
    select *, count(*) filter (is_idle) over (partition by account_id, region, resource_id, run) as run_hours from runs
),
schedules as (
    select
        account_id, region, resource_id,
        coalesce(sum(samples) filter (is_idle and run_hours >= $min_run), 0) / sum(samples) as off_share,
        count(*) filter (is_idle and run_hours >= $min_run) as off_hours,
        string_agg(
            case when is_idle and run_hours >= $min_run then '-' else '#' end, '' order by place
        ) as week_from_monday
    from long_runs
    where place between 168 and 335
    group by all
),
found as (
    select
        t.account_id, t.region, t.resource_id, t.size, cpu.days as measured_days,
        schedules.off_hours, cast(schedules.off_share as double) as off_share, schedules.week_from_monday,
        {too_few_days(("cpu", "its CPU"), ("received", "what it receives"), ("sent", "what it sends"))} as unjudged
    from azure_virtual_machines as t
    {join_metrics(("azure_vm_cpu", "cpu"), ("azure_vm_network_in", "received"), ("azure_vm_network_out", "sent"))}
    left join schedules
        on schedules.account_id = t.account_id and schedules.region = t.region
        and schedules.resource_id = t.resource_id
    where {FREE} and not is_on_host and priority = 'Regular' and power_state = 'running' and {is_old_enough()}
        and (schedules.off_share is null or schedules.off_share between $min_share and $most_share)
){with_costs("azure_virtual_machines", saving="share(costs.monthly_cost, found.off_share)", rows=COMPUTE_ON_DEMAND)}""",
    reason="{resource_id} ({size}) did nothing in {off_hours} of a week's 168 hours, in every week of {measured_days} "
    "days; stopped then, it costs {monthly_saving} {currency} less in 30 days",
)
