{#-
    What a scope can ask of a charge: field -> the columns of fct_cost_daily that it may be found in. As core/scope.py has
    it, which a test compares.
-#}
{% macro scope_fields() %}
    {{ return({
        'source': ['source_name'],
        'provider': ['service_provider_name'],
        'billing_account': ['billing_account_id'],
        'account': ['sub_account_id', 'sub_account_name'],
        'service': ['service_name'],
        'service_category': ['service_category'],
        'category': ['service_category'],
        'region': ['region_id'],
        'usage_type': ['x_usage_type'],
        'charge_category': ['charge_category'],
        'currency': ['billing_currency'],
        'team': ['x_team'],
        'environment': ['x_environment'],
        'product': ['x_product'],
        'cost_center': ['x_cost_center']
    }) }}
{% endmacro %}
