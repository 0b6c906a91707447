"""VMs that run and do nothing."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import SIZES, of_bill, too_few_days

IDLE_COMPUTE_INSTANCE = InventoryCheck(
    name="idle_compute_instance",
    title="VMs that run and do nothing",
    clouds=("gcp",),
    rule="In the look-back window a running VM used less than 0.03 vCPUs in 97 % of the hours, and next to no network. "
    "Left out: VMs younger than the window, those with a protecting label, and those of instance groups, GKE, "
    "Dataproc, "
    "Dataflow, Composer and Batch, which would make them again.",
    why="A VM is billed by the second that it runs, whether it works or waits.",
    next_step="Ask the owner, stop the VM, and delete it with its disks when nobody missed it. A stopped VM loses the "
    "data on its local SSDs, and still pays for its disks and addresses.",
    saving_basis="Everything that the bill has of the VM itself in 30 days; its disks are resources of their own.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://cloud.google.com/compute/docs/instances/idle-vm-recommendations-overview",
        "https://cloud.google.com/compute/docs/instances/stop-start-instance",
    ),
    tables=("gcp_instances", "gcp_machine_types"),
    metrics=("gcp_instance_cpu", "gcp_instance_network"),
    parameters=(
        Parameter("max_vcpus", Decimal("0.03"), "What Google's own recommender calls idle."),
        Parameter("percentile", Decimal("0.97"), "As Google's recommender: a nightly update is no work."),
        Parameter("max_network", 1000, "Bytes a second in an average hour: an agent's own talk, 86 MB a day."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_instances",
        f"""
        select
            vms.account_id, vms.region, vms.resource_id, vms.machine_type,
            round(busy.cpu_percent / 100 * sizes.vcpus, 4) as used_vcpus,
            round(network.mean, 1) as network_bytes_a_second,
            cpu.days as measured_days,
            coalesce(
                {too_few_days("cpu", "its CPU")},
                {too_few_days("network", "its network")},
                case when sizes.vcpus is null then 'the zone does not list its machine type ' || vms.machine_type end
            ) as unjudged
        from gcp_instances as vms
        left join sizes using (account_id, region, resource_id)
        left join busy using (account_id, region, resource_id)
        left join gcp_instance_cpu as cpu using (account_id, region, resource_id)
        left join gcp_instance_network as network using (account_id, region, resource_id)
        where vms.status = 'RUNNING' and vms.owner is null and not vms.is_protected
            and vms.created_at < (select first_day from looked_at)
            and (unjudged is not null or (used_vcpus < $max_vcpus and network.mean <= $max_network))
        """,
        also=SIZES
        + """busy as (
            select account_id, region, resource_id, quantile_cont(value, $percentile) as cpu_percent
            from gcp_instance_cpu_samples
            group by all
        ),""",
    ),
    reason="{resource_name} ({machine_type}) used at most {used_vcpus} vCPUs in 97 % of the hours and "
    "{network_bytes_a_second} bytes of network a second; it costs {monthly_cost} {currency} in 30 days",
)
