"""VMs that nobody uses at the same hours of every day."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import COMPUTE_METERS, of_bill, too_few_days

OFF_HOURS_COMPUTE = InventoryCheck(
    name="off_hours_compute",
    title="VMs that rest at the same hours of every day",
    clouds=("gcp",),
    rule="In the look-back window a VM that works at other times never rose above 5 % CPU in at least 6 hours on end "
    "of every working day, or of every day of the weekend (UTC), a quarter of the week in all. Left out: VMs younger "
    "than the window, and those that a service of Google's or an instance group makes.",
    why="Hours in which nobody works are paid for like the others.",
    next_step="Attach an instance schedule that stops the VM in those hours; ask first what runs at month's end. What "
    "must run through gets a protecting label.",
    saving_basis="The share of the week's hours that it rests, of what its cores and memory cost on demand; disks, "
    "addresses and what a commitment covers stay.",
    lever="schedule",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://cloud.google.com/compute/docs/instances/schedule-instance-start-stop",),
    tables=("gcp_instances",),
    metrics=("gcp_instance_cpu_peak",),
    parameters=(
        Parameter("quiet_percent", 5, "The system's own work in the highest minute of an hour."),
        Parameter("min_hours", 6, "Shorter rests are not worth a stop and a start."),
        Parameter("min_share", Decimal("0.25"), "42 of a week's 168 hours."),
        Parameter("min_days", 14, "Ten working days and two weekends, so that each hour was seen at least four times."),
    ),
    evidence=of_bill(
        "gcp_instances",
        f"""
        select
            vms.account_id, vms.region, vms.resource_id, vms.machine_type,
            resting.hours as resting_hours, resting.hours / 168.0 as off_share, cpu.maximum as highest_cpu_percent,
            {too_few_days("cpu", "its CPU")} as unjudged
        from gcp_instances as vms
        left join resting using (account_id, region, resource_id)
        left join gcp_instance_cpu_peak as cpu using (account_id, region, resource_id)
        where vms.status = 'RUNNING' and vms.owner is null and not vms.is_protected
            and vms.created_at < (select first_day from looked_at)
            -- one that never works is idle, and has no schedule
            and (unjudged is not null or (cpu.maximum > $quiet_percent and off_share >= $min_share))
        """,
        meters=f"{COMPUTE_METERS} and pricing_category in ('Standard', 'Committed')",
        saving="share(billed.monthly_cost, found.off_share)",
        also="""
        hours as (
            select
                account_id, region, resource_id, isodow("at") > 5 as is_weekend, hour("at") as hour,
                max("value") <= $quiet_percent and count(*) >= 4 as is_quiet
            from gcp_instance_cpu_peak_samples
            group by all
        ),
        -- twice round the clock: a night goes on after midnight
        laps as (
            select hours.*, hour + 24 * lap as place from hours cross join (values (0), (1)) as laps (lap)
            where is_quiet
        ),
        runs as (
            select
                *,
                place - row_number() over (
                    partition by account_id, region, resource_id, is_weekend order by place
                ) as run
            from laps
        ),
        long_runs as (
            select distinct account_id, region, resource_id, is_weekend, hour
            from runs
            qualify count(*) over (partition by account_id, region, resource_id, is_weekend, run) >= $min_hours
        ),
        resting as (
            select account_id, region, resource_id, sum(case when is_weekend then 2 else 5 end) as hours
            from long_runs
            group by all
        ),""",
    ),
    reason="{resource_name} ({machine_type}) rests in {resting_hours} of a week's 168 hours; stopped in those it costs "
    "{monthly_saving} of {monthly_cost} {currency} less in 30 days",
)
