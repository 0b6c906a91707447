"""What AWS lists: the fields of EC2, Elastic Load Balancing, RDS, ElastiCache, Lambda, Logs, S3 and Auto Scaling.

Names are those of the responses of the Describe and List calls, as botocore's service models have them.
"""

from collections.abc import Mapping
from typing import Any

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Item
from simulator.opportunities.estate.native.facts import Facts, at
from simulator.opportunities.lines import Resource


def _last(resource: Resource | str) -> str:
    text = resource if isinstance(resource, str) else resource.id
    return text.rpartition("/")[2].rpartition(":")[2]


def _put(
    estate: Estate, resource: Resource, kind: str, type_: str, facts: Facts, properties: Mapping[str, Any], **said: Any
) -> None:
    item = Item(
        resource, kind, type_, facts.state, facts.created, facts.sku, facts.size, facts.owner,
        properties=dict(properties), **said,
    )  # fmt: skip
    estate.put(item, facts.setting)


def put_machine(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeInstances`."""
    tags: dict[str, str] = {}
    if facts.setting.owner == "scaling":
        tags = {"aws:autoscaling:groupName": _last(facts.owner)}
    elif facts.setting.owner == "kubernetes":
        cluster = _last(facts.owner)
        tags = {f"kubernetes.io/cluster/{cluster}": "owned", "eks:cluster-name": cluster, "eks:nodegroup-name": "main"}
    reason = f"User initiated ({facts.since} 09:30:00 GMT)" if facts.since else ""
    properties = {
        "InstanceId": resource.id,
        "InstanceType": facts.sku,
        "State": {"Name": "running" if facts.state == "running" else "stopped"},
        "LaunchTime": at(facts.created),
        "StateTransitionReason": reason,
        "ImageId": _last(facts.source) if facts.source else f"ami-0{resource.id[3:]}",
        "Placement": {"AvailabilityZone": f"{resource.region}a", "Tenancy": "default"},
        "PlatformDetails": "Windows" if facts.system == "Windows" else "Linux/UNIX",
        "BlockDeviceMappings": [],
    }
    links = {"image": [facts.source]} if facts.source else {}
    _put(estate, resource, "machine", "AWS::EC2::Instance", facts, properties, tags=tags, links=links)


def put_disk(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeVolumes`."""
    host = facts.target
    properties = {
        "VolumeId": resource.id,
        "Size": facts.size,
        "VolumeType": facts.sku,
        "Iops": facts.iops,
        "State": "in-use" if host else "available",
        "CreateTime": at(facts.created),
        "AvailabilityZone": f"{resource.region}a",
        "SnapshotId": facts.source,
        "Attachments": [{"InstanceId": host.id, "State": "attached", "AttachTime": at(facts.created)}] if host else [],
    }
    _put(
        estate,
        resource,
        "disk",
        "AWS::EC2::Volume",
        facts,
        properties,
        links={"attached_to": [host.id]} if host else {},
    )


def put_snapshot(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeSnapshots`; its source may be gone."""
    properties = {
        "SnapshotId": _last(resource),
        "VolumeId": facts.source,
        "VolumeSize": facts.size,
        "StartTime": at(facts.created),
        "State": "completed",
        "StorageTier": "archive" if facts.sku == "archive" else "standard",
        "Description": f"Created by CreateImage for {_last(facts.used_by[0])}" if facts.used_by else "",
    }
    tags = {"aws:backup:source-resource": facts.source} if facts.setting.owner == "backup" else {}
    links = {"source": [facts.source], "images": list(facts.used_by)}
    _put(estate, resource, "snapshot", "AWS::EC2::Snapshot", facts, properties, tags=tags, links=links)


def put_image(estate: Estate, resource: Resource, facts: Facts, snapshots: list[Resource]) -> None:
    """`DescribeImages`; launch templates that name it are among what uses it."""
    mapped = [{"Ebs": {"SnapshotId": _last(one), "VolumeSize": facts.size}} for one in snapshots]
    properties = {
        "ImageId": _last(resource),
        "Name": resource.name,
        "State": "available",
        "CreationDate": at(facts.created),
        "BlockDeviceMappings": mapped,
        "Public": False,
    }
    links = {"snapshots": [one.id for one in snapshots], "used_by": list(facts.used_by)}
    _put(estate, resource, "image", "AWS::EC2::Image", facts, properties, links=links)


def put_template(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeLaunchTemplateVersions`: the default version of a launch template."""
    properties = {
        "LaunchTemplateId": _last(resource),
        "LaunchTemplateName": resource.name,
        "DefaultVersion": True,
        "LaunchTemplateData": {"ImageId": _last(facts.source)},
    }
    _put(estate, resource, "template", "AWS::EC2::LaunchTemplate", facts, properties, links={"image": [facts.source]})


def put_address(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeAddresses`."""
    properties = {"AllocationId": _last(resource), "Domain": "vpc", "PublicIp": "198.51.100.7"}
    host = facts.target
    if host:
        properties |= {"AssociationId": f"eipassoc-0{resource.id[-16:]}", "InstanceId": host.id}
    links = {"attached_to": [host.id]} if host else {}
    _put(estate, resource, "address", "AWS::EC2::EIP", facts, properties, links=links)


def put_balancer(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeLoadBalancers`, with what `DescribeTargetHealth` says of its target groups."""
    health = [{"Target": {"Id": one}, "TargetHealth": {"State": "healthy"}} for one in facts.used_by]
    properties = {
        "LoadBalancerArn": resource.id,
        "LoadBalancerName": resource.name,
        "Type": "network" if "/net/" in resource.id else "application",
        "Scheme": "internet-facing",
        "State": {"Code": "active"},
        "CreatedTime": at(facts.created),
        "TargetHealthDescriptions": health,
    }
    links = {"targets": list(facts.used_by)}
    _put(estate, resource, "balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", facts, properties, links=links)


def put_nat(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeNatGateways`, with the route tables that lead to it."""
    properties = {"NatGatewayId": _last(resource), "State": "available", "CreateTime": at(facts.created)}
    _put(estate, resource, "nat", "AWS::EC2::NatGateway", facts, properties, links={"routes": list(facts.used_by)})


def put_database(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeDBInstances`."""
    properties = {
        "DBInstanceIdentifier": resource.name,
        "DBInstanceArn": resource.id,
        "DBInstanceClass": facts.sku,
        "DBInstanceStatus": "available",
        "Engine": "mysql",
        "AllocatedStorage": facts.size,
        "MultiAZ": False,
        "InstanceCreateTime": at(facts.created),
        "DeletionProtection": facts.setting.is_protected,
    }
    _put(estate, resource, "database", "AWS::RDS::DBInstance", facts, properties)


def put_cache(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeCacheClusters`."""
    properties = {
        "CacheClusterId": resource.name,
        "ARN": resource.id,
        "CacheNodeType": facts.sku,
        "Engine": "valkey",
        "CacheClusterStatus": "available",
        "NumCacheNodes": 1,
        "CacheClusterCreateTime": at(facts.created),
    }
    _put(estate, resource, "cache", "AWS::ElastiCache::CacheCluster", facts, properties)


def put_function(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`ListFunctions`; its size is its memory in megabytes."""
    properties = {
        "FunctionName": resource.name,
        "FunctionArn": resource.id,
        "MemorySize": facts.size,
        "Timeout": 60,
        "Architectures": [facts.sku],
        "LastModified": at(facts.created),
    }
    _put(estate, resource, "function", "AWS::Lambda::Function", facts, properties)


def put_log(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeLogGroups`; without ``retentionInDays`` everything is kept for ever."""
    properties: dict[str, Any] = {
        "logGroupName": resource.id.partition(":log-group:")[2],
        "arn": resource.id,
        "storedBytes": facts.size << 30,
        "creationTime": at(facts.created),
    }
    if facts.retention is not None:
        properties["retentionInDays"] = facts.retention
    _put(estate, resource, "log", "AWS::Logs::LogGroup", facts, properties)


def put_bucket(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`ListBuckets` and `GetBucketLifecycleConfiguration`."""
    rule = {
        "ID": "uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    }
    properties = {"Name": resource.name, "CreationDate": at(facts.created), "LifecycleRules": [rule]}
    _put(estate, resource, "bucket", "AWS::S3::Bucket", facts, properties)


def put_group(estate: Estate, resource: Resource, facts: Facts) -> None:
    """`DescribeAutoScalingGroups`."""
    members = [{"InstanceId": one, "LifecycleState": "InService", "InstanceType": facts.sku} for one in facts.used_by]
    properties = {
        "AutoScalingGroupName": resource.name,
        "AutoScalingGroupARN": resource.id,
        "MinSize": facts.minimum,
        "MaxSize": facts.maximum,
        "DesiredCapacity": len(members),
        "Instances": members,
        "CreatedTime": at(facts.created),
    }
    links = {"members": list(facts.used_by)}
    _put(estate, resource, "group", "AWS::AutoScaling::AutoScalingGroup", facts, properties, links=links)
