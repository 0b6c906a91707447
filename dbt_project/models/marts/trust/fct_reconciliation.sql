-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('fct_cost_monthly') }}",
    meta={'settings': ['invoices', 'invoice_settings']}
) }}

{% set measures = ['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost'] %}
{% set key = [
    'account_level', 'source_name', 'billing_period', 'billing_account_id', 'sub_account_id', 'billing_currency',
    'measure'
] %}
{% set no_account = 'cast(null as ' ~ text_type() ~ ')' %}
{% set stages = {
    'staging': [
        ref('int_aws__focus'), ref('int_azure__focus'), ref('int_gcp__focus'), ref('int_focus__mapped')
    ],
    'int_focus__unioned': [ref('int_focus__unioned')],
} %}
{% for mart in reconciled_marts() %}
    {% do stages.update({mart: [ref(mart)]}) %}
{% endfor %}

with stage_sums as (
    {% for stage, relations in stages.items() %}
    {% for relation in relations %}
    select
        '{{ stage }}' as stage,
        charges.source_name,
        charges.billing_period,
        {{ 'charges.billing_account_id' if has_accounts(stage) else no_account }} as billing_account_id,
        {{ 'charges.sub_account_id' if has_accounts(stage) else no_account }} as sub_account_id,
        charges.billing_currency
        {%- for measure in measures %},
        sum(charges.{{ measure }}) as {{ measure }}
        {%- endfor %}
    from {{ relation }} as charges
    where {{ changed_periods_filter('charges') }}
    group by 1, 2, 3, 4, 5, 6
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

account_levels as (
    select 'period' as account_level
    union all
    select 'billing_account' as account_level
    union all
    select 'sub_account' as account_level
),

measures as (
    {% for measure in measures %}
    select '{{ measure }}' as measure
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what each billing account was billed, read from the exported rows by nothing but their own cost
exported_bills as (
    {% for table, bill in exported_bills().items() %}
    select
        source_name,
        billing_period,
        {{ bill.account }} as billing_account_id,
        {{ bill.currency }} as billing_currency,
        sum({{ bill.amount }}) as billed_cost
    from {{ source('raw', table) }}
    where {{ changed_periods_filter() }} and {{ bill.condition }}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

totals as (
    select
        stage_sums.stage,
        account_levels.account_level,
        stage_sums.source_name,
        stage_sums.billing_period,
        case when account_levels.account_level <> 'period' then stage_sums.billing_account_id end as billing_account_id,
        case when account_levels.account_level = 'sub_account' then stage_sums.sub_account_id end as sub_account_id,
        stage_sums.billing_currency,
        measures.measure,
        case measures.measure
            {%- for measure in measures %}
            when '{{ measure }}' then stage_sums.{{ measure }}
            {%- endfor %}
        end as total,
        cast(null as numeric(38, 30)) as rounding_remainder
    from stage_sums
    cross join account_levels
    cross join measures
    where
        account_levels.account_level = 'period'
        or stage_sums.stage in (
            {%- for stage in stages if has_accounts(stage) %}
            '{{ stage }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    union all
    select
        'file' as stage,
        'billing_account' as account_level,
        source_name,
        billing_period,
        billing_account_id,
        cast(null as {{ text_type() }}) as sub_account_id,
        billing_currency,
        'billed_cost' as measure,
        billed_cost as total,
        cast(null as numeric(38, 30)) as rounding_remainder
    from exported_bills
    union all
    -- what the files themselves say; an Azure export states one measure only
    select
        'file' as stage,
        'period' as account_level,
        control_totals.source_name,
        control_totals.billing_period,
        cast(null as {{ text_type() }}) as billing_account_id,
        cast(null as {{ text_type() }}) as sub_account_id,
        control_totals.billing_currency,
        control_totals.measure,
        control_totals.file_total as total,
        control_totals.rounding_remainder
    from {{ source('raw', 'control_totals') }} as control_totals
    inner join {{ source('raw', 'current_snapshots') }} as snapshots
        on
            control_totals.source_name = snapshots.source_name
            and control_totals.billing_period = snapshots.billing_period
            and control_totals.dataset = snapshots.dataset
            and control_totals.delivery_id = snapshots.delivery_id
    where {{ changed_periods_filter('control_totals') }}
),

chain as (
    select
        {{ key | join(', ') }},
        cast(sum(rounding_remainder) as numeric(38, 30)) as rounding_remainder,
        cast(sum(case when stage = 'file' then total end) as {{ money_type() }}) as file_total
        {%- for stage in stages %},
        cast(coalesce(sum(case when stage = '{{ stage }}' then total end), 0) as {{ money_type() }})
            as {{ stage }}_total
        {%- endfor %}
    from totals
    group by {{ range(1, (key | length) + 1) | join(', ') }}
),

compared as (
    select
        *,
        trim(
            {%- for mart in reconciled_marts() %}
            case
                when {{ mart }}_total <> int_focus__unioned_total
                    {%- if not has_accounts(mart) %} and account_level = 'period' {%- endif %} then '{{ mart }} '
                else ''
            end
            {{ '||' if not loop.last }}
            {%- endfor %}
        ) as differing_marts,
        -- without any figure from the file nothing is proved
        count(case when account_level = 'period' then file_total end) over (
            partition by source_name, billing_period, billing_currency
        ) as file_total_count
    from chain
),

{{ match_invoices() }},

invoice_levels as (
    select
        account_levels.account_level,
        invoice_matches.source_name,
        invoice_matches.billing_period,
        case when account_levels.account_level = 'billing_account' then invoice_matches.billing_account_id end
            as billing_account_id,
        invoice_matches.billing_currency,
        invoice_matches.stated_by,
        invoice_matches.statement_key,
        max(invoice_matches.invoiced_amount) as invoiced_amount,
        max(invoice_statements.is_differing) as is_differing,
        count(*) as matched_count,
        -- an invoice over several periods or accounts states nothing of one of them
        case when count(*) < max(invoice_statements.billed_invoice_count) then 1 else 0 end as is_spanning
    from invoice_matches
    inner join invoice_statements on invoice_matches.statement_key = invoice_statements.statement_key
    cross join account_levels
    where account_levels.account_level <> 'sub_account' and invoice_matches.is_provisional = 0
    group by 1, 2, 3, 4, 5, 6, 7
),

invoiced as (
    select
        account_level,
        source_name,
        billing_period,
        billing_account_id,
        billing_currency,
        stated_by,
        sum(invoiced_amount) as invoiced_amount,
        max(is_differing) as is_differing,
        sum(matched_count) as matched_count,
        max(is_spanning) as is_spanning
    from invoice_levels
    group by 1, 2, 3, 4, 5, 6
),

billed as (
    select
        account_levels.account_level,
        billed_invoices.source_name,
        billed_invoices.billing_period,
        case when account_levels.account_level = 'billing_account' then billed_invoices.billing_account_id end
            as billing_account_id,
        billed_invoices.billing_currency,
        count(*) as invoice_count
    from {{ ref('int_invoices__billed') }} as billed_invoices
    cross join account_levels
    where account_levels.account_level <> 'sub_account'
    group by 1, 2, 3, 4, 5
),

-- known where every charge belongs to exactly one invoice that the file states, or else that the export states
known as (
    select
        invoiced.account_level,
        invoiced.source_name,
        invoiced.billing_period,
        invoiced.billing_account_id,
        invoiced.billing_currency,
        max(invoiced.is_differing) as is_differing,
        coalesce(
            max(
                case
                    when
                        invoiced.stated_by = 'invoices file'
                        and invoiced.matched_count = billed.invoice_count and invoiced.is_spanning = 0
                        then invoiced.invoiced_amount
                end
            ),
            max(
                case
                    when
                        invoiced.stated_by = 'export'
                        and invoiced.matched_count = billed.invoice_count and invoiced.is_spanning = 0
                        then invoiced.invoiced_amount
                end
            )
        ) as invoice_total
    from invoiced
    inner join billed
        on
            invoiced.account_level = billed.account_level
            and invoiced.source_name = billed.source_name
            and invoiced.billing_period = billed.billing_period
            and coalesce(invoiced.billing_account_id, '') = coalesce(billed.billing_account_id, '')
            and invoiced.billing_currency = billed.billing_currency
    group by 1, 2, 3, 4, 5
),

judged as (
    select
        compared.account_level,
        compared.source_name,
        compared.billing_period,
        compared.billing_account_id,
        compared.sub_account_id,
        compared.billing_currency,
        compared.measure,
        compared.file_total,
        compared.rounding_remainder,
        compared.staging_total,
        compared.int_focus__unioned_total as focus_total,
        compared.fct_cost_daily_total as daily_total,
        case when compared.account_level = 'period' then compared.fct_cost_monthly_total end as monthly_total,
        nullif(compared.differing_marts, '') as differing_marts,
        cast(known.invoice_total as {{ money_type() }}) as invoice_total,
        cast(
            case
                when compared.account_level = 'period' then compared.fct_cost_monthly_total
                else compared.fct_cost_daily_total
            end
            - coalesce(compared.file_total, compared.staging_total) as {{ money_type() }}
        ) as variance,
        (
            compared.staging_total = compared.int_focus__unioned_total
            and compared.differing_marts = ''
            and coalesce(compared.file_total, compared.staging_total) = compared.staging_total
            and compared.file_total_count > 0
        ) as is_reconciled,
        coalesce(known.is_differing, 0) = 1 as is_invoice_differing
    from compared
    left join known
        on
            compared.measure = 'billed_cost'
            and compared.account_level = known.account_level
            and compared.source_name = known.source_name
            and compared.billing_period = known.billing_period
            and coalesce(compared.billing_account_id, '') = coalesce(known.billing_account_id, '')
            and compared.billing_currency = known.billing_currency
)

select
    account_level,
    source_name,
    billing_period,
    billing_account_id,
    sub_account_id,
    billing_currency,
    measure,
    file_total,
    rounding_remainder,
    staging_total,
    focus_total,
    daily_total,
    monthly_total,
    differing_marts,
    variance,
    invoice_total,
    cast(focus_total - invoice_total as {{ money_type() }}) as invoice_variance,
    is_reconciled,
    case
        when not is_reconciled then 'differs'
        when is_invoice_differing then 'invoice differs'
        when measure = 'billed_cost' and account_level <> 'sub_account' and invoice_total is null then 'no invoice'
        else 'reconciled'
    end as status
from judged
