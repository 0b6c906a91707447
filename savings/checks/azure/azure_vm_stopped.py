"""Machines that were stopped from within, which cost what running ones do."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import COMPUTE, FREE, MIN_AGE_DAYS, MIN_DAYS, is_old_enough, with_costs

AZURE_VM_STOPPED = InventoryCheck(
    name="azure_vm_stopped",
    title="VMs that are stopped and still allocated",
    clouds=("azure",),
    rule="The subscription says that a VM is stopped, not deallocated, and its compute is billed. VMs of scale sets, "
    "Kubernetes, Databricks and dedicated hosts, young ones and protected ones are left out.",
    why="A VM that is shut down from within keeps its hardware, and its hours are billed as though it ran.",
    next_step="Deallocate it, which keeps its disks. A dynamic public address and the temporary disk are lost.",
    saving_basis="The effective cost of its hours and licences; its disks stay. What a commitment covers counts apart.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://learn.microsoft.com/azure/virtual-machines/states-billing",),
    parameters=(MIN_DAYS, MIN_AGE_DAYS),
    tables=("azure_virtual_machines",),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, size, power_state,
        case when power_state is null then 'what state it is in is not known' end as unjudged
    from azure_virtual_machines
    where {FREE} and not is_on_host and coalesce(power_state, 'stopped') = 'stopped' and {is_old_enough()}
){with_costs("azure_virtual_machines", rows=COMPUTE, says_unbilled=False)}""",
    reason="{resource_id} ({size}) is stopped but not deallocated; its compute costs {monthly_cost} {currency} in 30 "
    "days",
)
