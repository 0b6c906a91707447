with native as (
    select * from {{ source('raw', 'focus_invoice_detail') }}
)

select
    source_name,
    billing_period,
    delivery_id,
    source_file,
    invoice_issuer_name,
    invoice_id,
    invoice_detail_id,
    reference_invoice_id,
    case lower(invoice_issue_status) when 'open' then 'Open' when 'voided' then 'Voided' else 'Issued' end
        as invoice_issue_status,
    invoice_issue_date as invoice_issued_at,
    billing_account_id,
    billing_currency,
    charge_category,
    billed_cost,
    payment_currency,
    payment_currency_billed_cost,
    payment_due_date as payment_due_at,
    payment_terms,
    purchase_order_number,
    invoice_detail_description
from native
