{#-
    The columns of the one FOCUS table, in order, as name -> type: those of FOCUS 1.2 to 1.4, the natives kept beside
    them (`x_`), and the snapshot a row came with.
-#}
{% macro focus_columns() %}
    {%- set text, money = text_type() | trim, money_type() | trim -%}
    {{ return({
        'source_name': text,
        'billing_period': 'date',
        'dataset': text,
        'delivery_id': text,
        'source_file': text,
        'allocated_method_details': text,
        'allocated_method_id': text,
        'allocated_resource_id': text,
        'allocated_resource_name': text,
        'allocated_tags': text,
        'availability_zone': text,
        'billed_cost': money,
        'billing_account_id': text,
        'billing_account_name': text,
        'billing_account_type': text,
        'billing_currency': text,
        'billing_period_end': 'timestamp',
        'billing_period_start': 'timestamp',
        'capacity_reservation_id': text,
        'capacity_reservation_status': text,
        'charge_category': text,
        'charge_class': text,
        'charge_description': text,
        'charge_frequency': text,
        'charge_period_end': 'timestamp',
        'charge_period_start': 'timestamp',
        'commitment_discount_category': text,
        'commitment_discount_id': text,
        'commitment_discount_name': text,
        'commitment_discount_quantity': money,
        'commitment_discount_status': text,
        'commitment_discount_type': text,
        'commitment_discount_unit': text,
        'commitment_program_eligibility_details': text,
        'consumed_quantity': money,
        'consumed_unit': text,
        'contract_applied': text,
        'contracted_cost': money,
        'contracted_unit_price': money,
        'effective_cost': money,
        'host_provider_name': text,
        'invoice_detail_id': text,
        'invoice_id': text,
        'invoice_issuer_name': text,
        'list_cost': money,
        'list_unit_price': money,
        'pricing_category': text,
        'pricing_currency': text,
        'pricing_currency_contracted_unit_price': money,
        'pricing_currency_effective_cost': money,
        'pricing_currency_list_unit_price': money,
        'pricing_quantity': money,
        'pricing_unit': text,
        'provider_name': text,
        'publisher_name': text,
        'region_id': text,
        'region_name': text,
        'resource_id': text,
        'resource_name': text,
        'resource_type': text,
        'service_category': text,
        'service_name': text,
        'service_provider_name': text,
        'service_subcategory': text,
        'sku_id': text,
        'sku_meter': text,
        'sku_price_details': text,
        'sku_price_id': text,
        'sub_account_id': text,
        'sub_account_name': text,
        'sub_account_type': text,
        'tags': text,
        'x_line_item_id': text,
        'x_line_item_type': text,
        'x_service_code': text,
        'x_usage_type': text,
        'x_operation': text,
        'x_instance_type': text,
        'x_sku_meter_category': text,
        'x_sku_meter_subcategory': text,
        'x_sku_details': text,
        'x_invoice_section': text,
        'x_resource_group': text,
        'x_commitment_start_at': 'timestamp',
        'x_commitment_end_at': 'timestamp',
        'x_commitment_term': text,
        'x_commitment_payment_option': text,
        'x_team': text,
        'x_environment': text,
        'x_product': text,
        'x_cost_center': text,
    }) }}
{% endmacro %}


{#-
    What a provider states in FOCUS 1.3 and 1.4 and no native export has: how it split a shared charge, which contract
    and which line of an invoice a charge belongs to, which commitments could cover it.
-#}
{% macro stated_focus_columns() %}
    {{ return([
        'allocated_method_details', 'allocated_method_id', 'allocated_resource_id', 'allocated_resource_name',
        'allocated_tags', 'commitment_program_eligibility_details', 'contract_applied', 'invoice_detail_id',
    ]) }}
{% endmacro %}


{#-
    Select every FOCUS column from a relation, cast to its type and in order. Columns named in `absent` (or not named
    in `present`, where that is given) are not there and become null, and so do those of `stated_focus_columns` that
    are not named in `stated`.
-#}
{% macro select_focus_columns(relation, absent=[], present=none, stated=[]) -%}
    {%- set unstated = stated_focus_columns() | reject('in', stated) | list -%}
    select
    {%- for name, type in focus_columns().items() %}
        {%- set is_absent = name in absent or name in unstated or (present is not none and name not in present) %}
        cast({{ 'null' if is_absent else name }} as {{ type }}) as {{ name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from {{ relation }}
{%- endmacro %}
