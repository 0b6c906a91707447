"""Traffic through NAT gateways that gateway endpoints might carry for nothing."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

NAT_PROCESSING = BillCheck(
    name="nat_processing",
    title="Much traffic through NAT gateways beside S3 or DynamoDB",
    clouds=("aws",),
    rule="What NAT gateways process in an account's region costs at least 10 in 30 days and a fifth of its network, "
    "and the account uses S3 or DynamoDB there.",
    why="Traffic to S3 and DynamoDB in the same region costs nothing through a gateway endpoint, and a fee per GB "
    "through a NAT gateway.",
    next_step="See whether the route tables have gateway endpoints for S3 and DynamoDB; add them where they are "
    "missing.",
    saving_basis="Not known: the bill does not say where the traffic goes to.",
    lever="none",
    component="transfer",
    effort="low",
    risk_class="none",
    confidence="low",
    links=("https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",),
    parameters=(
        Parameter("min_share", Decimal("0.2"), "A fifth of the network's cost: more than packages and logs come to."),
        Parameter("min_monthly_cost", Decimal(10), "Some 200 GB at list price; less is not worth a look."),
    ),
    evidence=r"""
with scopes as (
    select
        source_name, cloud, account_id, region, currency,
        max(billing_period) as billing_period,
        sum(case when regexp_matches(usage_type, '(^|-)NatGateway-.*Bytes$') then monthly_cost else 0 end)
            as monthly_cost,
        sum(case when regexp_matches(usage_type, '(^|-)NatGateway-.*Bytes$') then monthly_quantity else 0 end)
            as processed_gb,
        sum(
            case
                when regexp_matches(
                    usage_type,
                    '(^|-)(NatGateway|DataTransfer|VpcEndpoint|TransitGateway|VPN|LoadBalancerUsage|LCUUsage|PublicIPv4)'
                ) then monthly_cost
                else 0
            end
        ) as network_cost,
        sum(
            case
                when service_code in ('AmazonS3', 'AmazonDynamoDB')
                    or service_name ilike '%Simple Storage Service%'
                    or service_name ilike '%DynamoDB%' then monthly_cost
                else 0
            end
        ) as s3_and_dynamodb_cost
    from usage_30d
    where cloud = 'aws'
    group by all
)
select
    *,
    null as resource_id,
    cast(null as decimal(38, 12)) as monthly_saving
from scopes
where monthly_cost >= $min_monthly_cost
    and monthly_cost >= network_cost * cast($min_share as decimal(18, 6))
    and s3_and_dynamodb_cost > 0
""",
    reason="NAT gateways of {account_id} in {region} process {processed_gb} GB for {monthly_cost} {currency} in 30 "
    "days, of a network of {network_cost}; what of it goes to S3 or DynamoDB could cost nothing",
)
