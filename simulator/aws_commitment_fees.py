"""Fee rows of AWS reservations and savings plans, with the part that went unused."""

from collections.abc import Sequence
from typing import Any

from simulator.aws_commitments import Reservation, SavingsPlan
from simulator.aws_rows import Fees, as_double
from simulator.company import AWS_PAYER
from simulator.periods import Period
from simulator.rhythm import QUANTITY_SCALE
from simulator.writers import MONEY_SCALE

_HOURS_SCALE = 24 * 10_000  # an hourly millionth, over a day, in 1e-10


def add_plan(fees: Fees, plan: SavingsPlan, period: Period, used: Sequence[int]) -> None:
    """Upfront and daily fees of a plan; ``used`` is what its lines used of it per day (1e-10 dollars)."""
    total = plan.commitment * _HOURS_SCALE
    common: dict[str, Any] = {
        "line_item_product_code": "ComputeSavingsPlans",
        "product_servicecode": "ComputeSavingsPlans",
        "product_product_family": "ComputeSavingsPlans",
        "product_region_code": "global",
        "product": [("product_name", "Savings Plans for AWS Compute usage"), ("region", "global")],
        "savings_plan_savings_plan_a_r_n": plan.arn,
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "savings_plan_payment_option": plan.payment_option,
        "savings_plan_purchase_term": "1yr",
        "savings_plan_start_time": f"{plan.start}T00:00:00.000Z",
        "savings_plan_end_time": f"{plan.start.replace(year=plan.start.year + 1)}T00:00:00.000Z",
    }
    option = plan.payment_option.replace(" ", "")
    if plan.first_period == period.index and plan.upfront_fee:
        fees.add(
            period,
            "SavingsPlanUpfrontFee",
            AWS_PAYER,
            day=0,
            days=1,
            amount=plan.upfront_fee * MONEY_SCALE,
            effective=0,
            **common
            | {
                "bill_bill_type": "Purchase",
                "line_item_usage_type": f"ComputeSP:1yr{option}",
                "line_item_line_item_description": "Upfront fee of a 1 year Compute Savings Plan",
            },
        )
    for day, spent in enumerate(used):
        amount = plan.recurring_hourly * _HOURS_SCALE
        fees.add(
            period,
            "SavingsPlanRecurringFee",
            AWS_PAYER,
            day=day,
            days=1,
            amount=amount,
            effective=total - spent,
            **common
            | {
                "line_item_usage_type": f"ComputeSP:1yr{option}",
                "line_item_usage_amount": 24.0,
                "line_item_line_item_description": f"1 year {plan.payment_option} Compute Savings Plan",
                "pricing_currency": "USD",
                "pricing_unit": "Hrs",
                "savings_plan_total_commitment_to_date": as_double(total),
                "savings_plan_used_commitment": as_double(spent),
                "savings_plan_recurring_commitment_for_billing_period": as_double(amount),
                "savings_plan_amortized_upfront_commitment_for_billing_period": as_double(total - amount),
            },
        )


def add_reservation(fees: Fees, reservation: Reservation, period: Period, used: int) -> None:
    """Upfront and monthly fee of a reservation; ``used`` are its lines' hours of the month (1e-4)."""
    item = reservation.item
    reserved = reservation.reserved_quantity(period)
    unused = reserved - used
    recurring, upfront = reserved * reservation.recurring_rate, reserved * reservation.upfront_rate
    common: dict[str, Any] = {
        "line_item_product_code": item.code,
        "line_item_operation": item.operation,
        "product_servicecode": item.code,
        "product_region_code": reservation.account.region,
        "product": [("product_name", item.service), ("region", reservation.account.region)],
        "reservation_reservation_a_r_n": reservation.arn,
        "reservation_subscription_id": reservation.subscription_id,
        "reservation_start_time": f"{reservation.start}T00:00:00.000Z",
        "reservation_end_time": f"{reservation.start.replace(year=reservation.start.year + 1)}T00:00:00.000Z",
        "reservation_number_of_reservations": str(reservation.count),
        "line_item_usage_type": f"HeavyUsage:{item.meter.split(':', 1)[1]}",
    }
    if reservation.first_period == period.index and reservation.upfront_fee:
        fees.add(
            period,
            "Fee",
            reservation.account,
            day=0,
            days=1,
            amount=reservation.upfront_fee * MONEY_SCALE,
            effective=0,
            **common
            | {
                "bill_bill_type": "Purchase",
                "line_item_usage_amount": float(reservation.count),
                "line_item_line_item_description": f"Upfront fee of {reservation.count} reservations",
            },
        )
    fees.add(
        period,
        "RIFee",
        reservation.account,
        day=0,
        days=period.days,
        amount=recurring,
        effective=unused * reservation.rate,
        **common
        | {
            "line_item_usage_amount": reserved / QUANTITY_SCALE,
            "line_item_line_item_description": f"USD {reservation.recurring_rate / 1e6} hourly fee per {item.meter}",
            "pricing_currency": "USD",
            "pricing_unit": "Hrs",
            "reservation_modification_status": "Original",
            "reservation_units_per_reservation": "1",
            "reservation_total_reserved_units": f"{reserved // QUANTITY_SCALE}",
            "reservation_unused_quantity": unused / QUANTITY_SCALE,
            "reservation_unused_recurring_fee": as_double(unused * reservation.recurring_rate),
            "reservation_unused_amortized_upfront_fee_for_billing_period": as_double(unused * reservation.upfront_rate),
            "reservation_amortized_upfront_fee_for_billing_period": as_double(upfront),
            "reservation_upfront_value": float(reservation.upfront_fee),
        },
    )
