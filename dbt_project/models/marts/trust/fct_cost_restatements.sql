{{ config(materialized='view') }}

with changes as (
    select * from {{ ref('int_costs__changed') }}
),

restatements as (
    select
        source_name,
        billing_period,
        change_number,
        change_kind,
        from_delivery_id,
        to_delivery_id,
        promoted_at,
        changed_at,
        loaded_at,
        charge_date,
        billing_currency,
        service_provider_name,
        billing_account_id,
        sub_account_id,
        service_name,
        old_billed_cost,
        new_billed_cost,
        cast(new_billed_cost - old_billed_cost as {{ money_type() }}) as billed_cost_difference,
        old_effective_cost,
        new_effective_cost,
        cast(new_effective_cost - old_effective_cost as {{ money_type() }}) as effective_cost_difference,
        old_list_cost,
        new_list_cost,
        cast(new_list_cost - old_list_cost as {{ money_type() }}) as list_cost_difference,
        old_contracted_cost,
        new_contracted_cost,
        cast(new_contracted_cost - old_contracted_cost as {{ money_type() }}) as contracted_cost_difference
    from changes
    where
        change_kind <> 'first'
        and (
            new_billed_cost <> old_billed_cost
            or new_effective_cost <> old_effective_cost
            or new_list_cost <> old_list_cost
            or new_contracted_cost <> old_contracted_cost
        )
)

select * from restatements
