"""Lambda functions with far more memory than they use."""

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

FUNCTION_MEMORY = InventoryCheck(
    name="function_memory",
    title="Lambda functions with more memory than they use",
    clouds=("aws",),
    rule="A function, not changed in the last two weeks, that never used half of its memory, with a fifth in reserve, "
    "on at least 10 days on which Lambda Insights measured it. Functions without Lambda Insights are named only where "
    "they cost at least 10 in 30 days.",
    why="Lambda bills memory by the time that a call takes, used or not.",
    next_step="Try the smaller memory, and compare how long calls take: less memory comes with less processor, and a "
    "call that takes twice as long saves nothing.",
    saving_basis="The effective cost of its GB-seconds, less those of the needed memory if calls take as long.",
    lever="rightsize",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="low",
    links=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",),
    parameters=(
        Parameter("headroom", Decimal("0.2"), "A fifth more than was measured."),
        Parameter("max_share", Decimal("0.5"), "Of its memory: for less nobody measures calls again."),
        Parameter("least_mb", 128, "Lambda has no less."),
        Parameter("min_days", 10, "Of two weeks; functions rest."),
        Parameter("min_age_days", 14, "What was changed since was another function before."),
        Parameter("min_cost", 10, "In the bill's currency; below it nobody measures memory."),
    ),
    tables=("aws_functions",),
    metrics=("aws_function_memory",),
    evidence=f"""
with {cost_of("aws_functions", "regexp_matches(usage_type, '(^|-)Lambda-GB-Second(-ARM)?$')")},
needs as (
    select
        aws_functions.*,
        memory.maximum as most_memory,
        greatest($least_mb, ceil(memory_mb * memory.maximum / 100 * (1 + $headroom) / 64) * 64) as needed_mb
    from aws_functions
    {measured("aws_functions", memory="aws_function_memory")}
)
select
    {columns_of("needs")},
    share(costs.monthly_cost, 1 - needs.needed_mb / needs.memory_mb) as monthly_saving,
    needs.name,
    needs.memory_mb,
    needs.needed_mb,
    needs.most_memory,
    case
        {why_unmeasured(memory="its memory (by Lambda Insights)")}
        when needs.changed_at is null then 'when it was changed is not known'
        when date_diff('day', cast(needs.changed_at as date), (select last_day + 1 from looked_at)) < $min_age_days
            then 'it was changed in the last ' || $min_age_days || ' days'
        {why_protected("needs")}
    end as unjudged
from needs
{measured("needs", memory="aws_function_memory")}
inner {join_costs("needs").removeprefix("left ")}
where (not {is_unmeasured("memory")} and needs.needed_mb <= needs.memory_mb * $max_share and costs.monthly_cost > 0)
    or ({is_unmeasured("memory")} and costs.monthly_cost >= $min_cost and needs.memory_mb > $least_mb)
""",
    reason="{name} has {memory_mb} MB and used {most_memory} % at most; with {needed_mb} MB it costs {monthly_saving} "
    "{currency} less than the {monthly_cost} of 30 days, if its calls take as long",
)
