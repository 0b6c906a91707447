"""A project of Google Cloud on the stand-in: one of everything that is looked at, and more pages than one."""

from typing import Any

from tests.peers.google import Google

PROJECT, ZONE, REGION = "shop-prod", "zones/europe-west1-b", "regions/europe-west1"
LINK = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"
COMPUTE = f"//compute.googleapis.com/projects/{PROJECT}"
HOURS = 14 * 24
_UTILISATION = "compute.googleapis.com/instance/cpu/utilization"


def add_vm(google: Google, name: str, cpu: float = 0.001, project: str = PROJECT, **columns: Any) -> dict[str, Any]:
    """A running VM with a boot disk, of which everything is measured, memory too."""
    link = f"https://www.googleapis.com/compute/v1/projects/{project}/{ZONE}"
    disk = google.add(
        project, "disks", ZONE, name=name, type=f"{link}/diskTypes/pd-ssd", sizeGb="100", status="READY",
        users=[f"{link}/instances/{name}"], labels={"team": "web"},
    )  # fmt: skip
    plain: dict[str, Any] = {
        "name": name, "machineType": f"{link}/machineTypes/n2-standard-8", "status": "RUNNING",
        "disks": [{"source": disk["selfLink"], "deviceName": "boot", "type": "PERSISTENT"}],
        "scheduling": {"preemptible": False, "provisioningModel": "STANDARD"},
    }  # fmt: skip
    vm = google.add(project, "instances", ZONE, **{**plain, **columns})
    resource = {"project_id": project, "instance_id": vm["id"], "zone": "europe-west1-b"}
    google.measure(project, _UTILISATION, resource, [cpu] * HOURS, instance_name=name)
    google.measure(project, "agent.googleapis.com/memory/percent_used", resource, [20.0] * HOURS, state="used")
    google.measure(project, "agent.googleapis.com/memory/percent_used", resource, [80.0] * HOURS, state="free")
    for way in ("received", "sent"):
        metric = f"compute.googleapis.com/instance/network/{way}_bytes_count"
        google.measure(project, metric, resource, [7.0] * HOURS, instance_name=name, loadbalanced="false")
    for way in ("read", "write"):
        for what, value in (("ops", 11.0), ("bytes", 1024.0 * 1024)):
            metric = f"compute.googleapis.com/instance/disk/{way}_{what}_count"
            google.measure(project, metric, resource, [value] * HOURS, device_name="boot", storage_type="pd-ssd")
    return vm


def fill(google: Google) -> None:
    """Three VMs and the rest."""
    for name in ("web", "batch", "old"):
        add_vm(google, name)
    for name, vcpus, memory in (("n2-standard-2", 2, 8192), ("n2-standard-4", 4, 16384), ("n2-standard-8", 8, 32768)):
        google.add(PROJECT, "machineTypes", ZONE, name=name, guestCpus=vcpus, memoryMb=memory, isSharedCpu=False)
    google.add(
        PROJECT, "disks", "zones/us-east1-c", name="lost", type=f"{LINK}/zones/us-east1-c/diskTypes/pd-balanced",
        sizeGb="10", status="READY", description='{"kubernetes.io/created-for/pvc/name":"data"}',
    )  # fmt: skip
    for place in (REGION, "global"):
        google.add(PROJECT, "addresses", place, name="front", status="RESERVED", addressType="EXTERNAL")
    _add_copies(google)
    _add_load_balancer(google)
    _add_group(google)
    _add_managed(google)


def _add_copies(google: Google) -> None:
    web = google.resources[PROJECT]["disks"][ZONE][0]
    for name, disk, number in (("of-web", "web", web["id"]), ("of-gone", "gone", "17"), ("of-far", "far", "18")):
        zone = "zones/us-east1-c" if name == "of-far" else ZONE
        google.add(
            PROJECT, "snapshots", "global", name=name, status="READY", storageBytes="2147483648", sourceDiskId=number,
            sourceDisk=f"{LINK}/{zone}/disks/{disk}", autoCreated=True,
        )  # fmt: skip
    for name, family in (("build-1", "build"), ("build-2", "build"), ("base", None)):
        google.add(
            PROJECT, "images", "global", name=name, status="READY", archiveSizeBytes="1073741824",
            **({"family": family} if family else {}),
        )  # fmt: skip
    initial = {"initializeParams": {"sourceImage": f"projects/{PROJECT}/global/images/base"}}
    google.add(PROJECT, "instanceTemplates", "global", name="web", properties={"disks": [initial]})


