"""EC2 instances that would do with half the vCPUs and the same memory."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.conditions import owner_of
from savings.inventory_sql import measured
from savings.smaller_instances import SAME_MEMORY, smaller_instance, too_few

_LOOKED = f"""
    select
        aws_instances.*,
        aws_instances.instance_type as spec,
        {owner_of("aws_instances")} as owner,
        cpu.days as cpu_days, cpu.p99 as cpu_p99,
        network.days as network_days, network.p99 * 8 / 3600 / 1e9 as network_gbps_p99
    from aws_instances
    {measured("aws_instances", cpu="aws_instance_cpu", network="aws_instance_network")}
    where aws_instances.state = 'running' and aws_instances.lifecycle = 'on-demand'"""

RIGHTSIZE_INSTANCE_CPU = InventoryCheck(
    name="rightsize_instance_cpu",
    title="EC2 instances with more vCPUs than their work",
    clouds=("aws",),
    rule="A running instance on demand whose 99th percentile of busiest minutes, with a fifth in reserve, fits on half "
    "the vCPUs, and whose network fits too; the family for more memory (seed_aws_same_memory) has a size with half the "
    "vCPUs and as much memory. So nothing need be known of its memory.",
    why="Of a balanced instance that is seldom busy, mostly the memory is used.",
    next_step="Look at what it does at the end of a month, then stop it, change its type and start it.",
    saving_basis="Its cost on demand less the same hours of the other type: at the price that the account pays for it "
    "in the region, or, for Linux, by the ratio of list prices.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/compute-optimizer/latest/ug/ec2-metrics-analyzed.html",),
    parameters=(
        Parameter("headroom", Decimal("0.2"), "A fifth more than was measured, as AWS Compute Optimizer leaves."),
        Parameter("network_share", Decimal("0.5"), "Of the baseline: minutes are busier than the mean of their hour."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
        Parameter("min_share", Decimal("0.1"), "Less than a tenth is not worth a stop."),
    ),
    seeds=("aws_same_memory",),
    tables=("aws_instances", "aws_instance_types"),
    metrics=("aws_instance_cpu", "aws_instance_network"),
    evidence=smaller_instance(
        service="ec2",
        table="aws_instances",
        looked=_LOOKED,
        kind=SAME_MEMORY,
        fits="looked.cpu_p99 * now.vcpus * (1 + $headroom) <= 100 * target.vcpus "
        "and looked.network_gbps_p99 <= target.network_gbps * $network_share",
        unmeasured="(coalesce(looked.cpu_days, 0) < $min_days or coalesce(looked.network_days, 0) < $min_days)",
        unjudged=f"""{too_few("cpu_days", "its processor")}
        {too_few("network_days", "its network")}
        when owner is not null then owner || ': change the type there'""",
        linear="instances.operation = 'RunInstances'",
    ),
    reason="{resource_id} ({instance_type}) was busy to {cpu_p99} % at most; as {target_type}, with as much memory, it "
    "costs {monthly_saving} {currency} less than the {monthly_cost} of 30 days",
)
