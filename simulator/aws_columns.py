"""The columns of the CUR 2.0 export: names and Parquet types, in the order of the data dictionary."""

import pyarrow as pa

_TEXT_MAP = pa.map_(pa.string(), pa.string())
_NUMBER_MAP = pa.map_(pa.string(), pa.float64())
_TIME = pa.timestamp("ms")

_NAMES = """
bill_bill_type bill_billing_entity bill_billing_period_end_date:time bill_billing_period_start_date:time
bill_invoice_id bill_invoicing_entity bill_payer_account_id bill_payer_account_name cost_category:map
discount:numbers discount_bundled_discount:double discount_total_discount:double identity_line_item_id
identity_time_interval line_item_availability_zone line_item_blended_cost:double line_item_blended_rate
line_item_currency_code line_item_legal_entity line_item_line_item_description line_item_line_item_type
line_item_net_unblended_cost:double line_item_net_unblended_rate line_item_normalization_factor:double
line_item_normalized_usage_amount:double line_item_operation line_item_product_code line_item_resource_id
line_item_tax_type line_item_unblended_cost:double line_item_unblended_rate line_item_usage_account_id
line_item_usage_account_name line_item_usage_amount:double line_item_usage_end_date:time
line_item_usage_start_date:time line_item_usage_type pricing_currency pricing_lease_contract_length
pricing_offering_class pricing_public_on_demand_cost:double pricing_public_on_demand_rate pricing_purchase_option
pricing_rate_code pricing_rate_id pricing_term pricing_unit product:map product_comment product_fee_code
product_fee_description product_from_location product_from_location_type product_from_region_code
product_instance_family product_instance_type product_instancesku product_location product_location_type
product_operation product_pricing_unit product_product_family product_region_code product_servicecode product_sku
product_to_location product_to_location_type product_to_region_code product_usagetype
reservation_amortized_upfront_cost_for_usage:double reservation_amortized_upfront_fee_for_billing_period:double
reservation_availability_zone reservation_effective_cost:double reservation_end_time
reservation_modification_status reservation_net_amortized_upfront_cost_for_usage:double
reservation_net_amortized_upfront_fee_for_billing_period:double reservation_net_effective_cost:double
reservation_net_recurring_fee_for_usage:double
reservation_net_unused_amortized_upfront_fee_for_billing_period:double reservation_net_unused_recurring_fee:double
reservation_net_upfront_value:double reservation_normalized_units_per_reservation
reservation_number_of_reservations reservation_recurring_fee_for_usage:double reservation_reservation_a_r_n
reservation_start_time reservation_subscription_id reservation_total_reserved_normalized_units
reservation_total_reserved_units reservation_units_per_reservation
reservation_unused_amortized_upfront_fee_for_billing_period:double
reservation_unused_normalized_unit_quantity:double reservation_unused_quantity:double
reservation_unused_recurring_fee:double reservation_upfront_value:double resource_tags:map
savings_plan_amortized_upfront_commitment_for_billing_period:double savings_plan_end_time
savings_plan_instance_type_family savings_plan_net_amortized_upfront_commitment_for_billing_period:double
savings_plan_net_recurring_commitment_for_billing_period:double
savings_plan_net_savings_plan_effective_cost:double savings_plan_offering_type savings_plan_payment_option
savings_plan_purchase_term savings_plan_recurring_commitment_for_billing_period:double savings_plan_region
savings_plan_savings_plan_a_r_n savings_plan_savings_plan_effective_cost:double
savings_plan_savings_plan_rate:double savings_plan_start_time savings_plan_total_commitment_to_date:double
savings_plan_used_commitment:double
""".split()
_TYPES = {"": pa.string(), "time": _TIME, "double": pa.float64(), "map": _TEXT_MAP, "numbers": _NUMBER_MAP}

SCHEMA = pa.schema([(name.partition(":")[0], _TYPES[name.partition(":")[2]]) for name in _NAMES])


def describe_columns() -> list[dict[str, str]]:
    """The manifest's ``columns``."""
    words = {pa.string(): "string", pa.float64(): "double", _TIME: "timestamp", _TEXT_MAP: "map", _NUMBER_MAP: "map"}
    return [{"name": field.name, "type": words[field.type]} for field in SCHEMA]
