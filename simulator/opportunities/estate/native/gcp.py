"""What Google Cloud lists: resources of the Compute, SQL Admin and Storage APIs.

Names are those of the REST resources. They are generally known and were not looked up one by one.
"""

from collections.abc import Mapping
from typing import Any

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Item
from simulator.opportunities.estate.native.facts import Facts, at
from simulator.opportunities.lines import Resource


def _link(identity: str) -> str:
    return identity.replace("//compute.googleapis.com/", "https://www.googleapis.com/compute/v1/")


def _put(
    estate: Estate, resource: Resource, type_: str, facts: Facts, properties: Mapping[str, Any], **said: Any
) -> None:
    kind, _, name = type_.partition(" ")
    content = {"name": resource.name, **properties}
    item = Item(
        resource, kind, name, facts.state, facts.created, facts.sku, facts.size, facts.owner, properties=content, **said
    )
    estate.put(item, facts.setting)


def put_machine(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`instances`; what made a machine stands in its metadata."""
    metadata: list[dict[str, str]] = []
    tags: dict[str, str] = {}
    if facts.setting.owner == "scaling":
        metadata = [{"key": "created-by", "value": facts.owner.removeprefix("//compute.googleapis.com/")}]
    elif facts.setting.owner == "kubernetes":
        cluster = facts.owner.rpartition("/")[2]
        tags = {"goog-k8s-cluster-name": cluster, "goog-k8s-node-pool-name": "main", "goog-gke-node": ""}
    content: dict[str, Any] = {
        "status": "RUNNING" if facts.state == "running" else "TERMINATED",
        "machineType": f"zones/{resource.region}-b/machineTypes/{facts.sku}",
        "creationTimestamp": at(facts.created),
        "metadata": {"items": metadata},
        "labels": tags,
    }
    if facts.since:
        content["lastStopTimestamp"] = at(facts.since)
    _put(estate, resource, "machine compute.googleapis.com/Instance", facts, content, tags=tags)


def put_disk(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`disks`; without `users` it is attached to nothing, without `lastAttachTimestamp` it never was."""
    host = facts.target
    content: dict[str, Any] = {
        "sizeGb": str(facts.size),
        "type": f"zones/{resource.region}-b/diskTypes/{facts.sku}",
        "status": "READY",
        "creationTimestamp": at(facts.created),
        "users": [_link(host.id)] if host else [],
    }
    if facts.source:
        content["sourceImage"] = facts.source
    if host or facts.since:
        content["lastAttachTimestamp"] = at(facts.created)
    if facts.since:
        content["lastDetachTimestamp"] = at(facts.since)
    links = {"attached_to": [host.id]} if host else {}
    _put(estate, resource, "disk compute.googleapis.com/Disk", facts, content, links=links)


def put_snapshot(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`snapshots`."""
    content = {
        "diskSizeGb": str(facts.size),
        "sourceDisk": _link(facts.source),
        "status": "READY",
        "creationTimestamp": at(facts.created),
        "autoCreated": facts.setting.owner == "backup",
    }
    links = {"source": [facts.source], "images": list(facts.used_by)}
    _put(estate, resource, "snapshot compute.googleapis.com/Snapshot", facts, content, links=links)


def put_image(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`images`; disks and instance templates that came from it are what uses it."""
    content = {"diskSizeGb": str(facts.size), "status": "READY", "creationTimestamp": at(facts.created)}
    links = {"used_by": list(facts.used_by)}
    _put(estate, resource, "image compute.googleapis.com/Image", facts, content, links=links)


def put_template(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`instanceTemplates`."""
    disk = {"boot": True, "initializeParams": {"sourceImage": facts.source}}
    content = {"properties": {"disks": [disk]}, "creationTimestamp": at(facts.created)}
    links = {"image": [facts.source]}
    _put(estate, resource, "template compute.googleapis.com/InstanceTemplate", facts, content, links=links)


def put_address(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`addresses`: IN_USE or RESERVED."""
    host = facts.target
    content = {
        "status": "IN_USE" if host else "RESERVED",
        "addressType": "EXTERNAL",
        "creationTimestamp": at(facts.created),
        "users": [_link(host.id)] if host else [],
    }
    links = {"attached_to": [host.id]} if host else {}
    _put(estate, resource, "address compute.googleapis.com/Address", facts, content, links=links)


def put_balancer(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`forwardingRules` with the members of the target pool."""
    content = {
        "loadBalancingScheme": "EXTERNAL",
        "creationTimestamp": at(facts.created),
        "targetPool": {"instances": [_link(one) for one in facts.used_by]},
    }
    links = {"targets": list(facts.used_by)}
    _put(estate, resource, "balancer compute.googleapis.com/ForwardingRule", facts, content, links=links)


def put_nat(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`routers` with their NATs and the subnetworks that use them."""
    nat = {"name": "main", "subnetworks": [{"name": one} for one in facts.used_by]}
    content = {"nats": [nat], "creationTimestamp": at(facts.created)}
    _put(estate, resource, "nat compute.googleapis.com/Router", facts, content, links={"routes": list(facts.used_by)})


def put_database(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`instances` of the SQL Admin API; its size is its virtual processors."""
    content = {
        "state": "RUNNABLE",
        "databaseVersion": "POSTGRES_16",
        "createTime": at(facts.created),
        "settings": {
            "tier": facts.sku,
            "activationPolicy": "ALWAYS",
            "deletionProtectionEnabled": facts.setting.is_protected,
        },
    }
    _put(estate, resource, "database sqladmin.googleapis.com/Instance", facts, content)


def put_group(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`instanceGroupManagers` with their autoscaler."""
    content = {
        "targetSize": len(facts.used_by),
        "creationTimestamp": at(facts.created),
        "autoscaler": {"autoscalingPolicy": {"minNumReplicas": facts.minimum, "maxNumReplicas": facts.maximum}},
    }
    links = {"members": list(facts.used_by)}
    _put(estate, resource, "group compute.googleapis.com/InstanceGroupManager", facts, content, links=links)


def put_bucket(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`buckets` with their lifecycle rules."""
    rule = {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 30}}
    content = {
        "storageClass": facts.sku or "STANDARD",
        "timeCreated": at(facts.created),
        "lifecycle": {"rule": [rule]},
    }
    _put(estate, resource, "bucket storage.googleapis.com/Bucket", facts, content)


def put_log(estate: Estate, resource: Resource, facts: Facts) -> None:
    """Buckets of Cloud Logging."""
    content = {"retentionDays": facts.retention, "createTime": at(facts.created), "lifecycleState": "ACTIVE"}
    _put(estate, resource, "log logging.googleapis.com/LogBucket", facts, content)
