"""Machines that run and do nothing."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import (
    COMPUTE,
    FREE,
    MIN_AGE_DAYS,
    MIN_DAYS,
    is_old_enough,
    join_metrics,
    too_few_days,
    with_costs,
)

AZURE_VM_IDLE = InventoryCheck(
    name="azure_vm_idle",
    title="VMs that do nothing",
    clouds=("azure",),
    rule="A running VM whose CPU was below 5 % in every hour of the window, on the average of the hour, and that sent "
    "and received less than 50 MB in 99 of 100 hours. VMs of scale sets, Kubernetes, Databricks and dedicated hosts, "
    "young ones and protected ones are left out.",
    why="Its hours are billed whether anybody uses it or not.",
    next_step="Ask whoever it belongs to, then deallocate it; its disks stay, and it can be started again.",
    saving_basis="The effective cost of its hours and licences; its disks stay. What a commitment covers counts apart.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/advisor/advisor-cost-recommendations",),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_cpu", Decimal(5), "Percent: the least of Advisor's own thresholds (5, 10, 15 or 20)."),
        Parameter(
            "most_megabytes",
            Decimal(50),
            "An hour, both ways: agents and updates of the system alone stay below, one visitor's pages do not.",
        ),
    ),
    tables=("azure_virtual_machines",),
    metrics=("azure_vm_cpu", "azure_vm_network_in", "azure_vm_network_out"),
    evidence=f"""
with found as (
    select
        t.account_id, t.region, t.resource_id, t.size,
        round(cpu.maximum, 1) as most_cpu_of_an_hour,
        round((received.p99 + sent.p99) / 1e6, 1) as megabytes_an_hour,
        cpu.days as measured_days,
        {too_few_days(("cpu", "its CPU"), ("received", "what it receives"), ("sent", "what it sends"))} as unjudged
    from azure_virtual_machines as t
    {join_metrics(("azure_vm_cpu", "cpu"), ("azure_vm_network_in", "received"), ("azure_vm_network_out", "sent"))}
    where {FREE} and not is_on_host and power_state = 'running' and {is_old_enough()}
        and coalesce(cpu.maximum, 0) <= $most_cpu
        and (coalesce(received.p99, 0) + coalesce(sent.p99, 0)) / 1e6 <= $most_megabytes
){with_costs("azure_virtual_machines", rows=COMPUTE)}""",
    reason="{resource_id} ({size}) had no hour with more than {most_cpu_of_an_hour} % CPU on {measured_days} days and "
    "moved at most {megabytes_an_hour} MB an hour; it costs {monthly_cost} {currency} in 30 days",
)
