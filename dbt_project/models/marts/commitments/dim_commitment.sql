with monthly as (
    select * from {{ ref('fct_commitment_utilization') }}
),

spans as (
    select
        service_provider_name,
        commitment_discount_id,
        max(exported_start_at) as exported_start_at,
        max(exported_end_at) as exported_end_at,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from monthly
    group by 1, 2
),

-- what the newest month states of it
described as (
    select
        service_provider_name,
        commitment_discount_id,
        billing_currency,
        billing_account_id,
        commitment_discount_name,
        commitment_discount_category,
        commitment_discount_type,
        commitment_discount_unit,
        billing_period,
        utilization_rate,
        row_number() over (
            partition by service_provider_name, commitment_discount_id
            order by billing_period desc, source_name asc, billing_currency asc
        ) as newness
    from monthly
),

terms as (
    select
        service_provider_name,
        commitment_discount_id,
        max(commitment_term) as commitment_term,
        max(payment_option) as payment_option
    from monthly
    group by 1, 2
)

select
    spans.service_provider_name,
    spans.commitment_discount_id,
    described.commitment_discount_name,
    described.commitment_discount_category,
    described.commitment_discount_type,
    described.commitment_discount_unit,
    described.billing_account_id,
    described.billing_currency,
    terms.commitment_term,
    terms.payment_option,
    cast(coalesce(spans.exported_start_at, spans.first_seen_at) as date) as start_date,
    cast(coalesce(spans.exported_end_at, spans.last_seen_at) as date) as end_date,
    case when spans.exported_start_at is not null then 'export' else 'first seen' end as start_date_source,
    case when spans.exported_end_at is not null then 'export' else 'last seen' end as end_date_source,
    cast(spans.first_seen_at as date) as first_seen_date,
    cast(spans.last_seen_at as date) as last_seen_date,
    described.billing_period as last_billing_period,
    described.utilization_rate as last_utilization_rate
from spans
inner join described
    on
        spans.service_provider_name = described.service_provider_name
        and spans.commitment_discount_id = described.commitment_discount_id
        and described.newness = 1
inner join terms
    on
        spans.service_provider_name = terms.service_provider_name
        and spans.commitment_discount_id = terms.commitment_discount_id
