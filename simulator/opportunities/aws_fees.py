"""What AWS bills for savings plans and reservations, and how it names them on the usage that they cover."""

import datetime as dt
from collections import Counter
from decimal import Decimal

from simulator.opportunities.calendar import DAY, month_end, month_start
from simulator.opportunities.commitments import Commitment, unused_by_day
from simulator.opportunities.company import Company
from simulator.opportunities.lines import Charge, Line, Meter, Resource
from simulator.opportunities.prices.aws_regions import PLAN_METER

#: What of a reservation went unused in a month; the companies use theirs to the full.
UNUSED_OF_RESERVATION = (
    "reservation_unused_quantity",
    "reservation_unused_recurring_fee",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_amortized_upfront_fee_for_billing_period",
    "reservation_upfront_value",
)


def name_commitment(commitment: Commitment) -> dict[str, str]:
    """The columns that name a commitment on usage and fees alike."""
    times = {"start": f"{commitment.start}T00:00:00.000Z", "end": f"{commitment.end}T00:00:00.000Z"}
    if commitment.is_reservation:
        return {
            "reservation_reservation_a_r_n": commitment.id,
            "reservation_start_time": times["start"],
            "reservation_end_time": times["end"],
            "pricing_lease_contract_length": "1yr",
            "pricing_offering_class": "standard",
            "pricing_purchase_option": "No Upfront",
        }
    return {
        "savings_plan_savings_plan_a_r_n": commitment.id,
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "savings_plan_payment_option": "No Upfront",
        "savings_plan_purchase_term": "1yr",
        "savings_plan_start_time": times["start"],
        "savings_plan_end_time": times["end"],
    }


def list_fees(company: Company, commitment: Commitment) -> list[Line]:
    """The fee of every day of a savings plan, or of every month of a reservation.

    The columns of a plan's fee say what of each day went unused. Raises ValueError for a reservation that is not used
    to the full.
    """
    unused = unused_by_day(commitment, company.lines, company.calendar)
    hourly = commitment.daily / 24
    if commitment.is_reservation:
        if any(unused.values()):
            raise ValueError(f"a part of the reservation {commitment.id} is not used")
        return [_reservation_fee(commitment, list(unused), hourly)]
    charges = [_span(date, date + DAY, 24) for date in unused]
    columns = {date.isoformat(): str(amount) for date, amount in unused.items()}
    resource = Resource("aws", company.payer(), "global", "", commitment.name, "prod")
    return [Line(resource, PLAN_METER, charges, hourly, hourly, "plan_fee", commitment.id, columns=columns)]


def _reservation_fee(commitment: Commitment, days: list[dt.date], hourly: Decimal) -> Line:
    charges = [_span(first, month_end(first), 24 * count) for first, count in Counter(map(month_start, days)).items()]
    native = {"line_item_operation": "RunInstances", "product_instance_type": commitment.size}
    meter = Meter("aws", "AmazonEC2", f"HeavyUsage:{commitment.size}", "Hrs", hourly, "commitment", native)
    resource = Resource("aws", commitment.account, commitment.region, "", commitment.name, "prod")
    columns = {"reservation_number_of_reservations": "1", "reservation_modification_status": "Original"}
    return Line(resource, meter, charges, hourly, hourly, "reservation_fee", commitment.id, columns=columns)


def _span(start: dt.date, end: dt.date, hours: int) -> Charge:
    first, last = (dt.datetime.combine(date, dt.time()) for date in (start, end))
    return Charge(first, last, Decimal(hours))
