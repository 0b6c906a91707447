{#-
    What the reconciliation compares with the FOCUS table, in the order of the chain. A mart that holds every charge's
    cost and is replaced by period joins by its name; one without `billing_account_id` is compared per period only.
-#}
{% macro reconciled_marts() %}
    {{ return(['fct_cost_daily', 'int_costs__monthly', 'fct_cost_monthly']) }}
{% endmacro %}

{#- Marts that do not distinguish accounts. -#}
{% macro has_accounts(model_name) %}
    {{ return(model_name not in ['fct_cost_monthly']) }}
{% endmacro %}


{#-
    Billed cost per billing account straight from the exported rows: raw table -> (account, currency, amount, rows that
    are billed). The same native fields as in the staging model, but nothing else of it: no categories, no commitments.
-#}
{% macro exported_bills() %}
    {%- set aws = {
        'account': 'coalesce(bill_payer_account_id, line_item_usage_account_id)',
        'currency': 'line_item_currency_code',
        'amount': 'coalesce(line_item_net_unblended_cost, line_item_unblended_cost, 0)',
        'condition': '1 = 1',
    } -%}
    {{ return({
        'aws_cur': aws,
        'aws_cur2': aws,
        'azure_cost_details': {
            'account': 'coalesce(billing_profile_id, billing_account_id, subscription_id)',
            'currency': 'billing_currency',
            'amount': 'coalesce(cost, 0)',
            'condition': "dataset <> 'amortised'",
        },
        'gcp_billing': {
            'account': 'billing_account_id',
            'currency': 'currency',
            'amount': 'coalesce(cost, 0) + coalesce(credits_commitment, 0) + coalesce(credits_negotiated, 0)'
                ~ ' + coalesce(credits_free_tier, 0) + coalesce(credits_promotion, 0)',
            'condition': '1 = 1',
        },
        'focus': {
            'account': 'billing_account_id',
            'currency': 'billing_currency',
            'amount': 'billed_cost',
            'condition': '1 = 1',
        },
    }) }}
{% endmacro %}
