"""Clusters of Kubernetes Engine."""

from collections.abc import Iterator
from typing import Any

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, read_labels, region_of


def read_clusters(scope: GcpReader) -> Iterator[Row]:
    """All clusters of a project, of every zone and region."""
    path = "/v1/projects/{project}/locations/-/clusters"
    for page in scope.pages("container", path, "container.clusters.list"):
        for zone in page.get("missingZones") or []:
            scope.mark_incomplete(f"clusters of {zone} could not be reached", region_of(str(zone)))
        for cluster in page.get("clusters") or []:
            pools = cluster.get("nodePools") or []
            place = f"//container.googleapis.com/projects/{scope.account_id}"
            location, name = cluster["location"], cluster["name"]
            yield {
                "account_id": scope.account_id,
                "region": region_of(location),
                "resource_id": f"{place}/locations/{location}/clusters/{name}",
                "billed_as": [
                    f"{place}/zones/{location}/clusters/{name}",
                    *([cluster["id"]] if "id" in cluster else []),
                ],
                "status": cluster["status"],
                "created_at": cluster["createTime"],
                # a number that is 0 is left out of an answer
                "nodes": cluster.get("currentNodeCount", 0),
                "node_pools": len(pools),
                "can_grow": any(_grows(pool) for pool in pools) or _makes_pools(cluster),
                "is_autopilot": bool((cluster.get("autopilot") or {}).get("enabled")),
                "tags": read_labels(cluster, "resourceLabels"),
            }


def _grows(pool: dict[str, Any]) -> bool:
    return bool((pool.get("autoscaling") or {}).get("enabled"))


def _makes_pools(cluster: dict[str, Any]) -> bool:
    return bool((cluster.get("autoscaling") or {}).get("enableNodeAutoprovisioning"))


GCP_CLUSTERS = InventoryTable(
    name="gcp_clusters",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "status": "varchar",
        "created_at": "timestamp",
        "nodes": "bigint",
        "node_pools": "bigint",
        "can_grow": "boolean",
        "is_autopilot": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=("container.clusters.list",),
    read=read_clusters,
    link="https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list",
)
