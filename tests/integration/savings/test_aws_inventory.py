"""Every kind of AWS resource read from moto over HTTP: pages, refusals, half a page, and what was measured."""

import datetime as dt
import io
import json
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from clouds.aws.accounts import make_aws_factory
from savings.check import InventoryCheck
from savings.inventory.aws.cloud import AwsCloud
from savings.inventory.contract import Window
from savings.inventory.taking import Taken, take_inventory
from savings.registry import CHECKS
from tests.peers.faulty_proxy import Fault, FaultyProxy, refuse_ec2
from tests.peers.moto_server import ACCOUNT, MotoServer

REGION = "eu-central-1"
TODAY = dt.datetime.now(dt.UTC).date()
WINDOW = Window.before(TODAY, 2)
OF_AWS = [check for check in CHECKS.values() if isinstance(check, InventoryCheck) and check.clouds == ("aws",)]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoServer]:
    with MotoServer() as server:
        # what other tests of this process left there
        urllib.request.urlopen(urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")).close()
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


def take(*names: str, region: str = REGION) -> Taken:
    """What these checks, or all of AWS, ask for."""
    checks = [check for check in OF_AWS if check.name in names or not names]
    factory = make_aws_factory({}, {}, is_polite=True)
    return take_inventory([AwsCloud(factory, (ACCOUNT,), (region,))], checks, WINDOW)


def gaps(taken: Taken) -> dict[str, Any]:
    return {name: found for name, found in taken.incomplete.items() if found}


def put(aws: MotoServer, namespace: str, name: str, value: float, **dimensions: str) -> None:
    """A value in the second hour of the window."""
    data = {
        "MetricName": name, "Value": value, "Timestamp": WINDOW.start + dt.timedelta(hours=1, minutes=3),
        "Dimensions": [{"Name": key, "Value": one} for key, one in dimensions.items()],
    }  # fmt: skip
    aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[data])


def values(taken: Taken, metric: str) -> dict[str, list[float]]:
    return {one.resource_id: [value for _, value in one.samples] for _, one in taken.series[metric]}


def test_an_empty_account_is_read_to_its_end(aws: MotoServer) -> None:
    taken = take()
    assert not gaps(taken)
    assert len(taken.rows["aws_instance_types"]) > 500
    assert {"aws_volumes", "aws_buckets", "aws_tables", "aws_functions"} <= set(taken.rows)


def test_instances_of_many_pages_and_what_was_measured(aws: MotoServer) -> None:
    ec2 = aws.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "shop"}]}]
    made = [
        ec2.run_instances(ImageId=image, InstanceType="m5.large", MinCount=1, MaxCount=1, TagSpecifications=tags)
        for _ in range(103)
    ]
    first, second = (one["Instances"][0]["InstanceId"] for one in made[:2])
    ec2.stop_instances(InstanceIds=[second])
    put(aws, "AWS/EC2", "CPUUtilization", 40.0, InstanceId=first)
    put(aws, "AWS/EC2", "CPUUtilization", 60.0, InstanceId=first)
    put(aws, "AWS/EC2", "NetworkIn", 100.0, InstanceId=first)
    put(aws, "AWS/EC2", "NetworkOut", 7.0, InstanceId=first)
    put(aws, "CWAgent", "mem_used_percent", 33.0, InstanceId=first, ImageId=image, InstanceType="m5.large")
    taken = take("rightsize_instance", "stopped_instance_volumes")
    assert not gaps(taken)
    rows = {row["resource_id"]: row for row in taken.rows["aws_instances"]}
    assert len(rows) == 103
    assert (rows[first]["state"], rows[first]["instance_type"], rows[first]["tags"]) == (
        "running", "m5.large", {"team": "shop"},
    )  # fmt: skip
    stopped = rows[second]["stopped_at"]
    assert rows[second]["state"] == "stopped" and abs(stopped - dt.datetime.now(dt.UTC).replace(tzinfo=None)) < (
        dt.timedelta(minutes=5)
    )
    (volume,) = [one for one in taken.rows["aws_volumes"] if one["attached_to"] == [first]]
    assert rows[first]["volumes"] == [volume["resource_id"]] and volume["state"] == "in-use"
    assert values(taken, "aws_instance_cpu") == {first: [60.0]}
    assert values(taken, "aws_instance_network") == {first: [107.0]}
    assert values(taken, "aws_instance_memory") == {first: [33.0]}
    (kind,) = [one for one in taken.rows["aws_instance_types"] if one["resource_id"] == "m5.large"]
    assert (kind["vcpus"], kind["memory_mib"], kind["network_gbps"], kind["maker"]) == (2, 8192, 0.75, "Intel")
    assert not kind["is_burstable"] and kind["storage_gb"] == 0 and not kind["has_accelerators"]


