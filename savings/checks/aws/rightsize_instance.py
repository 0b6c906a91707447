"""EC2 instances whose work fits on a smaller size of the same family."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.conditions import owner_of
from savings.inventory_sql import measured
from savings.smaller_instances import SAME_FAMILY, smaller_instance, too_few

_LOOKED = f"""
    select
        aws_instances.*,
        aws_instances.instance_type as spec,
        {owner_of("aws_instances")} as owner,
        cpu.days as cpu_days, cpu.p99 as cpu_p99,
        network.days as network_days, network.p99 * 8 / 3600 / 1e9 as network_gbps_p99,
        memory.days as memory_days, memory.maximum as memory_maximum
    from aws_instances
    {measured("aws_instances", cpu="aws_instance_cpu", network="aws_instance_network", memory="aws_instance_memory")}
    where aws_instances.state = 'running' and aws_instances.lifecycle = 'on-demand'"""

RIGHTSIZE_INSTANCE = InventoryCheck(
    name="rightsize_instance",
    title="EC2 instances that are larger than their work",
    clouds=("aws",),
    rule="A running instance on demand whose 99th percentile of busiest minutes, largest use of memory (as "
    "CloudWatch's agent measures it) and 99th percentile of network, each with a fifth in reserve, fit on a smaller "
    "size of the same family. Burstable types, and those with local disks or accelerators, are left out.",
    why="Half the size costs half as much.",
    next_step="Look at what it does at the end of a month, then stop it, change its type and start it.",
    saving_basis="Its cost on demand less the same hours of the smaller size: at the price that the account pays for "
    "it in the region, or, for Linux and Windows, in proportion to the size.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/compute-optimizer/latest/ug/ec2-metrics-analyzed.html",),
    parameters=(
        Parameter("headroom", Decimal("0.2"), "A fifth more than was measured, as AWS Compute Optimizer leaves."),
        Parameter("network_share", Decimal("0.5"), "Of the baseline: minutes are busier than the mean of their hour."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
        Parameter("min_share", Decimal("0.1"), "Less than a tenth is not worth a stop."),
    ),
    seeds=("instance_size_factors",),
    tables=("aws_instances", "aws_instance_types"),
    metrics=("aws_instance_cpu", "aws_instance_network", "aws_instance_memory"),
    evidence=smaller_instance(
        service="ec2",
        table="aws_instances",
        looked=_LOOKED,
        kind=SAME_FAMILY,
        # of whose memory nothing is known, only those that would fit otherwise are worth a word
        fits="looked.cpu_p99 * now.vcpus * (1 + $headroom) <= 100 * target.vcpus "
        "and looked.network_gbps_p99 <= target.network_gbps * $network_share "
        "and (coalesce(looked.memory_days, 0) < $min_days "
        "or looked.memory_maximum * now.memory_mib * (1 + $headroom) <= 100 * target.memory_mib)",
        unmeasured="(coalesce(looked.cpu_days, 0) < $min_days or coalesce(looked.network_days, 0) < $min_days)",
        unjudged=f"""{too_few("cpu_days", "its processor")}
        {too_few("network_days", "its network")}
        when coalesce(memory_days, 0) < $min_days then 'its processor would fit on ' || target_spec
            || ', but its memory was measured on ' || coalesce(memory_days, 0) || ' day(s), ' || $min_days
            || ' are needed: CloudWatch''s agent measures it'
        when owner is not null then owner || ': change the type there'""",
        linear="instances.operation in ('RunInstances', 'RunInstances:0002')",
    ),
    reason="{resource_id} ({instance_type}) was busy to {cpu_p99} % and used {memory_maximum} % of its memory at most; "
    "as {target_type} it costs {monthly_saving} {currency} less than the {monthly_cost} of 30 days",
)
