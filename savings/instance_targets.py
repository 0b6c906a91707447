"""The question behind the checks that compare an instance with the same size of another family.

`seed_aws_instance_targets` names for a family, by the goal of a check, the families that take its place, the sizes that
both have with as many vCPUs and no less memory, and how list prices compare; where they compare differently for each
engine of a database, a row for the operations of an engine. What the customer pays for the other
family in the same region goes before the list; of several the cheapest is taken.
"""

_INSTANCES = """
with newest as (
    select distinct account_id, region, resource_id, usage_type
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago <= 2 and regexp_matches(usage_type, '{pattern}')
    qualify days_ago = min(days_ago) over (partition by account_id, region, resource_id)
),
hours as (
    select
        usage.*,
        regexp_extract(usage_type, '{pattern}', 2) as billed_as,
        regexp_replace(regexp_extract(usage_type, '{pattern}', 3), '([0-9.])xl$', '\\1xlarge') as size
    from usage_30d as usage
    where cloud = 'aws' and regexp_matches(usage_type, '{pattern}') and {rows}
),
instances as (
    select
        source_name, cloud, account_id, region, resource_id, currency, operation, usage_type, billed_as, size,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) filter (pricing_category = 'Standard') as monthly_cost,
        sum(monthly_cost) filter (pricing_category = 'Committed') as covered_cost,
        sum(cost) filter (pricing_category = 'Standard')
            / nullif(sum(consumed_quantity) filter (pricing_category = 'Standard'), 0) as unit_price
    from hours
    where resource_id is not null
    group by all
    having monthly_cost > 0 and unit_price > 0
),
own_prices as (
    select
        source_name, region, currency, operation, billed_as, size,
        sum(cost) / nullif(sum(consumed_quantity), 0) as price
    from hours
    where pricing_category = 'Standard'
    group by all
    having price > 0
)"""

_TARGETS = """,
priced as (
    select
        instances.*,
        targets.target || '.' || split_part(instances.size, '.', 2) as target_size,
        own_prices.price is not null as at_own_price,
        coalesce(
            own_prices.price,
            case when {list_price_holds} then instances.unit_price * targets.price_ratio end
        ) as target_price
    from instances
    inner join newest
        on instances.account_id is not distinct from newest.account_id
        and instances.region is not distinct from newest.region
        and instances.resource_id = newest.resource_id
        and instances.usage_type = newest.usage_type
    inner join seed_aws_instance_targets as targets
        on targets.service = '{service}'
        and targets.goal = '{goal}'
        and targets.family = split_part(instances.size, '.', 1)
        and list_contains(string_split(targets.sizes, ' '), split_part(instances.size, '.', 2))
        and (targets.operations is null or list_contains(string_split(targets.operations, ' '), instances.operation))
    left join own_prices
        on instances.source_name = own_prices.source_name
        and instances.region is not distinct from own_prices.region
        and instances.currency = own_prices.currency
        and instances.operation is not distinct from own_prices.operation
        and instances.billed_as = own_prices.billed_as
        and own_prices.size = targets.target || '.' || split_part(instances.size, '.', 2)
)"""

_ANSWER = """,
known as (
    -- a list that contradicts what the customer pays for one of the families is not asked about the others
    select * from priced
    qualify at_own_price or not bool_or(at_own_price) over (partition by account_id, region, resource_id, currency)
)
select
    * exclude (usage_type, billed_as, size, target_size, covered_cost, unit_price, target_price),
    cast(unit_price as decimal(38, 12)) as unit_price,
    cast(target_price as decimal(38, 12)) as target_price,
    '{prefix}' || size as instance_type,
    '{prefix}' || target_size as target_type,
    coalesce(covered_cost, 0) as covered_cost,
    share(monthly_cost, 1 - target_price / unit_price) as monthly_saving
from known
where target_price <= unit_price * (1 - $min_share)
qualify row_number() over (
    partition by source_name, account_id, region, resource_id, currency order by target_price, target_size desc
) = 1
"""

#: How instances of a service stand in usage types: what is between region and colon, and the type without its prefix.
PATTERNS = {
    "ec2": ("(^|-)(BoxUsage):([a-z].*)$", ""),
    "rds": (r"(^|-)(InstanceUsage|InstanceUsageIOOptimized|Multi-AZUsage|Multi-AZUsageIOOptimized):db\.(.+)$", "db."),
    "cache": (r"(^|-)(NodeUsage):cache\.(.+)$", "cache."),
    "search": ("(^|-)(ESInstance):(.+)$", ""),
}

#: MySQL, PostgreSQL, Aurora MySQL, MariaDB and Aurora PostgreSQL, as operations of RDS.
OPEN_ENGINES = (
    "CreateDBInstance:0002",
    "CreateDBInstance:0014",
    "CreateDBInstance:0016",
    "CreateDBInstance:0018",
    "CreateDBInstance:0021",
)


def instances_of(service: str, rows: str = "true") -> str:
    """The CTEs `newest`, `hours`, `instances` and `own_prices` of a service's instances; ``rows``: which usage."""
    return _INSTANCES.format(pattern=PATTERNS[service][0], rows=rows)


def cheaper_family(service: str, goal: str, rows: str = "true", list_price_holds: str = "true") -> str:
    """The evidence of a check that looks for a cheaper family; it needs the parameter ``min_share``.

    ``list_price_holds``: the condition under which the ratio of list prices may stand in for an own price.
    """
    targets = _TARGETS.format(service=service, goal=goal, list_price_holds=list_price_holds)
    return instances_of(service, rows) + targets + _ANSWER.format(prefix=PATTERNS[service][1])
