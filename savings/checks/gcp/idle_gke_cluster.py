"""Clusters without nodes."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

IDLE_GKE_CLUSTER = InventoryCheck(
    name="idle_gke_cluster",
    title="GKE clusters without nodes",
    clouds=("gcp",),
    rule="A cluster older than 15 days has no node, and none of its node pools grows by itself. Left out: Autopilot, "
    "which has nodes only while something runs, and clusters with a protecting label.",
    why="A cluster is charged a fee by the hour, also without any node.",
    next_step="Keep what its configuration says, and delete the cluster.",
    saving_basis="Everything that the bill has of the cluster itself in 30 days; one cluster of a billing account is "
    "free, whose credit then goes to another.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="one_way",
    confidence="medium",
    links=("https://cloud.google.com/kubernetes-engine/pricing",),
    tables=("gcp_clusters",),
    parameters=(Parameter("min_days", 15, "A cluster is set up and filled in less than two weeks."),),
    evidence=of_bill(
        "gcp_clusters",
        """
        select
            account_id, region, resource_id, node_pools,
            date_diff('day', cast(created_at as date), looked_at.last_day) as age_days,
            case when status <> 'RUNNING' then 'its state is ' || status end as unjudged
        from gcp_clusters
        cross join looked_at
        where nodes = 0 and not can_grow and not is_autopilot and not is_protected and age_days >= $min_days
        """,
    ),
    reason="{resource_name} has no node in {node_pools} node pools, is {age_days} days old and costs {monthly_cost} "
    "{currency} in 30 days",
)
