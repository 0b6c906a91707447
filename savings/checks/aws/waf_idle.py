"""Web ACLs that no request has passed."""

from savings.check import BillCheck, Parameter

WAF_IDLE = BillCheck(
    name="waf_idle",
    title="Web ACLs that see no request",
    clouds=("aws",),
    rule="A web ACL of AWS WAF that is billed for at least 30 days, its monthly fee or that of its rules, and no "
    "request. What Shield protects is left out, and so is an account whose requests the bill does not put to ACLs.",
    why="A web ACL and each of its rules cost a monthly fee also where nothing is attached.",
    next_step="See that nothing is attached to it, keep its JSON, and delete it.",
    saving_basis="The effective cost of its fees, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://aws.amazon.com/waf/pricing/",),
    parameters=(Parameter("min_days", 30, "A month, so that what is called on the first of it counts as used."),),
    evidence=r"""
with meters as (
    select
        *,
        -- what Shield Advanced protects pays neither fees nor requests of its own
        regexp_matches(usage_type, '(^|-)Request|ShieldProtected') as is_request
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and days_ago < 30
        and (service_code ilike 'awswaf%' or service_name in ('AWS WAF', 'awswaf'))
),
acls as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        max(case when is_request then null else days_ago end) + 1 as days_seen,
        min(case when is_request then null else days_ago end) as last_days_ago,
        sum(case when is_request then 0 else cost end) as cost,
        sum(case when is_request then abs(quantity) else 0 end) as requests
    from meters
    group by all
),
judged as (
    select
        *,
        sum(case when resource_id is null then requests else 0 end)
            over (partition by source_name, account_id, region) as requests_of_none
    from acls
)
select
    * exclude (last_days_ago, cost, requests, requests_of_none),
    in_a_month(cost, false, 30, 30) as monthly_cost,
    in_a_month(cost, false, 30, 30) as monthly_saving
from judged
where resource_id is not null
    and requests = 0
    and requests_of_none = 0
    and days_seen >= $min_days
    and last_days_ago <= 2
    and cost > 0
""",
    reason="Web ACL {resource_id} has been billed for {days_seen} days without a request; it costs {monthly_cost} "
    "{currency} in 30 days",
)
