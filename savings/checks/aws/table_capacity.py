"""DynamoDB tables with more provisioned capacity than they use."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.questions import (
    columns_of,
    cost_of,
    is_unmeasured,
    join_costs,
    measured,
    why_protected,
    why_unmeasured,
)

TABLE_CAPACITY = InventoryCheck(
    name="table_capacity",
    title="DynamoDB tables with more capacity than they use",
    clouds=("aws",),
    rule="A table in provisioned mode without auto scaling whose busiest hour, twice over and used to 70 %, needs "
    "fewer units than it has; measured on at least 10 days. Its indexes' capacity is left as it is, and so are "
    "replicated tables.",
    why="Provisioned units cost their hours whether they are used or not.",
    next_step="Lower the table's capacity to what the evidence says is needed, or give it auto scaling; it can be "
    "raised at any time, and lowered a few times a day.",
    saving_basis="The effective cost of its units' hours, of the share that the table has beside its indexes, less "
    "what is needed of it. What reserved capacity covers is counted apart.",
    lever="rightsize",
    component="requests",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html",),
    parameters=(
        Parameter("peak_factor", 2, "The busiest minute to the mean of the busiest hour; bursts are kept for it."),
        Parameter("utilisation", Decimal("0.7"), "The target that auto scaling has by default."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
    ),
    tables=("aws_tables",),
    metrics=("aws_table_reads", "aws_table_writes"),
    evidence=f"""
with {cost_of("aws_tables", "regexp_matches(usage_type, '(^|-)ReadCapacityUnit-Hrs$')", "read_costs")},
{cost_of("aws_tables", "regexp_matches(usage_type, '(^|-)WriteCapacityUnit-Hrs$')", "write_costs")},
{cost_of("aws_tables", "regexp_matches(usage_type, '(^|-)(Read|Write)CapacityUnit-Hrs$')")},
needs as (
    select
        aws_tables.*,
        reads.maximum / 3600 as busiest_reads,
        writes.maximum / 3600 as busiest_writes,
        least(read_units, greatest(1, ceil(reads.maximum / 3600 * $peak_factor / $utilisation))) as needed_reads,
        least(write_units, greatest(1, ceil(writes.maximum / 3600 * $peak_factor / $utilisation))) as needed_writes
    from aws_tables
    {measured("aws_tables", reads="aws_table_reads", writes="aws_table_writes")}
    where billing_mode = 'PROVISIONED' and state = 'ACTIVE' and not is_scaled and replicas = 0
        and read_units > 0 and write_units > 0
)
select
    {columns_of("needs")},
    share(
        coalesce(read_costs.monthly_cost, 0),
        (needs.read_units - needs.needed_reads) / (needs.read_units + needs.index_read_units)
    ) + share(
        coalesce(write_costs.monthly_cost, 0),
        (needs.write_units - needs.needed_writes) / (needs.write_units + needs.index_write_units)
    ) as monthly_saving,
    needs.name,
    needs.read_units,
    needs.write_units,
    needs.needed_reads,
    needs.needed_writes,
    needs.busiest_reads,
    needs.busiest_writes,
    case
        {why_unmeasured(reads="what is read of it", writes="what is written to it")}
        {why_protected("needs")}
    end as unjudged
from needs
{measured("needs", reads="aws_table_reads", writes="aws_table_writes")}
inner {join_costs("needs").removeprefix("left ")}
{join_costs("needs", "read_costs")}
    and costs.source_name = read_costs.source_name and costs.currency = read_costs.currency
{join_costs("needs", "write_costs")}
    and costs.source_name = write_costs.source_name and costs.currency = write_costs.currency
where costs.monthly_cost > 0
    and (
        {is_unmeasured("reads", "writes")}
        or needs.needed_reads < needs.read_units
        or needs.needed_writes < needs.write_units
    )
""",
    reason="{name} has {read_units} units of reading and {write_units} of writing and needs {needed_reads} and "
    "{needed_writes}; with those it costs {monthly_saving} {currency} less than the {monthly_cost} of 30 days",
)
