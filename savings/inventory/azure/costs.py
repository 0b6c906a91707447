"""The last part of the questions of checks of Azure's inventory: what the resources that were found cost.

A check's own part ends with a CTE ``found``: account_id, region and resource_id as the inventory has them,
``unjudged`` (null, or a sentence why this one cannot be judged), and facts that are worth showing. What follows puts
the bill's own names and amounts beside it; the amount of a commitment is apart. ``$min_days``: fewer billed days do
not show what a month costs, nor that a resource has been there for long.
"""

from savings.check import Parameter

#: Rows of a machine's bill that are for running it: its hours and the licences that come with them.
COMPUTE = "meter_category in ('Virtual Machines', 'Virtual Machines Licenses')"
#: The same without what is neither on demand nor covered: Spot has a price of its own.
COMPUTE_ON_DEMAND = f"{COMPUTE} and pricing_category in ('Standard', 'Committed')"
#: Resources that people neither protect nor leave to a service.
FREE = "not is_protected and owner is null"

MIN_DAYS = Parameter(
    "min_days", 7, "Days billed, and days measured: by then every day of the week was seen, and a deployment is over."
)
MIN_AGE_DAYS = Parameter("min_age_days", 14, "Two weeks: what is younger may be waiting for what it was made for.")

_COSTS = """,
costs as (
    select
        source_name, cloud, billed_account_id, billed_region, resource_id, currency,
        account_id, region, inventory_id,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        max(days_seen) as days_seen,
        coalesce(sum(monthly_cost) filter (pricing_category is distinct from 'Committed'), 0) as monthly_cost,
        coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost
    from {table}_billed
    where {rows}
    group by all
)
select
    costs.source_name, costs.billing_period, 'azure' as cloud,
    case when costs.inventory_id is null then found.account_id else costs.billed_account_id end as account_id,
    case when costs.inventory_id is null then found.region else costs.billed_region end as region,
    coalesce(costs.resource_id, found.resource_id) as resource_id,
    costs.currency, costs.resource_name, costs.service_name,
    coalesce(costs.monthly_cost, 0) as monthly_cost,
    coalesce(costs.covered_cost, 0) as covered_cost,
    {saving} as monthly_saving,
    costs.days_seen,
    found.* exclude (account_id, region, resource_id, unjudged),
    case
        when costs.inventory_id is null then 'the bill has no cost of it in the last 30 days'
        when costs.days_seen < $min_days then 'it was billed on ' || costs.days_seen || ' days, which are too few'
        else found.unjudged
    end as unjudged
from found
left join costs
    on costs.account_id = found.account_id
    and costs.region = found.region
    and costs.inventory_id = found.resource_id
where (costs.inventory_id is null and {says_unbilled}) or costs.monthly_cost > 0 or costs.covered_cost > 0
"""


def with_costs(
    table: str, *, saving: str = "costs.monthly_cost", rows: str = "true", says_unbilled: bool = True
) -> str:
    """What follows ``found``: a row for each finding.

    ``rows``: which of the bill's rows the finding is about. ``saving``: an amount of ``costs`` and ``found``.
    ``says_unbilled``: that a resource is not on the bill is worth a word; not so where many of its kind cost nothing.
    """
    return _COSTS.format(table=table, rows=rows, saving=saving, says_unbilled=str(says_unbilled).lower())


def is_old_enough(created_at: str = "created_at") -> str:
    """A condition: it was made ``$min_age_days`` before the window's end, or nobody knows when."""
    return f"""(
        {created_at} is null
        or {created_at} <= (select last_day + 1 from looked_at) - to_days(cast($min_age_days as integer))
    )"""


#: A scale set puts its machines behind the balancer or gateway, and may have none at the moment. A pool's id is that of
#: its balancer, with two more parts.
WAITS_FOR_MACHINES = """lower(resource_id) in (
        select regexp_extract(pool, '^(.+)/[^/]+/[^/]+$', 1)
        from (select unnest(pools) as pool from azure_scale_sets)
    )"""


def too_few_days(*metrics: tuple[str, str]) -> str:
    """A value: the sentence for the first of these metrics (alias and what it is) without enough days; else null.

    An hour of every day may be missing, but not more: a day of a few hours says nothing of the others.
    """
    cases = " ".join(
        f"when coalesce({alias}.days, 0) < $min_days or {alias}.samples < {alias}.days * 12 "
        f"then '{what}: measured on ' || coalesce({alias}.days, 0) || ' days, which are too few'"
        for alias, what in metrics
    )
    return f"case {cases} end"


def join_metrics(*metrics: tuple[str, str], of: str = "t") -> str:
    """Left joins of these metrics' summaries, by their names and aliases."""
    return "\n".join(
        f"left join {name} as {alias} on {alias}.account_id = {of}.account_id and {alias}.region = {of}.region "
        f"and {alias}.resource_id = {of}.resource_id"
        for name, alias in metrics
    )
