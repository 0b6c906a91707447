"""Hand-written rows of every kind of charge of every provider, small enough to add up on paper."""

from typing import Any

Row = dict[str, Any]

RESERVATION = "arn:aws:ec2:us-east-1:111111111111:reserved-instances/ri-1"
PLAN = "arn:aws:savingsplans::111111111111:savingsplan/sp-1"


def aws_row(kind: str, cost: str | None, **more: Any) -> Row:
    """A line item of account 222222222222, on 3 January 2025 unless told otherwise."""
    return {
        "identity_line_item_id": f"li-{kind}",
        "bill_payer_account_id": "111111111111",
        "bill_payer_account_name": "Payer",
        "line_item_usage_account_id": "222222222222",
        "line_item_line_item_type": kind,
        "line_item_product_code": "AmazonEC2",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": cost,
        "line_item_usage_start_date": "2025-01-03 00:00:00",
        "line_item_usage_end_date": "2025-01-03 01:00:00",
        "bill_billing_period_start_date": "2025-01-01 00:00:00",
        **more,
    }


#: Billed 8.5 + 0 + 30 + 100 + 29 + 5 - 4.999999999999 + 12 + 240 + 3.1 - 1 - 0.5 - 2 = 419.100000000001
#: Effective 8.5 + 6 + 5 + 0 + 29 + 3 + 0 + 3 + 0 + 3.1 - 1 - 0.5 - 2 = 54.1
#: List 10 + 9 + 30 + 100 + 29 + 5 + 0 + 12 + 240 + 3.1 - 1 - 0.5 + 0 = 436.6, as a list price knows no discount
#: Contracted 8.5 + 9 + 30 + 100 + 29 + 5 + 0 + 12 + 240 + 3.1 - 1 - 0.5 - 2 = 433.1
AWS_ROWS: list[Row] = [
    aws_row(
        "Usage", "8.5", pricing_public_on_demand_cost="10", line_item_usage_type="BoxUsage:m5.large",
        resource_tags='{"user_team": "Payments", "environment": "PROD"}',
    ),
    aws_row(
        "DiscountedUsage", "0", pricing_public_on_demand_cost="9", reservation_effective_cost="6",
        reservation_reservation_a_r_n=RESERVATION,
    ),
    aws_row(
        "RIFee", "30", reservation_reservation_a_r_n=RESERVATION, reservation_unused_recurring_fee="4",
        reservation_unused_amortized_upfront_fee_for_billing_period="1", reservation_unused_quantity="10",
    ),
    aws_row("Fee", "100", identity_line_item_id="li-upfront", reservation_reservation_a_r_n=RESERVATION),
    aws_row("Fee", "29", identity_line_item_id="li-support", line_item_product_code="AWSSupportBusiness"),
    aws_row(
        "SavingsPlanCoveredUsage", "5", pricing_public_on_demand_cost="5", savings_plan_savings_plan_a_r_n=PLAN,
        savings_plan_savings_plan_effective_cost="3",
    ),
    aws_row("SavingsPlanNegation", "-4.999999999999", savings_plan_savings_plan_a_r_n=PLAN),
    aws_row(
        "SavingsPlanRecurringFee", "12", savings_plan_savings_plan_a_r_n=PLAN,
        savings_plan_total_commitment_to_date="12", savings_plan_used_commitment="9",
    ),
    aws_row("SavingsPlanUpfrontFee", "240", savings_plan_savings_plan_a_r_n=PLAN),
    aws_row("Tax", "3.1"),
    aws_row("Credit", "-1"),
    aws_row("Refund", "-0.5"),
    aws_row("EdpDiscount", "-2"),
]  # fmt: skip


def azure_row(day: int, kind: str, model: str, cost: str, **more: Any) -> Row:
    """A charge of subscription s1 on that day of January 2025."""
    return {
        "billing_account_id": "enrolment",
        "billing_profile_id": "enrolment",
        "billing_currency": "EUR",
        "subscription_id": "s1",
        "date": f"2025-01-{day:02d}",
        "charge_type": kind,
        "pricing_model": model,
        "cost": cost,
        "meter_category": "Virtual Machines",
        "frequency": "UsageBased",
        **more,
    }


