{{ config(materialized='view') }}

with {{ match_invoices() }},

billed as (
    select * from {{ ref('int_invoices__billed') }}
),

-- every stated invoice, with what was billed for it
stated as (
    select
        statements.statement_number,
        statements.stated_by,
        statements.source_name,
        statements.billing_period,
        statements.billing_account_id,
        statements.invoice_issuer_name,
        statements.invoice_id,
        statements.invoice_issue_status,
        statements.billing_currency,
        cast(coalesce(invoice_statements.billed_cost, 0) as {{ money_type() }}) as billed_cost,
        statements.invoiced_amount,
        cast(coalesce(invoice_statements.billed_cost, 0) - statements.invoiced_amount as {{ money_type() }})
            as variance,
        case
            when statements.invoice_issue_status = 'Voided' then 'voided'
            when invoice_statements.statement_key is null then 'no charges'
            when statements.invoice_issue_status = 'Open' then 'open'
            when invoice_statements.is_differing = 1 then 'invoice differs'
            else 'reconciled'
        end as status
    from {{ ref('int_invoices__stated') }} as statements
    left join invoice_statements on statements.statement_key = invoice_statements.statement_key
),

-- and every billed one that nobody stated
unstated as (
    select
        cast(null as integer) as statement_number,
        cast(null as {{ text_type() }}) as stated_by,
        billed.source_name,
        billed.billing_period,
        billed.billing_account_id,
        billed.invoice_issuer_name,
        billed.invoice_id,
        cast(null as {{ text_type() }}) as invoice_issue_status,
        billed.billing_currency,
        billed.billed_cost,
        cast(null as {{ money_type() }}) as invoiced_amount,
        cast(null as {{ money_type() }}) as variance,
        'no invoice' as status
    from billed
    left join invoice_matches
        on
            billed.source_name = invoice_matches.source_name
            and billed.billing_period = invoice_matches.billing_period
            and billed.billing_account_id = invoice_matches.billing_account_id
            and billed.billing_currency = invoice_matches.billing_currency
            and coalesce(billed.invoice_issuer_name, '') = coalesce(invoice_matches.invoice_issuer_name, '')
            and coalesce(billed.invoice_id, '') = coalesce(invoice_matches.invoice_id, '')
    where invoice_matches.statement_key is null
)

select * from stated
union all
select * from unstated
