"""DynamoDB tables that keep much and are read little."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

TABLE_CLASS_IA = BillCheck(
    name="table_class_ia",
    title="DynamoDB tables for the infrequent access class",
    clouds=("aws",),
    rule="A table of the Standard class saves more on 60 % cheaper storage than its reads and writes cost more at "
    "125 %. Tables with reserved capacity are left out: the infrequent access class takes none.",
    why="In the Standard-IA class storage costs 60 % less, and throughput a quarter more.",
    next_step="Change the table's class; it stays in use. It can be changed twice in 30 days.",
    saving_basis="60 % of the effective cost of its storage less 25 % of that of its reads and writes, of 30 days.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.TableClasses.html",
        "https://aws.amazon.com/dynamodb/pricing/",
    ),
    parameters=(
        Parameter("storage_saved", Decimal("0.6"), "0.10 to 0.25 USD per GB-month (DynamoDB pricing, CUDOS v5)."),
        Parameter("throughput_added", Decimal("0.25"), "0.155 to 0.125 USD a million reads, about (DynamoDB pricing)."),
    ),
    evidence=r"""
with tables as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when usage_type like '%TimedStorage-ByteHrs' then monthly_cost else 0 end) as monthly_cost,
        sum(case when usage_type like '%TimedStorage-ByteHrs' then stored else 0 end) as stored_gb,
        sum(case when regexp_matches(usage_type, '(CapacityUnit-Hrs|RequestUnits)$') then monthly_cost else 0 end)
            as throughput_cost
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and (service_code = 'AmazonDynamoDB' or service_name ilike '%DynamoDB%')
    group by all
    having not bool_or(regexp_matches(usage_type, '(^|-)IA-') and meter_last_days_ago <= 2)
        and not bool_or(
            coalesce(pricing_category = 'Committed' and commitment_discount_type is distinct from 'Savings Plan', false)
        )
),
priced as (
    select
        *,
        share(monthly_cost, $storage_saved) - share(throughput_cost, $throughput_added) as monthly_saving
    from tables
)
select * from priced where monthly_saving > 0
""",
    reason="{resource_id} keeps {stored_gb} GB for {monthly_cost} {currency} in 30 days and is read and written for "
    "{throughput_cost}; the infrequent access class saves {monthly_saving}",
)
