"""Metrics that somebody reads from CloudWatch again and again."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

METRIC_API_CALLS = BillCheck(
    name="metric_api_calls",
    title="Metrics polled from CloudWatch",
    clouds=("aws",),
    rule="Reading metrics (GetMetricData and the other requests of CloudWatch) costs an account in a region at least "
    "10 in 30 days.",
    why="Monitoring tools poll every metric each few minutes, used or not, and each is paid.",
    next_step="Find the tool that polls (CloudTrail shows its role); poll fewer metrics less often, or let a metric "
    "stream send them.",
    saving_basis="Not known: the bill does not say which of the metrics anybody needs.",
    lever="none",
    component="requests",
    effort="medium",
    risk_class="none",
    confidence="low",
    links=(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Metric-Streams.html",
    ),
    parameters=(
        Parameter("min_monthly_cost", Decimal(10), "A million metrics read at list price; less is a dashboard."),
    ),
    evidence=r"""
select
    source_name, cloud, account_id, region, null as resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    sum(monthly_quantity) as requests
from usage_30d
where cloud = 'aws' and regexp_matches(usage_type, '(^|-)CW:(GMD-Metrics|Requests)$')
group by all
having sum(monthly_cost) >= $min_monthly_cost and min(meter_last_days_ago) <= 2
""",
    reason="{account_id} pays {monthly_cost} {currency} in 30 days for {requests} reads of metrics in {region}",
)
