"""RDS instances whose work fits on a smaller class of the same family."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.instance_targets import OPEN_ENGINES
from savings.inventory_sql import measured
from savings.smaller_instances import SAME_FAMILY, smaller_instance, too_few

_LOOKED = f"""
    select
        aws_databases.*,
        regexp_replace(aws_databases.instance_class, '^db\\.', '') as spec,
        cpu.days as cpu_days, cpu.p99 as cpu_p99,
        free.days as free_days,
        (select min("value") from aws_database_free_memory_samples as one
            where one.account_id = aws_databases.account_id and one.region = aws_databases.region
            and one.resource_id = aws_databases.resource_id) / 1048576 as least_free_mib
    from aws_databases
    {measured("aws_databases", cpu="aws_database_cpu", free="aws_database_free_memory")}
    where aws_databases.state = 'available' and aws_databases.cluster is null"""

RIGHTSIZE_DATABASE = InventoryCheck(
    name="rightsize_database",
    title="Databases that are larger than their work",
    clouds=("aws",),
    rule="An available RDS instance, in no cluster, whose 99th percentile of busiest minutes and most memory in use, "
    "each with a fifth in reserve, fit on a smaller class of the same family. Burstable classes, and those with local "
    "disks, are left out.",
    why="Half the class costs half as much.",
    next_step="Look at what it does at the end of a month, and change the class in a maintenance window; it is "
    "restarted.",
    saving_basis="Its instance hours on demand less those of the smaller class: at the price that the account pays for "
    "it in the region, or, for open engines, in proportion to the size.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",),
    parameters=(
        Parameter("headroom", Decimal("0.2"), "A fifth more than was measured, as AWS Compute Optimizer leaves."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
        Parameter("min_share", Decimal("0.1"), "Less than a tenth is not worth a restart."),
    ),
    seeds=("instance_size_factors",),
    tables=("aws_databases", "aws_instance_types"),
    metrics=("aws_database_cpu", "aws_database_free_memory"),
    evidence=smaller_instance(
        service="rds",
        table="aws_databases",
        looked=_LOOKED,
        kind=SAME_FAMILY,
        # what a database caches is in use too: where the cache is full, the memory is not found to be too much
        fits="looked.cpu_p99 * now.vcpus * (1 + $headroom) <= 100 * target.vcpus "
        "and (now.memory_mib - looked.least_free_mib) * (1 + $headroom) <= target.memory_mib",
        unmeasured="(coalesce(looked.cpu_days, 0) < $min_days or coalesce(looked.free_days, 0) < $min_days)",
        unjudged=f"""{too_few("cpu_days", "its processor")}
        {too_few("free_days", "its memory")}""",
        linear=f"instances.operation in {OPEN_ENGINES}",
    ),
    reason="{name} ({instance_type}) was busy to {cpu_p99} % and had at least {least_free_mib} of {memory_mib} MiB "
    "free; as {target_type} it costs {monthly_saving} {currency} less than the {monthly_cost} of 30 days",
)
