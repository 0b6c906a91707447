"""Parts of the questions that checks of an inventory have in common."""

from savings.conditions import owner_of

#: The keys by which tables, metrics and costs are joined.
KEYS = "account_id, region, resource_id"


def cost_of(table: str, condition: str = "true", name: str = "costs") -> str:
    """A CTE: what the usage for which ``condition`` holds costs of each resource of a table, by source and currency.

    ``monthly_cost`` is what is paid by use, ``covered_cost`` what a commitment covers; ``billed_as`` is the resource as
    the bill names it.
    """
    return f"""{name} as (
    select
        account_id, region, inventory_id, source_name, currency,
        min(resource_id) as billed_as,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        coalesce(sum(monthly_cost) filter (coalesce(pricing_category, '') <> 'Committed'), 0) as monthly_cost,
        coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost,
        sum(monthly_quantity) as monthly_quantity,
        max(case when is_monthly then 30 else billed_days end) as billed_days
    from {table}_billed
    where {condition}
    group by all
)"""


def columns_of(table: str, costs: str = "costs") -> str:
    """What every finding has, of a resource and its costs."""
    return f"""
    {costs}.source_name,
    {costs}.billing_period,
    'aws' as cloud,
    {table}.account_id,
    {table}.region,
    coalesce({costs}.billed_as, {table}.resource_id) as resource_id,
    {costs}.currency,
    {costs}.service_name,
    {costs}.resource_name,
    {costs}.monthly_cost,
    {costs}.covered_cost"""


def join_costs(table: str, costs: str = "costs") -> str:
    """Each resource with its costs, also where the bill has none."""
    return f"""left join {costs}
    on {table}.account_id = {costs}.account_id
    and {table}.region = {costs}.region
    and {table}.resource_id = {costs}.inventory_id"""


def measured(table: str, **metrics: str) -> str:
    """Joins of metrics by alias; of what was not measured there are no ``days``."""
    return "\n".join(
        f"""left join {metric} as {alias}
    on {table}.account_id = {alias}.account_id
    and {table}.region = {alias}.region
    and {table}.resource_id = {alias}.resource_id"""
        for alias, metric in metrics.items()
    )


def is_unmeasured(*aliases: str) -> str:
    """True where one of these metrics was measured on too few days; it needs the parameter ``min_days``."""
    return "(" + " or ".join(f"coalesce({alias}.days, 0) < $min_days" for alias in aliases) + ")"


def why_unmeasured(**names: str) -> str:
    """Branches of a CASE that say so; a word for people by alias."""
    return "\n        ".join(
        f"when coalesce({alias}.days, 0) < $min_days then '{word} was measured on ' || coalesce({alias}.days, 0) || "
        "' day(s), ' || $min_days || ' are needed'"
        for alias, word in names.items()
    )


def why_kept(table: str, since: str = "created_at", costs: str = "costs") -> str:
    """Branches of a CASE that say why a resource that looks unused is left alone: the bill has no cost of it, it is
    younger than ``min_age_days`` (whose age is ``since``), people protect it, or somebody's automation made it."""
    age = f"date_diff('day', cast({table}.{since} as date), (select last_day + 1 from looked_at))"
    return f"""when {costs}.source_name is null then 'the bill has no cost of it in the last days'
        when {table}.{since} is null then 'how old it is, is not known'
        when {age} < $min_age_days then {age} || ' day(s) old, ' || $min_age_days || ' are needed'
        {why_hands_off(table)}"""


def why_protected(table: str) -> str:
    """Branches of a CASE: people want to keep it as it is, or whether they do cannot be known."""
    return f"""when {table}.tags is null then 'its tags are not known'
        when {table}.is_protected then 'protected by its tag ' || {table}.protected_by"""


def why_hands_off(table: str) -> str:
    """Branches of a CASE: people protect it, or somebody's automation made it, or neither can be known."""
    return f"""{why_protected(table)}
        when {owner_of(table)} is not null then {owner_of(table)}"""
