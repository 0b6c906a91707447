"""Traffic to the internet that a content delivery network might carry for less."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

INTERNET_VS_CDN = BillCheck(
    name="internet_vs_cdn",
    title="Much traffic to the internet without CloudFront",
    clouds=("aws",),
    rule="A machine, load balancer or bucket sends to the internet for at least 50 in 30 days.",
    why="Traffic from AWS to CloudFront costs nothing, and from CloudFront to the internet less; what is cached is not "
    "even fetched.",
    next_step="Put CloudFront before what many readers get alike (downloads, images, pages), and ask for committed "
    "prices from 10 TB a month on.",
    saving_basis="Not known: it depends on what can be cached and on CloudFront's price for the readers' regions.",
    lever="none",
    component="transfer",
    effort="medium",
    risk_class="none",
    confidence="low",
    links=("https://aws.amazon.com/cloudfront/pricing/",),
    parameters=(
        Parameter("min_monthly_cost", Decimal(50), "Some 550 GB at list price; CloudFront's first TB is free."),
    ),
    evidence=r"""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    max(resource_name) as resource_name,
    sum(monthly_cost) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    sum(monthly_quantity) as sent_gb
from usage_30d
where cloud = 'aws'
    and resource_id is not null
    and regexp_matches(usage_type, '^([A-Z0-9]+-)?DataTransfer-Out-Bytes$')
    and regexp_matches(
        concat_ws(' ', service_code, service_name),
        'AmazonEC2|Elastic Compute Cloud|AWSELB|Elastic Load Balancing|AmazonS3|Simple Storage Service|AWSDataTransfer'
    )
group by all
having sum(monthly_cost) >= $min_monthly_cost and min(meter_last_days_ago) <= 2
""",
    reason="{resource_id} sends {sent_gb} GB to the internet for {monthly_cost} {currency} in 30 days",
)
