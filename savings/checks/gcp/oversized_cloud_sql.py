"""Databases with more vCPUs and memory than they use."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import DATABASE_COMPUTE_METERS, of_bill, too_few_days

OVERSIZED_CLOUD_SQL = InventoryCheck(
    name="oversized_cloud_sql",
    title="Cloud SQL instances larger than what they do",
    clouds=("gcp",),
    rule="Half of a Cloud SQL instance, or a quarter or an eighth, has at least 1.25 times the vCPUs that it used in "
    "its busiest hours and the memory that it used at most, buffers included. Left out: instances younger than the "
    "look-back window, replicas and what has replicas, those with a protecting label, and tiers of shared cores.",
    why="vCPUs and memory are paid for whether they are used or not.",
    next_step="Set the smaller tier; the instance restarts. It can be set back at any time.",
    saving_basis="The effective cost of its vCPUs and memory, less that of the smaller one at the same price each.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=("https://cloud.google.com/sql/docs/postgres/recommender-sql-overprovisioned",),
    tables=("gcp_databases",),
    metrics=("gcp_database_cpu", "gcp_database_memory"),
    parameters=(
        Parameter(
            "percentile", Decimal("0.99"), "Of the highest minute of each hour: three hours of 14 days may peak."
        ),
        Parameter("headroom", Decimal("0.25"), "The smaller one is at most 80 % busy and full in those hours."),
        Parameter("min_memory_mb", 3840, "The least that Cloud SQL takes with vCPUs of one's own."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_databases",
        f"""
        select
            databases.account_id, databases.region, databases.resource_id, databases.engine, databases.tier,
            databases.vcpus, fitting.part * databases.vcpus as target_vcpus, fitting.part,
            fitting.part * databases.memory_mb as target_memory_mb,
            round(peaks.cpu_percent, 2) as cpu_percent, round(memory.maximum, 2) as memory_percent,
            coalesce(
                case when databases.vcpus is null then 'the size of its tier ' || databases.tier || ' is not known' end,
                {too_few_days("cpu", "its CPU")},
                {too_few_days("memory", "its memory")}
            ) as unjudged
        from gcp_databases as databases
        left join peaks using (account_id, region, resource_id)
        left join fitting using (account_id, region, resource_id)
        left join gcp_database_cpu as cpu using (account_id, region, resource_id)
        left join gcp_database_memory as memory using (account_id, region, resource_id)
        where databases.state = 'RUNNABLE' and databases.activation_policy = 'ALWAYS'
            and databases.instance_type = 'CLOUD_SQL_INSTANCE' and len(databases.replicas) = 0
            and databases.tier not in ('db-f1-micro', 'db-g1-small') and not databases.is_protected
            and databases.created_at < (select first_day from looked_at)
            and (unjudged is not null or fitting.part is not null)
        """,
        meters=DATABASE_COMPUTE_METERS,
        saving="share(billed.monthly_cost, 1 - found.part)",
        also="""
        peaks as (
            select account_id, region, resource_id, quantile_cont(value, $percentile) as cpu_percent
            from gcp_database_cpu_samples
            group by all
        ),
        fitting as (
            select databases.account_id, databases.region, databases.resource_id, min(parts.part) as part
            from gcp_databases as databases
            inner join peaks using (account_id, region, resource_id)
            inner join gcp_database_memory as memory using (account_id, region, resource_id)
            cross join (values (0.5::double), (0.25::double), (0.125::double)) as parts (part)
            where databases.vcpus * parts.part in (1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64)
                and databases.memory_mb * parts.part >= $min_memory_mb
                and peaks.cpu_percent / 100 * (1 + $headroom) <= parts.part
                and memory.maximum / 100 * (1 + $headroom) <= parts.part
            group by all
        ),""",
    ),
    reason="{resource_name} ({tier}) used {cpu_percent} % of its vCPUs in its busiest hours and at most "
    "{memory_percent} % of its memory; with {target_vcpus} vCPUs it costs {monthly_saving} of {monthly_cost} "
    "{currency} "
    "less in 30 days",
)