#: The 1st is agreed about (10 and 10, beside commitments); on the 2nd the exports differ (5 and 4).
AZURE_ACTUAL: list[Row] = [
    azure_row(1, "Usage", "OnDemand", "10", meter_name="vm", unit_price="3", quantity="3", payg_price="4"),
    azure_row(1, "Purchase", "Reservation", "90", meter_name="purchase", reservation_id="r1", frequency="OneTime"),
    azure_row(1, "Usage", "Reservation", "0", meter_name="reserved", reservation_id="r1"),
    azure_row(2, "Usage", "OnDemand", "5", meter_name="disk"),
    azure_row(3, "Tax", "", "1.9", meter_name="tax"),
]
AZURE_AMORTISED: list[Row] = [
    azure_row(1, "Usage", "OnDemand", "10", meter_name="vm", unit_price="3", quantity="3", payg_price="4"),
    azure_row(1, "Usage", "Reservation", "2.5", meter_name="reserved", reservation_id="r1", payg_price="2.5",
              quantity="2", unit_price="2"),
    azure_row(1, "UnusedReservation", "Reservation", "0.5", meter_name="unused", reservation_id="r1"),
    azure_row(2, "Usage", "OnDemand", "4", meter_name="disk"),
    azure_row(3, "Tax", "", "1.9", meter_name="tax"),
]  # fmt: skip


def gcp_row(sku: str, cost: str, **more: Any) -> Row:
    """A charge of project p1 on 5 January 2025, without credits unless told otherwise."""
    return {
        "billing_account_id": "B-1",
        "service_description": "Compute Engine",
        "sku_id": sku,
        "sku_description": sku,
        "project_id": "p1",
        "currency": "USD",
        "cost_type": "regular",
        "cost": cost,
        "credits_commitment": "0",
        "credits_negotiated": "0",
        "credits_free_tier": "0",
        "credits_promotion": "0",
        "usage_start_time": "2025-01-05 10:00:00",
        "usage_end_time": "2025-01-05 11:00:00",
        **more,
    }


#: Billed = effective (10 - 3 - 2 - 0.5) - 4 + 7 + 1.5 + 0.2 - 0.01 = 9.19: of the fee of 7 for 28 hours, 6 hours are
#: used (3 of 10 dollars, so 3 of 10 of 20 hours), which is 1.5, and 22 are not, which is 5.5.
#: List 12 - 4 + 7 + 1.5 + 0.2 - 0.01 = 16.69; contracted (10 - 2) - 4 + 7 + 1.5 + 0.2 - 0.01 = 12.69
GCP_ROWS: list[Row] = [
    gcp_row("N2 core", "10", cost_at_list="12", credits_commitment="-3", credits_negotiated="-2",
            credits_free_tier="-0.5", credits_promotion="-4", labels='{"team": "search"}',
            usage_amount_in_pricing_units="20", usage_pricing_unit="hour", resource_global_name="//reservation-1",
            system_labels='{"compute.googleapis.com/is_unused_reservation": "true"}'),
    gcp_row("Commitment v1: N2 Cpu", "7", usage_amount_in_pricing_units="28", usage_pricing_unit="hour"),
    gcp_row("Tax", "1.5", cost_type="tax", project_id=None),
    gcp_row("Correction", "0.2", cost_type="adjustment", project_id=None, project_number="12", project_name="one"),
    gcp_row("Rounding", "-0.01", cost_type="rounding_error"),
]  # fmt: skip

FOCUS_ROWS: list[Row] = [
    {
        "provider_name": "Oracle", "billing_account_id": "O-1", "billing_currency": "USD", "charge_category": "Usage",
        "service_name": "Block Storage", "service_category": "Storage", "charge_frequency": "Usage-Based",
        "billed_cost": "0.53", "effective_cost": "0.52", "list_cost": "0.6", "contracted_cost": None,
        "charge_period_start": "2025-01-07 00:00:00", "charge_period_end": "2025-01-07 01:00:00",
        "tags": '{"env": "Test"}',
    },
    {
        "service_provider_name": "Oracle", "billing_account_id": "O-1", "billing_currency": "USD",
        "charge_category": "Tax", "billed_cost": "0.1", "effective_cost": "0.1", "list_cost": "0.1",
        "contracted_cost": "0.1", "charge_period_start": "2025-01-07 00:00:00",
    },
]  # fmt: skip
