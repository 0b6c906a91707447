"""Managed instance groups whose size follows the CPU of their VMs, and how small they may become."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name


def read_instance_groups(scope: GcpReader) -> Iterator[Row]:
    """The autoscalers of a project with the groups that they scale.

    ``member_of``: what VMs of the group say in their metadata who made them, which names the project by its number.
    """
    groups = {
        full_name(group["selfLink"]): group
        for _, group in scope.aggregated("instanceGroupManagers", "compute.instanceGroupManagers.list")
    }
    for region, scaler in scope.aggregated("autoscalers", "compute.autoscalers.list"):
        target, policy = full_name(scaler["target"]), scaler["autoscalingPolicy"]
        cpu = (policy.get("cpuUtilization") or {}).get("utilizationTarget")
        yield {
            "account_id": scope.account_id,
            "region": region,
            "resource_id": target,
            "created_at": scaler["creationTimestamp"],
            "mode": policy.get("mode", "ON"),
            "least": policy["minNumReplicas"],
            "most": policy["maxNumReplicas"],
            "cpu_target": None if cpu is None else float(cpu) * 100,
            "signals": 1
            + len(policy.get("customMetricUtilizations") or [])
            + bool(policy.get("loadBalancingUtilization"))
            + len(policy.get("scalingSchedules") or {}),
            "size": (groups.get(target) or {}).get("targetSize"),
            "member_of": target[target.index("/", target.index("projects/") + 9) :],
            # a group has no labels of its own
            "tags": {},
        }


GCP_INSTANCE_GROUPS = InventoryTable(
    name="gcp_instance_groups",
    cloud="gcp",
    columns={
        "created_at": "timestamp",
        "mode": "varchar",
        "least": "bigint",
        "most": "bigint",
        "cpu_target": "double",
        "signals": "bigint",
        "size": "bigint",
        "member_of": "varchar",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.autoscalers.list", "compute.instanceGroupManagers.list"),
    read=read_instance_groups,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/autoscalers/aggregatedList",
)