def _add_load_balancer(google: Google) -> None:
    """An internal rule to a service without backends, and one from the internet through proxy and map to a full one."""
    instances = f"{LINK}/{ZONE}/instanceGroups/web"
    empty = google.add(PROJECT, "backendServices", REGION, name="empty")
    full = google.add(PROJECT, "backendServices", "global", name="full", backends=[{"group": instances}])
    path = {"name": "all", "defaultService": full["selfLink"], "pathRules": [{"service": full["selfLink"]}]}
    urls = google.add(PROJECT, "urlMaps", "global", name="web", pathMatchers=[path])
    proxy = google.add(PROJECT, "targetHttpsProxies", "global", name="web", urlMap=urls["selfLink"])
    google.add(PROJECT, "targetHttpProxies", "global", name="plain", urlMap=f"{LINK}/global/urlMaps/unknown")
    google.add(PROJECT, "targetTcpProxies", "global", name="tcp", service=empty["selfLink"])
    google.add(PROJECT, "targetPools", REGION, name="pool", instances=[])
    google.add(
        PROJECT, "forwardingRules", REGION, name="inside", loadBalancingScheme="INTERNAL",
        backendService=empty["selfLink"],
    )  # fmt: skip
    for name, target in (
        ("outside", proxy["selfLink"]), ("pool", f"{LINK}/{REGION}/targetPools/pool"),
        ("tcp", f"{LINK}/global/targetTcpProxies/tcp"), ("redirect", f"{LINK}/global/targetHttpProxies/plain"),
        ("attachment", f"{LINK}/{REGION}/serviceAttachments/psc"),
    ):  # fmt: skip
        google.add(PROJECT, "forwardingRules", "global", name=name, loadBalancingScheme="EXTERNAL", target=target)


def _add_group(google: Google) -> None:
    group = google.add(PROJECT, "instanceGroupManagers", ZONE, name="web", targetSize=4)
    policy = {"minNumReplicas": 4, "maxNumReplicas": 9, "cpuUtilization": {"utilizationTarget": 0.6}, "mode": "ON"}
    google.add(PROJECT, "autoscalers", ZONE, name="web", target=group["selfLink"], autoscalingPolicy=policy)


def _add_managed(google: Google) -> None:
    for name, engine in (("orders", "POSTGRES_16"), ("users", "MYSQL_8_0"), ("old", "MYSQL_5_7")):
        google.add(
            PROJECT, "sql", "europe-west1", name=name, region="europe-west1", databaseVersion=engine, state="RUNNABLE",
            instanceType="CLOUD_SQL_INSTANCE", createTime="2026-01-10T01:02:03Z",
            settings={"tier": "db-custom-4-15360", "activationPolicy": "ALWAYS", "dataDiskSizeGb": "100",
                      "userLabels": {"team": "shop"}},
        )  # fmt: skip
        resource = {"project_id": PROJECT, "database_id": f"{PROJECT}:{name}", "region": "europe"}
        for metric in ("cpu", "memory"):
            google.measure(PROJECT, f"cloudsql.googleapis.com/database/{metric}/utilization", resource, [0.1] * HOURS)
        google.measure(PROJECT, "cloudsql.googleapis.com/database/network/connections", resource, [3] * HOURS)
    backends = "cloudsql.googleapis.com/database/postgresql/num_backends"
    orders = {"project_id": PROJECT, "database_id": f"{PROJECT}:orders", "region": "europe"}
    for database, count in (("cloudsqladmin", 5), ("orders", 0), ("postgres", 0)):
        google.measure(PROJECT, backends, orders, [count] * HOURS, database=database)
    google.add(
        PROJECT, "clusters", "europe-west1", name="empty", location="europe-west1-b", status="RUNNING",
        createTime="2026-01-10T01:02:03+00:00", nodePools=[{"name": "default", "autoscaling": {}}], id="aab7",
    )  # fmt: skip
    for name in ("cache", "session", "other"):
        full = f"projects/{PROJECT}/locations/europe-west1/instances/{name}"
        google.add(
            PROJECT, "redis", "europe-west1", name=full, tier="STANDARD_HA", memorySizeGb=5, state="READY",
            createTime="2026-01-10T01:02:03.123456789Z",
        )  # fmt: skip
        for node, role in (("node-0", "primary"), ("node-1", "replica")):
            resource = {"project_id": PROJECT, "region": "europe-west1", "instance_id": full, "node_id": node}
            google.measure(PROJECT, "redis.googleapis.com/clients/connected", resource, [0] * HOURS, role=role)
