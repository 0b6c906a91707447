"""Vaults of the old Glacier service, which S3 keeps for less."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

VAULT_TO_DEEP_ARCHIVE = BillCheck(
    name="vault_to_deep_archive",
    title="Glacier vaults that cost less as S3 Glacier Deep Archive",
    clouds=("aws",),
    rule="A vault of the service Amazon Glacier (not a storage class of S3) costs something.",
    why="A GB in Deep Archive costs between a quarter and a half of one in a vault.",
    next_step="Copy what must be kept to S3 with class Deep Archive, then delete the vault. Reading it all has a price "
    "and takes hours.",
    saving_basis="Its effective cost of storage less that of the same in Deep Archive: what the customer pays for it "
    "in the region, or the share that list prices have (seed_deep_archive_ratio, 44.4 % elsewhere). The copying and "
    "the least time of 180 days are not counted.",
    lever="migrate",
    component="storage",
    effort="high",
    risk_class="compensable",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/amazonglacier/latest/dev/introduction.html",
        "https://aws.amazon.com/s3/pricing/",
    ),
    parameters=(
        Parameter("price_ratio", Decimal("0.444"), "Deep Archive to Glacier where the seed has no other (CUDOS v5)."),
    ),
    seeds=("deep_archive_ratio",),
    evidence=r"""
with own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as archive_price
    from usage_30d
    where cloud = 'aws' and regexp_matches(usage_type, '(^|-)TimedStorage-GDA-ByteHrs$') and cost > 0
    group by all
),
vaults as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(monthly_quantity) as gb_months,
        sum(stored) as stored_gb
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and (service_code = 'AmazonGlacier' or service_name in ('Amazon Glacier', 'Amazon S3 Glacier'))
        and regexp_matches(usage_type, '(^|-)TimedStorage-ByteHrs$')
    group by all
    having sum(monthly_cost) > 0 and min(meter_last_days_ago) <= 2
),
priced as (
    select
        vaults.* exclude (gb_months),
        own_prices.archive_price is not null as is_own_price,
        monthly_cost - coalesce(
            share(gb_months, own_prices.archive_price),
            share(monthly_cost, coalesce(seed_deep_archive_ratio.ratio, $price_ratio))
        ) as monthly_saving
    from vaults
    left join own_prices using (source_name, region, currency)
    left join seed_deep_archive_ratio using (region)
)
select * from priced where monthly_saving > 0
""",
    reason="Vault {resource_id} keeps {stored_gb} GB for {monthly_cost} {currency} in 30 days; S3 Glacier Deep Archive "
    "does for {monthly_saving} less",
)
