"""VMs with more vCPUs than they use."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import (
    COMPUTE_METERS,
    SMALLER_SAVING,
    SMALLER_SUMS,
    of_bill,
    smaller_machine,
    too_few_days,
)

MACHINE_TYPE_CPUS = InventoryCheck(
    name="machine_type_cpus",
    title="VMs with more vCPUs than they use",
    clouds=("gcp",),
    rule="A type of the VM's series in its zone has fewer vCPUs and as much memory, and its vCPUs are at least 1.25 "
    "times what the VM used in its busiest hours. Left out: VMs younger than the look-back window, custom and shared "
    "core types, VMs with GPUs or local SSDs, and those that a service of Google's or an instance group makes.",
    why="vCPUs are paid for whether they work or not; memory is kept as it is here, as nobody measured it.",
    next_step="Stop the VM, set the smaller machine type, start it; it can be set back at any time.",
    saving_basis="The effective cost of its cores, less those of the smaller type at the same price each; memory "
    "alike.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://cloud.google.com/compute/docs/instances/apply-machine-type-recommendations-for-instances",
        "https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance",
    ),
    tables=("gcp_instances", "gcp_machine_types"),
    metrics=("gcp_instance_cpu_peak",),
    parameters=(
        Parameter(
            "percentile", Decimal("0.99"), "Of the highest minute of each hour: three hours of 14 days may peak."
        ),
        Parameter("headroom", Decimal("0.25"), "The smaller type is at most 80 % busy in those hours."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_instances",
        f"""
        select
            vms.account_id, vms.region, vms.resource_id, vms.machine_type, sizes.vcpus, sizes.memory_mb,
            fitting.target_type, fitting.target_vcpus, fitting.target_mb,
            round(peaks.cpu_percent, 2) as cpu_percent, cpu.days as measured_days,
            {too_few_days("cpu", "its CPU")} as unjudged
        from gcp_instances as vms
        left join sizes using (account_id, region, resource_id)
        left join peaks using (account_id, region, resource_id)
        left join fitting using (account_id, region, resource_id)
        left join gcp_instance_cpu_peak as cpu using (account_id, region, resource_id)
        where vms.status = 'RUNNING' and vms.owner is null and not vms.is_protected
            and vms.gpus = 0 and vms.local_ssds = 0 and sizes.is_predefined and not sizes.is_shared
            and vms.created_at < (select first_day from looked_at)
            and (unjudged is not null or fitting.target_type is not null)
        """,
        meters=COMPUTE_METERS,
        saving=SMALLER_SAVING,
        sums=SMALLER_SUMS,
        also=smaller_machine("sizes.memory_mb"),
    ),
    reason="{resource_name} is a {machine_type} that used {cpu_percent} % of its vCPUs in its busiest hours; as "
    "{target_type}, with as much memory, it costs {monthly_saving} of {monthly_cost} {currency} less in 30 days",
)
