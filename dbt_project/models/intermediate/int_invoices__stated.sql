{{ config(materialized='table') }}

with configured as (
    select
        statement_number as statement_key,
        statement_number,
        'invoices file' as stated_by,
        source_name,
        billing_period,
        billing_account_id,
        invoice_issuer_name,
        invoice_id,
        billing_currency,
        cast(null as {{ text_type() }}) as invoice_issue_status,
        invoiced_amount,
        tolerance
    from {{ source('settings', 'invoices') }}
),

-- lines that were voided are owed no more; an invoice with a provisional line is provisional
exported as (
    select
        source_name,
        billing_period,
        billing_account_id,
        invoice_issuer_name,
        invoice_id,
        billing_currency,
        case
            when sum(case when invoice_issue_status <> 'Voided' then 1 else 0 end) = 0 then 'Voided'
            when sum(case when invoice_issue_status = 'Open' then 1 else 0 end) > 0 then 'Open'
            else 'Issued'
        end as invoice_issue_status,
        cast(sum(case when invoice_issue_status <> 'Voided' then billed_cost else 0 end) as {{ money_type() }})
            as invoiced_amount
    from {{ ref('stg_focus__invoice_details') }}
    group by 1, 2, 3, 4, 5, 6
),

numbered as (
    select
        exported.*,
        cast(-row_number() over (
            order by
                exported.source_name, exported.billing_period, exported.billing_account_id,
                exported.invoice_issuer_name, exported.invoice_id, exported.billing_currency
        ) as integer) as statement_key,
        cast(null as integer) as statement_number,
        'export' as stated_by,
        invoice_settings.tolerance
    from exported
    cross join {{ source('settings', 'invoice_settings') }} as invoice_settings
)

select
    statement_key,
    statement_number,
    stated_by,
    source_name,
    billing_period,
    billing_account_id,
    invoice_issuer_name,
    invoice_id,
    billing_currency,
    invoice_issue_status,
    invoiced_amount,
    tolerance
from configured
union all
select
    statement_key,
    statement_number,
    stated_by,
    source_name,
    billing_period,
    billing_account_id,
    invoice_issuer_name,
    invoice_id,
    billing_currency,
    invoice_issue_status,
    invoiced_amount,
    tolerance
from numbered
