"""The question behind the checks that look for a smaller instance that would do the same work.

What a type has, EC2 itself says (``aws_instance_types``). The price of the smaller type is what the account pays for it
in the region, or follows from its own price: within a family prices are in proportion to the normalised size
(`seed_instance_size_factors`), across families to list prices.
"""

from savings.instance_targets import instances_of
from savings.inventory.questions import KEYS, why_protected

#: Within the family: the join of the alternatives, and how the list price compares.
SAME_FAMILY = (
    """
    inner join (select size, max(factor) as factor from seed_instance_size_factors group by size) as now_factor
        on now_factor.size = split_part(looked.spec, '.', 2)
    inner join (select size, max(factor) as factor from seed_instance_size_factors group by size) as target_factor
        on target_factor.size = split_part(target.resource_id, '.', 2)""",
    "split_part(target.resource_id, '.', 1) = split_part(looked.spec, '.', 1) and target.memory_mib < now.memory_mib",
    "target_factor.factor / now_factor.factor",
)
#: The family whose size with half the vCPUs has as much memory.
SAME_MEMORY = (
    """
    inner join seed_aws_same_memory as families
        on families.family = split_part(looked.spec, '.', 1)
        and families.target = split_part(target.resource_id, '.', 1)""",
    "target.memory_mib >= now.memory_mib and target.vcpus * 2 = now.vcpus",
    "families.price_ratio",
)

#: Which types a service has: RDS has classes of EC2's families, but of none of them one that is smaller than large, as
#: EC2 has of Graviton's.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
_OFFERED = {"ec2": "true", "rds": "split_part(target.resource_id, '.', 2) <> 'medium'"}

_QUESTION = """{instances},
looked as ({looked}),
ids as (
    select distinct account_id, region, inventory_id, resource_id as billed_as, billed_region from {table}_billed
),
targets as (
    select
        looked.*, ids.billed_as, ids.billed_region,
        target.resource_id as target_spec, target.vcpus as target_vcpus, target.memory_mib as target_memory_mib,
        now.vcpus, now.memory_mib,
        {ratio} as list_ratio,
        {unmeasured} as is_unmeasured
    from looked
    inner join ids
        on looked.account_id = ids.account_id and looked.region = ids.region and looked.resource_id = ids.inventory_id
    inner join aws_instance_types as now
        on now.account_id = looked.account_id and now.region = looked.region and now.resource_id = looked.spec
    inner join aws_instance_types as target
        on target.account_id = looked.account_id
        and target.region = looked.region
        and target.vcpus < now.vcpus
        and target.architecture = now.architecture
        and target.maker = now.maker
    {alternatives}
    where {alternative}
        -- of those that have parts of another kind, or credits, less is not in proportion
        and now.storage_gb = 0 and not now.is_burstable and not now.is_metal and not now.has_accelerators
        and {offered}
        and target.storage_gb = 0 and not target.is_burstable and not target.is_metal and not target.has_accelerators
        and ({unmeasured} or ({fits}))
),
priced as (
    select
        targets.* exclude (region, resource_id, account_id),
        {keys},
        instances.source_name, instances.currency, instances.billing_period, instances.service_name,
        instances.resource_name, instances.operation, instances.monthly_cost, instances.covered_cost,
        instances.unit_price, own_prices.price is not null as at_own_price,
        coalesce(
            own_prices.price,
            case when {linear} then instances.unit_price * targets.list_ratio end
        ) as target_price
    from targets
    inner join instances
        on instances.account_id = targets.account_id
        and instances.resource_id = targets.billed_as
        and instances.region is not distinct from targets.billed_region
        -- what it was last week is not what it is
        and instances.size = targets.spec
    left join own_prices
        on instances.source_name = own_prices.source_name
        and instances.region is not distinct from own_prices.region
        and instances.currency = own_prices.currency
        and instances.operation is not distinct from own_prices.operation
        and instances.billed_as = own_prices.billed_as
        and own_prices.size = targets.target_spec
)
select
    * exclude (
        resource_id, billed_as, billed_region, spec, target_spec, list_ratio, is_unmeasured, unit_price, target_price,
        covered_cost
    ),
    'aws' as cloud,
    billed_as as resource_id,
    coalesce(covered_cost, 0) as covered_cost,
    cast(unit_price as decimal(38, 12)) as unit_price,
    cast(target_price as decimal(38, 12)) as target_price,
    '{prefix}' || spec as instance_type,
    '{prefix}' || target_spec as target_type,
    share(monthly_cost, 1 - target_price / unit_price) as monthly_saving,
    case
        {unjudged}
        {protected}
    end as unjudged
from priced
where target_price <= unit_price * (1 - $min_share)
qualify row_number() over (
    partition by source_name, account_id, region, resource_id, currency order by target_price, target_spec
) = 1
"""


def smaller_instance(
    *,
    service: str,
    table: str,
    looked: str,
    kind: tuple[str, str, str],
    fits: str,
    unmeasured: str,
    unjudged: str,
    linear: str,
) -> str:
    """The evidence of such a check; it needs the parameter ``min_share``.

    ``looked``: a SELECT of the resources to look at with `KEYS`, ``spec`` (the type as EC2 names it) and what was
    measured. ``fits``: whether the work fits on ``target`` instead of ``now``, both rows of ``aws_instance_types``.
    ``unmeasured``: whether ``looked`` was measured too little to know. ``unjudged``: branches of a CASE over what was
    found. ``linear``: the operations for which prices of one family are in proportion to size.
    """
    join, alternative, ratio = kind
    return _QUESTION.format(
        instances=instances_of(service),
        looked=looked,
        table=table,
        ratio=ratio,
        alternatives=join,
        alternative=alternative,
        fits=fits,
        unmeasured=unmeasured,
        keys=", ".join(f"targets.{key}" for key in KEYS.split(", ")),
        linear=linear,
        prefix="db." if service == "rds" else "",
        unjudged=unjudged,
        protected=why_protected("priced"),
        offered=_OFFERED[service],
    )


def too_few(days: str, word: str) -> str:
    """A branch of a CASE: what a word for people stands for was measured on too few days, by this column."""
    return (
        f"when coalesce({days}, 0) < $min_days then '{word} was measured on ' || coalesce({days}, 0) || "
        "' day(s), ' || $min_days || ' are needed'"
    )
