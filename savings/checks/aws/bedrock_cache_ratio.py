"""Model input that is paid in full and hardly ever read from the cache."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

BEDROCK_CACHE_RATIO = BillCheck(
    name="bedrock_cache_ratio",
    title="Model input without prompt caching",
    clouds=("aws",),
    rule="Input tokens of a Bedrock model that can cache prompts (Claude from 3.5, Nova) cost at least 100 in 30 days, "
    "and less than 10 % of all its input tokens were read from the cache. Where the bill names inference profiles, "
    "each is judged by itself, for a prompt is cached by who sends it.",
    why="What stands at the beginning of every prompt costs a tenth when it is read from the cache.",
    next_step="Put the part that is the same in every call first and mark it with a cache point; watch the tokens read "
    "from the cache.",
    saving_basis="Not known: the bill does not say how much of the input is the same in every call.",
    lever="none",
    component="requests",
    effort="medium",
    risk_class="none",
    confidence="low",
    links=("https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html",),
    parameters=(
        Parameter("min_cost", Decimal(100), "In the bill's currency; less is not worth changing prompts for."),
        Parameter("max_share", Decimal("0.1"), "Read from the cache, of all input tokens."),
    ),
    evidence="""
with tokens as (
    select
        *,
        regexp_extract(usage_type, '((Claude|Nova)[A-Za-z0-9.]*)-', 1) as model,
        regexp_matches(usage_type, '-cache-read-input-token-count') as is_read
    from usage_30d
    where cloud = 'aws'
        -- batch input cannot be cached; what is written to the cache is not input that could be
        and regexp_matches(usage_type, '(Claude(3\\.[5-9]|[4-9])|Nova)[A-Za-z0-9.]*-')
        and regexp_matches(usage_type, '-(input-tokens|cache-read-input-token-count)$')
),
models as (
    select
        source_name, cloud, account_id, region, resource_id, currency, model, consumed_unit,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        coalesce(sum(monthly_cost) filter (not is_read), 0) as input_cost,
        coalesce(sum(consumed_quantity) filter (not is_read), 0) as input_tokens,
        coalesce(sum(consumed_quantity) filter (is_read), 0) as cached_tokens
    from tokens
    group by all
    having input_cost >= $min_cost and cached_tokens < (input_tokens + cached_tokens) * $max_share
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    string_agg(distinct model, ', ' order by model) as models,
    100 * cast(sum(cached_tokens) as double) / cast(sum(input_tokens + cached_tokens) as double) as cached_percent,
    sum(input_cost) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving
from models
group by source_name, cloud, account_id, region, resource_id, currency
""",
    reason="{account_id} pays {monthly_cost} {currency} in 30 days for input of {models} in {region}; {cached_percent} "
    "% of it was read from the cache",
)