def test_what_lies_in_the_network(aws: MotoServer) -> None:
    ec2, elb = aws.client("ec2"), aws.client("elbv2")
    address = ec2.allocate_address(Domain="vpc")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    gateway = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address["AllocationId"])["NatGateway"]
    loose = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = elb.create_load_balancer(Name="web", Subnets=subnets, Tags=[{"Key": "team", "Value": "shop"}])
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    aws.client("elb").create_load_balancer(
        LoadBalancerName="old", AvailabilityZones=[f"{REGION}a"],
        Listeners=[{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}],
    )  # fmt: skip
    put(aws, "AWS/NATGateway", "BytesInFromSource", 5.0, NatGatewayId=gateway["NatGatewayId"])
    put(aws, "AWS/ELB", "RequestCount", 3.0, LoadBalancerName="old")
    taken = take("unattached_address", "idle_nat_gateway", "idle_load_balancer")
    assert not gaps(taken)
    addresses = {row["resource_id"]: row["associated_with"] for row in taken.rows["aws_addresses"]}
    assert addresses[loose] is None
    assert [row["resource_id"] for row in taken.rows["aws_nat_gateways"]] == [gateway["NatGatewayId"]]
    assert values(taken, "aws_nat_gateway_bytes") == {gateway["NatGatewayId"]: [5.0]}
    balancers = {row["name"]: row for row in taken.rows["aws_load_balancers"]}
    assert balancers["web"]["resource_id"] == balancer and balancers["web"]["tags"] == {"team": "shop"}
    assert (balancers["web"]["kind"], balancers["web"]["targets"]) == ("application", 0)
    assert balancers["web"]["dimension"].startswith("app/web/")
    old = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/old"
    assert balancers["old"]["resource_id"] == old
    # the new one was made after the window: it was not there to be silent
    assert values(taken, "aws_load_balancer_requests")[old] == [3.0]


def test_databases_caches_and_clusters(aws: MotoServer) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="main", DBInstanceClass="db.m5.large", Engine="mysql", MasterUsername="root",
        MasterUserPassword="hunter2!", AllocatedStorage=20, Tags=[{"Key": "keep", "Value": ""}],
    )  # fmt: skip
    aws.client("elasticache").create_cache_cluster(
        CacheClusterId="cache", Engine="redis", CacheNodeType="cache.t4g.medium", NumCacheNodes=1
    )
    aws.client("redshift").create_cluster(
        ClusterIdentifier="dwh", NodeType="ra3.xlplus", MasterUsername="root", MasterUserPassword="Hunter2222",
        NumberOfNodes=2,
    )  # fmt: skip
    put(aws, "AWS/RDS", "DatabaseConnections", 4.0, DBInstanceIdentifier="main")
    put(aws, "AWS/RDS", "FreeableMemory", 2.0**30, DBInstanceIdentifier="main")
    put(aws, "AWS/ElastiCache", "GetTypeCmds", 4.0, CacheClusterId="cache")
    put(aws, "AWS/ElastiCache", "SetTypeCmds", 1.0, CacheClusterId="cache")
    put(aws, "AWS/Redshift", "DatabaseConnections", 2.0, ClusterIdentifier="dwh")
    taken = take("idle_database", "rightsize_database", "idle_cache", "idle_redshift")
    assert not gaps(taken)
    (database,) = taken.rows["aws_databases"]
    assert database["resource_id"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:db:main" and database["tags"] == {"keep": ""}
    assert (database["instance_class"], database["state"], database["replica_of"]) == ("db.m5.large", "available", None)
    assert values(taken, "aws_database_connections") == {database["resource_id"]: [4.0]}
    assert values(taken, "aws_database_free_memory") == {database["resource_id"]: [2.0**30]}
    (cache,) = taken.rows["aws_caches"]
    assert cache["resource_id"] == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:cluster:cache"
    assert values(taken, "aws_cache_commands") == {cache["resource_id"]: [5.0]}
    (cluster,) = taken.rows["aws_redshift_clusters"]
    assert cluster["resource_id"] == f"arn:aws:redshift:{REGION}:{ACCOUNT}:cluster:dwh" and cluster["nodes"] == 2
    assert values(taken, "aws_redshift_connections") == {cluster["resource_id"]: [2.0]}


def test_snapshots_images_and_groups(aws: MotoServer) -> None:
    ec2 = aws.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=5)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    base = ec2.describe_images()["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=instance, Name="golden")["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "m5.large"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    scaling = aws.client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchTemplate={"LaunchTemplateId": template}, MinSize=2, MaxSize=4,
        AvailabilityZones=[f"{REGION}a"], Tags=[{"Key": "team", "Value": "shop"}],
    )  # fmt: skip
    put(aws, "AWS/EC2", "CPUUtilization", 11.0, AutoScalingGroupName="web")
    put(aws, "AWS/AutoScaling", "GroupInServiceInstances", 2.0, AutoScalingGroupName="web")
    taken = take("orphan_snapshot", "unused_image", "scaling_floor")
    assert not gaps(taken)
    assert snapshot in {row["resource_id"] for row in taken.rows["aws_snapshots"]}
    (found,) = [row for row in taken.rows["aws_images"] if row["resource_id"] == image]
    assert found["name"] == "golden" and found["is_public"] is False and len(found["snapshots"]) == 1
    assert {row["image_id"] for row in taken.rows["aws_launch_templates"]} == {image}
    (group,) = taken.rows["aws_scaling_groups"]
    assert (group["min_size"], group["desired"], len(group["instances"])) == (2, 2, 2)
    assert values(taken, "aws_scaling_group_cpu") == {"web": [11.0]}
    assert values(taken, "aws_scaling_group_size") == {"web": [2.0]}


