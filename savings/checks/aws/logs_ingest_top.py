"""Log groups whose writing is a notable part of an account's cost."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

LOGS_INGEST_TOP = BillCheck(
    name="logs_ingest_top",
    title="Log groups that are dear to write",
    clouds=("aws",),
    rule="What is written to one log group of CloudWatch Logs in the Standard class costs at least 1 % of what its "
    "account costs in 30 days, and is billed on at least 7 days.",
    why="Written logs are the dearest part of CloudWatch Logs; in the Infrequent Access class they cost half.",
    next_step="Write fewer lines (debug output, access logs), or write to a new log group of the Infrequent Access "
    "class where no metric filter or subscription needs them; the class of a log group cannot be changed.",
    saving_basis="Its effective cost of written logs less the price of the same in Infrequent Access: what the "
    "customer pays for it in the region, or half.",
    lever="migrate",
    component="requests",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html",
        "https://aws.amazon.com/cloudwatch/pricing/",
    ),
    parameters=(
        Parameter("min_share", Decimal("0.01"), "A hundredth of an account's cost is worth a look at what is written."),
        Parameter("min_days", 7, "Billed days: thirty times a single one is no month."),
        Parameter("price_ratio", Decimal("0.5"), "0.25 to 0.50 USD per GB written (CloudWatch pricing)."),
    ),
    evidence=r"""
with accounts as (
    select source_name, account_id, currency, sum(monthly_cost) as account_cost
    from usage_30d
    where cloud = 'aws'
    group by all
),
own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as ia_price
    from usage_30d
    where cloud = 'aws' and regexp_matches(usage_type, '(^|-)DataProcessingIA-Bytes$') and cost > 0
    group by all
),
written as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(monthly_quantity) as written_gb
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and (service_code = 'AmazonCloudWatch' or service_name ilike '%CloudWatch%')
        and regexp_matches(usage_type, '(^|-)DataProcessing-Bytes$')
    group by all
    having min(meter_last_days_ago) <= 2 and max(billed_days) >= $min_days
),
priced as (
    select
        written.*,
        accounts.account_cost,
        monthly_cost - coalesce(share(written_gb, own_prices.ia_price), share(monthly_cost, $price_ratio))
            as monthly_saving
    from written
    inner join accounts
        on written.source_name = accounts.source_name
        and written.account_id is not distinct from accounts.account_id
        and written.currency = accounts.currency
    left join own_prices
        on written.source_name = own_prices.source_name
        and written.region is not distinct from own_prices.region
        and written.currency = own_prices.currency
    where monthly_cost >= account_cost * cast($min_share as decimal(18, 6))
)
select * from priced where monthly_saving > 0
""",
    reason="{written_gb} GB were written to {resource_id} in 30 days for {monthly_cost} {currency}; in the Infrequent "
    "Access class they cost {monthly_saving} less",
)
