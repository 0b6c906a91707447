{#-
    CTEs that bring the stated invoices (`int_invoices__stated`) and the billed ones together. A statement counts for
    every billed invoice that agrees with all that it names: source, issuer, account, billing period, invoice id,
    currency. One that was voided counts for none, and a provisional one never differs.
    `invoice_matches`: one row per statement and billed invoice. `invoice_statements`: one row per statement, with what
    was billed and whether that differs by more than the statement's tolerance.
-#}
{% macro match_invoices() -%}
invoice_matches as (
    select
        stated.statement_key,
        stated.stated_by,
        stated.invoiced_amount,
        stated.tolerance,
        case when stated.invoice_issue_status = 'Open' then 1 else 0 end as is_provisional,
        billed.source_name,
        billed.billing_period,
        billed.billing_account_id,
        billed.invoice_issuer_name,
        billed.invoice_id,
        billed.billing_currency,
        billed.billed_cost
    from {{ ref('int_invoices__stated') }} as stated
    inner join {{ ref('int_invoices__billed') }} as billed
        on
            stated.billing_currency = billed.billing_currency
            and coalesce(stated.invoice_issue_status, 'Issued') <> 'Voided'
            and coalesce(stated.source_name, billed.source_name) = billed.source_name
            and coalesce(stated.billing_account_id, billed.billing_account_id) = billed.billing_account_id
            and coalesce(stated.billing_period, billed.billing_period) = billed.billing_period
            and (stated.invoice_issuer_name is null or stated.invoice_issuer_name = billed.invoice_issuer_name)
            and (stated.invoice_id is null or stated.invoice_id = billed.invoice_id)
),

invoice_statements as (
    select
        statement_key,
        cast(sum(billed_cost) as {{ money_type() }}) as billed_cost,
        count(*) as billed_invoice_count,
        case
            when max(is_provisional) = 0 and abs(sum(billed_cost) - max(invoiced_amount)) > max(tolerance) then 1
            else 0
        end as is_differing
    from invoice_matches
    group by statement_key
)
{%- endmacro %}
