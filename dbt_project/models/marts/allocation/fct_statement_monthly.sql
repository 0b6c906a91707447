-- noqa: disable=layout.indent
{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    dist='even',
    sort=['billing_period', 'source_name'],
    post_hook="{{ record_loaded_snapshots('fct_cost_allocated_daily') }}"
) }}

with allocated as (
    select * from {{ ref('fct_cost_allocated_daily') }}
    where {{ changed_periods_filter() }}
),

reconciliation as (
    select
        source_name,
        billing_period,
        billing_currency,
        min(case when is_reconciled then 1 else 0 end) as is_reconciled
    from {{ ref('fct_reconciliation') }}
    where {{ changed_periods_filter() }}
    group by 1, 2, 3
),

statements as (
    select
        source_name,
        billing_period,
        billing_currency,
        team
        {%- for measure in ['billed_cost', 'effective_cost'] %},
        sum(case when allocation_kind = 'direct' and charge_category <> 'Credit' then {{ measure }} else 0 end)
            as direct_{{ measure }},
        sum(case when allocation_kind = 'direct' and charge_category = 'Credit' then {{ measure }} else 0 end)
            as credit_{{ measure }},
        sum(case when allocation_kind = 'shared in' and allocation_dimension = 'team' then {{ measure }} else 0 end)
            as shared_in_{{ measure }},
        sum(case when allocation_kind = 'shared out' and allocation_dimension = 'team' then {{ measure }} else 0 end)
            as shared_out_{{ measure }}
        {%- endfor %}
        {%- for measure in cost_measures() %},
        sum({{ measure }}) as {{ measure }}
        {%- endfor %}
    from allocated
    group by 1, 2, 3, 4
)

select
    statements.source_name,
    statements.billing_period,
    statements.billing_currency,
    statements.team
    {%- for measure in ['billed_cost', 'effective_cost'] %}
    {%- for part in ['direct', 'credit', 'shared_in', 'shared_out'] %},
    cast(statements.{{ part }}_{{ measure }} as {{ money_type() }}) as {{ part }}_{{ measure }}
    {%- endfor %}
    {%- endfor %}
    {%- for measure in cost_measures() %},
    cast(statements.{{ measure }} as {{ money_type() }}) as {{ measure }}
    {%- endfor %},
    coalesce(reconciliation.is_reconciled, 0) = 1 as is_reconciled
from statements
left join reconciliation
    on
        statements.source_name = reconciliation.source_name
        and statements.billing_period = reconciliation.billing_period
        and statements.billing_currency = reconciliation.billing_currency
