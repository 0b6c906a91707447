with numbered as (
    select
        stated.*,
        row_number() over (
            partition by stated.source_name, stated.contract_commitment_id
            order by stated.delivered_with_period desc, stated.contract_commitment_last_updated_at desc nulls last
        ) as newest_rank
    from {{ ref('stg_focus__contract_commitments') }} as stated
)

select
    source_name,
    contract_id,
    contract_period_start,
    contract_period_end,
    contract_commitment_id,
    contract_commitment_type,
    contract_commitment_category,
    contract_commitment_description,
    contract_commitment_lifecycle_status,
    contract_commitment_period_start,
    contract_commitment_period_end,
    contract_commitment_cost,
    billing_currency,
    contract_commitment_quantity,
    contract_commitment_unit,
    pricing_currency,
    pricing_currency_contract_commitment_cost,
    contract_commitment_model,
    contract_commitment_benefit_category,
    contract_commitment_discount_percentage,
    contract_commitment_offer_category,
    contract_commitment_duration_type,
    contract_commitment_fulfillment_interval,
    contract_commitment_payment_model,
    contract_commitment_payment_interval,
    contract_commitment_payment_upfront_percentage,
    contract_commitment_applicability,
    service_provider_name,
    invoice_issuer_name,
    contract_commitment_created_at,
    contract_commitment_last_updated_at,
    delivered_with_period
from numbered
where newest_rank = 1
