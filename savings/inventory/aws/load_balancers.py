"""Load balancers of every kind, their targets, and what passes through them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.cloudwatch import PERMISSIONS, Question, fill_with_zeros, list_hours, measure
from savings.inventory.aws.tagged import PERMISSIONS as TAGGED
from savings.inventory.aws.tagged import list_tags
from savings.inventory.contract import InventoryTable, Metric, Series, Window

#: Namespace, metric and dimension by kind.
_USE = {
    "application": ("AWS/ApplicationELB", "RequestCount", "LoadBalancer"),
    "network": ("AWS/NetworkELB", "NewFlowCount", "LoadBalancer"),
    "gateway": ("AWS/GatewayELB", "NewFlowCount", "LoadBalancer"),
    "classic": ("AWS/ELB", "RequestCount", "LoadBalancerName"),
}
#: Of these, CloudWatch has a value only where something passes: "If there are no requests flowing through the load
#: balancer or no data for a metric, the metric is not reported."
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
_SILENT = ("application",)


def read_load_balancers(scope: AwsReader) -> Iterator[Row]:
    """All load balancers of an account and region."""
    tags = list_tags(scope, "elasticloadbalancing:loadbalancer")
    registered, healthy = _count_targets(scope)
    for one in scope.list("elbv2", "describe_load_balancers", "LoadBalancers"):
        arn = one["LoadBalancerArn"]
        yield {
            **scope.place(arn),
            "name": one["LoadBalancerName"],
            "kind": one["Type"],
            "dimension": arn.partition(":loadbalancer/")[2],
            "created_at": one.get("CreatedTime"),
            "targets": registered[arn],
            "healthy_targets": healthy[arn],
            "tags": tags.get(arn, {}),
        }
    for one in scope.list("elb", "describe_load_balancers", "LoadBalancerDescriptions"):
        arn = scope.arn("elasticloadbalancing", f"loadbalancer/{one['LoadBalancerName']}")
        yield {
            **scope.place(arn),
            "name": one["LoadBalancerName"],
            "kind": "classic",
            "dimension": one["LoadBalancerName"],
            "created_at": one.get("CreatedTime"),
            "targets": len(one.get("Instances", [])),
            # each balancer would have to be asked; whether anything passes says more
            "healthy_targets": None,
            "tags": tags.get(arn, {}),
        }


def _count_targets(scope: AwsReader) -> tuple[Counter[str], Counter[str]]:
    """Registered and healthy targets by load balancer."""
    registered: Counter[str] = Counter()
    healthy: Counter[str] = Counter()
    client = scope.client("elbv2")
    for group in scope.list("elbv2", "describe_target_groups", "TargetGroups"):
        balancers = group.get("LoadBalancerArns", [])
        if balancers:
            answer = client.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
            states = [one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]]
            for arn in balancers:
                registered[arn] += len(states)
                healthy[arn] += states.count("healthy")
    return registered, healthy


def read_requests(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Requests, or new flows of those that know no requests."""
    questions = [
        Question(
            resource_id=row["resource_id"], namespace=namespace, name=name, statistic="Sum",
            dimensions={dimension: row["dimension"]},
        )
        for row in rows
        if row["kind"] in _USE
        for namespace, name, dimension in (_USE[row["kind"]],)
    ]  # fmt: skip
    found = list(measure(scope, questions, window))
    silent = {
        row["resource_id"]: list_hours(window, row["created_at"])
        for row in rows
        if row["kind"] in _SILENT and row["created_at"] is not None
    }
    yield from (one for one in found if one.resource_id not in silent)
    if scope.region not in scope.incomplete:
        yield from fill_with_zeros((one for one in found if one.resource_id in silent), silent, scope.region)


AWS_LOAD_BALANCERS = InventoryTable(
    name="aws_load_balancers",
    cloud="aws",
    columns={
        "name": "varchar",
        "kind": "varchar",
        "dimension": "varchar",
        "created_at": "timestamp",
        "targets": "bigint",
        "healthy_targets": "bigint",
        "tags": "map(varchar, varchar)",
    },
    permissions=(
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        *TAGGED,
    ),
    read=read_load_balancers,
    link="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html",
)
AWS_LOAD_BALANCER_REQUESTS = Metric(
    name="aws_load_balancer_requests",
    cloud="aws",
    table="aws_load_balancers",
    unit="requests, or new flows",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_requests,
    link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
)