def test_tables_functions_and_logs(aws: MotoServer) -> None:
    for name in ("quiet", "unmeasured"):
        aws.client("dynamodb").create_table(
            TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 40},
            Tags=[{"Key": "team", "Value": "shop"}],
        )  # fmt: skip
    role = aws.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps({}))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("f.py", "def f(event, context): ...")
    aws.client("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="f.f", Code={"ZipFile": code.getvalue()},
        MemorySize=512,
    )  # fmt: skip
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/f")
    logs.create_log_group(logGroupName="short")
    logs.put_retention_policy(logGroupName="short", retentionInDays=30)
    put(aws, "AWS/DynamoDB", "ProvisionedReadCapacityUnits", 50.0, TableName="quiet")
    put(aws, "LambdaInsights", "memory_utilization", 21.0, function_name="f")
    taken = take("table_capacity", "function_memory", "logs_without_retention")
    assert not gaps(taken)
    tables = {row["name"]: row for row in taken.rows["aws_tables"]}
    quiet = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/quiet"
    assert tables["quiet"]["resource_id"] == quiet and tables["quiet"]["tags"] == {"team": "shop"}
    assert (tables["quiet"]["read_units"], tables["quiet"]["write_units"]) == (50, 40)
    assert (tables["quiet"]["billing_mode"], tables["quiet"]["is_scaled"]) == ("PROVISIONED", False)
    # that nothing was read is known where what is provisioned was published, and nowhere else
    assert values(taken, "aws_table_reads") == {quiet: [0.0]} and values(taken, "aws_table_writes") == {}
    (function,) = taken.rows["aws_functions"]
    assert function["memory_mb"] == 512 and function["resource_id"].endswith(":function:f")
    assert values(taken, "aws_function_memory") == {function["resource_id"]: [21.0]}
    groups = {row["name"]: row for row in taken.rows["aws_log_groups"]}
    assert groups["short"]["retention_days"] == 30 and groups["/aws/lambda/f"]["retention_days"] is None
    assert groups["short"]["resource_id"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:short"


def test_buckets_and_their_lifecycles(aws: MotoServer) -> None:
    s3 = aws.client("s3", region="eu-west-1")
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    abort = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}, "Status": "Enabled"}
    rules = {"all": {"Filter": {"Prefix": ""}}, "part": {"Filter": {"Prefix": "x/"}}, "off": {"Filter": {"Prefix": ""}}}
    for name in ("none", *rules):
        s3.create_bucket(Bucket=name + "-bucket", **place)
    for name, rule in rules.items():
        state = {"Status": "Disabled"} if name == "off" else {}
        s3.put_bucket_lifecycle_configuration(
            Bucket=name + "-bucket", LifecycleConfiguration={"Rules": [{"ID": name, **abort, **rule, **state}]}
        )
    s3.put_bucket_tagging(Bucket="none-bucket", Tagging={"TagSet": [{"Key": "team", "Value": "shop"}]})
    taken = take("uploads_without_lifecycle")
    assert not gaps(taken)
    found = {row["resource_id"]: row for row in taken.rows["aws_buckets"]}
    assert {name: row["aborts_uploads"] for name, row in found.items()} == {
        "all-bucket": True, "none-bucket": False, "off-bucket": False, "part-bucket": False,
    }  # fmt: skip
    assert {row["region"] for row in found.values()} == {"eu-west-1"}
    assert found["none-bucket"]["tags"] == {"team": "shop"} and found["all-bucket"]["tags"] == {}


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ([refuse_ec2(403, "UnauthorizedOperation")], "UnauthorizedOperation"),
        ([Fault("refuse", 200, b"<DescribeVolumesResponse/>")], "KeyError"),
        ([Fault("refuse", 200, b"<html>sign in</html")], "ResponseParserError"),
        # of a call that is tried five times
        ([Fault("cut")] * 5, "Error"),
    ],
)
def test_a_region_that_is_not_read_to_its_end_has_nothing(
    aws: MotoServer, monkeypatch: pytest.MonkeyPatch, faults: list[Fault], why: str
) -> None:
    aws.add_old_volume(REGION)
    with FaultyProxy(aws.url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", proxy.url)
        proxy.faults.extend(faults)
        taken = take("unattached_volume")
    assert taken.rows["aws_volumes"] == []
    ((scope, reason),) = taken.incomplete["aws_volumes"].items()
    assert scope == ("aws", ACCOUNT, REGION) and why in reason and "secret" not in reason


def test_it_waits_as_long_as_aws_asks_and_goes_on(aws: MotoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = aws.add_old_volume(REGION)
    with FaultyProxy(aws.url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", proxy.url)
        proxy.faults.append(replace(refuse_ec2(503, "RequestLimitExceeded"), headers=(("retry-after", "1"),)))
        taken = take("unattached_volume")
    assert not gaps(taken) and [row["resource_id"] for row in taken.rows["aws_volumes"]] == [volume]
