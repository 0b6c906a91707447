"""Rows and metrics of AWS as the readers below `savings/inventory/aws` would give them."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.estate.listed import Listed, Maker
from benchmarks.estate.measured import Source
from savings.inventory.aws.instances import read_moment

#: Sizes with their vCPUs; and by family the GiB of each, Gbit/s at all times of ``large`` and up, and who makes it.
#: https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html and mo.html: what `DescribeInstanceTypes` would say.
_SIZES = {"medium": 1, "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}
_FAMILIES = {
    "m5": (4, (0.0, 0.75, 1.25, 2.5, 5.0), "x86_64", "Intel"),
    "m7g": (4, (0.52, 0.937, 1.876, 3.75, 7.5), "arm64", "AWS"),
    "r7g": (8, (0.52, 0.937, 1.876, 3.75, 7.5), "arm64", "AWS"),
}


def _machine(one: Listed) -> dict[str, Any]:
    found = one.properties
    state = found["State"]["Name"]
    return {
        **one.place(),
        "state": state,
        "instance_type": found["InstanceType"],
        "launched_at": found["LaunchTime"],
        "stopped_at": read_moment(found["StateTransitionReason"]) if state == "stopped" else None,
        "image_id": found["ImageId"],
        "lifecycle": "on-demand",
        "volumes": [],
    }


def _disk(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "state": found["State"],
        "size_gb": found["Size"],
        "volume_type": found["VolumeType"],
        "iops": found["Iops"],
        "throughput": 125 if found["VolumeType"] == "gp3" else None,
        "created_at": found["CreateTime"],
        "attached_to": [part["InstanceId"] for part in found["Attachments"]],
    }


def _snapshot(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(one.short),
        "state": found["State"],
        "volume_id": found["VolumeId"],
        "size_gb": found["VolumeSize"],
        "tier": found["StorageTier"],
        "description": found["Description"],
        "created_at": found["StartTime"],
    }


def _image(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(one.short),
        "name": found["Name"],
        "state": found["State"],
        "is_public": found["Public"],
        "created_at": found["CreationDate"],
        "snapshots": [part["Ebs"]["SnapshotId"] for part in found["BlockDeviceMappings"]],
    }


def _template(one: Listed) -> dict[str, Any]:
    found = one.properties
    image = found["LaunchTemplateData"]["ImageId"]
    return {**one.place(one.short), "name": found["LaunchTemplateName"], "image_id": image}


def _address(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {**one.place(one.short), "public_ip": found["PublicIp"], "associated_with": found.get("AssociationId")}


def _balancer(one: Listed) -> dict[str, Any]:
    found = one.properties
    states = [target["TargetHealth"]["State"] for target in found["TargetHealthDescriptions"]]
    return {
        **one.place(),
        "name": found["LoadBalancerName"],
        "kind": found["Type"],
        "dimension": one.resource_id.partition(":loadbalancer/")[2],
        "created_at": found["CreatedTime"],
        "targets": len(states),
        "healthy_targets": states.count("healthy"),
    }


def _nat(one: Listed) -> dict[str, Any]:
    return {**one.place(one.short), "state": one.properties["State"], "created_at": one.properties["CreateTime"]}


def _database(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "name": found["DBInstanceIdentifier"],
        "state": found["DBInstanceStatus"],
        "instance_class": found["DBInstanceClass"],
        "engine": found["Engine"],
        "is_multi_az": found["MultiAZ"],
        "replicas": [],
        "created_at": found["InstanceCreateTime"],
    }


def _cache(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "name": found["CacheClusterId"],
        "state": found["CacheClusterStatus"],
        "node_type": found["CacheNodeType"],
        "engine": found["Engine"],
        "created_at": found["CacheClusterCreateTime"],
    }


def _function(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "name": found["FunctionName"],
        "memory_mb": found["MemorySize"],
        "architecture": " ".join(found["Architectures"]),
        "changed_at": found["LastModified"],
    }


def _log(one: Listed) -> dict[str, Any]:
    found = one.properties
    created = found["creationTime"]
    if not isinstance(created, str):
        created = dt.datetime.fromtimestamp(created / 1000, dt.UTC)
    return {
        **one.place(),
        "name": found["logGroupName"],
        "retention_days": found.get("retentionInDays"),
        "stored_bytes": found["storedBytes"],
        "log_class": "STANDARD",
        "created_at": created,
    }


def _bucket(one: Listed) -> dict[str, Any]:
    rules = one.properties["LifecycleRules"]
    return {
        **one.place(one.name),
        "created_at": one.properties["CreationDate"],
        "aborts_uploads": any("AbortIncompleteMultipartUpload" in rule for rule in rules),
    }


def _group(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        # CloudWatch and the check know a group by its name
        **one.place(found["AutoScalingGroupName"]),
        "min_size": found["MinSize"],
        "max_size": found["MaxSize"],
        "desired": found["DesiredCapacity"],
        "instances": [member["InstanceId"] for member in found["Instances"]],
        "instance_types": sorted({member["InstanceType"] for member in found["Instances"]}),
        "zones": 1,
        "created_at": found["CreatedTime"],
    }


TABLES: Mapping[str, tuple[str, Maker]] = {
    "machine": ("aws_instances", _machine),
    "disk": ("aws_volumes", _disk),
    "snapshot": ("aws_snapshots", _snapshot),
    "image": ("aws_images", _image),
    "template": ("aws_launch_templates", _template),
    "address": ("aws_addresses", _address),
    "balancer": ("aws_load_balancers", _balancer),
    "nat": ("aws_nat_gateways", _nat),
    "database": ("aws_databases", _database),
    "cache": ("aws_caches", _cache),
    "function": ("aws_functions", _function),
    "log": ("aws_log_groups", _log),
    "bucket": ("aws_buckets", _bucket),
    "group": ("aws_scaling_groups", _group),
}

#: What is read of a volume is taken to be as much as what is written to it, of which alone bytes are told.
METRICS: Mapping[str, Source] = {
    "aws_instance_cpu": Source("Maximum", ("CPUUtilization",)),
    "aws_instance_network": Source("Sum", ("NetworkIn", "NetworkOut")),
    "aws_instance_memory": Source("Maximum", ("mem_used_percent",)),
    "aws_volume_operations": Source("Sum", ("VolumeReadOps", "VolumeWriteOps")),
    "aws_volume_bytes": Source("Sum", ("VolumeWriteBytes",), 2),
    "aws_load_balancer_requests": Source("Sum", ("RequestCount",)),
    "aws_nat_gateway_bytes": Source("Sum", ("BytesOutToDestination",)),
    "aws_database_connections": Source("Maximum", ("DatabaseConnections",)),
    "aws_database_cpu": Source("Maximum", ("CPUUtilization",)),
    "aws_database_free_memory": Source("Least", ("FreeableMemory",)),
    "aws_cache_commands": Source("Sum", ("GetTypeCmds",)),
    "aws_function_memory": Source("Maximum", ("memory_utilization",)),
    "aws_scaling_group_cpu": Source("Average", ("CPUUtilization",)),
    "aws_scaling_group_size": Source("Maximum", ("GroupInServiceInstances",)),
}


def list_sizes(scopes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The instance types that EC2 would describe in each account and region, of the families that are there."""
    for account, region in scopes:
        for family, (memory, network, architecture, maker) in _FAMILIES.items():
            for (size, vcpus), gigabits in zip(_SIZES.items(), network, strict=True):
                if gigabits:
                    yield (
                        "aws_instance_types",
                        {
                            "account_id": account, "region": region, "resource_id": f"{family}.{size}", "tags": {},
                            "vcpus": vcpus, "memory_mib": vcpus * memory * 1024, "network_gbps": gigabits,
                            "storage_gb": 0, "architecture": architecture, "maker": maker, "is_burstable": False,
                            "is_metal": False, "has_accelerators": False,
                        },
                    )  # fmt: skip
