"""Burstable instances that buy more CPU every day than a fixed one would cost."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import instances_of

BURSTABLE_SURPLUS = BillCheck(
    name="burstable_surplus",
    title="Burstable instances that cost more than fixed ones",
    clouds=("aws",),
    rule="A T instance in unlimited mode that buys CPU credits (usage type CPUCredits) on at least 20 of 30 days, and "
    "with them costs more than an M instance of its size (seed_aws_instance_targets; large and above).",
    why="Whoever needs more than the baseline every day pays for it by the vCPU-hour, dearer than a fixed instance.",
    next_step="Stop the instance, change its type and start it. If the CPU is used by mistake, switch unlimited mode "
    "off instead.",
    saving_basis="Its cost on demand and its credits, less the same hours of the M instance: at the price the account "
    "pays for it in the region with the same operating system, or, for Linux, by the ratio of list prices.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode-concepts.html",
    ),
    parameters=(
        Parameter("min_days", 20, "Credits of some days are what a burstable instance is for."),
        Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a stop."),
    ),
    seeds=("aws_instance_targets",),
    evidence=instances_of("ec2")
    + """,
credits as (
    select
        source_name, account_id, region, resource_id, currency,
        sum(monthly_cost) as credit_cost,
        max(billed_days) as credit_days
    from usage_30d
    where cloud = 'aws' and pricing_category = 'Standard'
        and regexp_matches(usage_type, '(^|-)CPUCredits:t(2|3|3a|4g)$')
    group by all
),
priced as (
    select
        instances.* exclude (monthly_cost, covered_cost, usage_type, billed_as),
        targets.target || '.' || split_part(instances.size, '.', 2) as target_type,
        credits.credit_cost,
        credits.credit_days,
        instances.monthly_cost + credits.credit_cost as monthly_cost,
        share(
            instances.monthly_cost,
            coalesce(
                own_prices.price / instances.unit_price,
                case when instances.operation = 'RunInstances' then targets.price_ratio end
            )
        ) as target_cost
    from instances
    inner join newest
        on instances.account_id is not distinct from newest.account_id
        and instances.region is not distinct from newest.region
        and instances.resource_id = newest.resource_id
        and instances.usage_type = newest.usage_type
    inner join credits
        on instances.source_name = credits.source_name
        and instances.account_id is not distinct from credits.account_id
        and instances.region is not distinct from credits.region
        and instances.resource_id = credits.resource_id
        and instances.currency = credits.currency
    inner join seed_aws_instance_targets as targets
        on targets.service = 'ec2'
        and targets.goal = 'steady'
        and targets.family = split_part(instances.size, '.', 1)
        and list_contains(string_split(targets.sizes, ' '), split_part(instances.size, '.', 2))
    left join own_prices
        on instances.source_name = own_prices.source_name
        and instances.region is not distinct from own_prices.region
        and instances.currency = own_prices.currency
        and instances.operation is not distinct from own_prices.operation
        and own_prices.size = targets.target || '.' || split_part(instances.size, '.', 2)
    where credits.credit_days >= $min_days and coalesce(instances.covered_cost, 0) = 0
)
select
    * exclude (size, unit_price),
    size as instance_type,
    monthly_cost - target_cost as monthly_saving
from priced
where target_cost < monthly_cost * (1 - $min_share)
qualify row_number() over (
    partition by source_name, account_id, region, resource_id, currency order by target_cost, target_type desc
) = 1
""",
    reason="{resource_id} ({instance_type}) bought CPU credits for {credit_cost} {currency} on {credit_days} days; "
    "{target_type} costs {monthly_saving} {currency} less in 30 days",
)
