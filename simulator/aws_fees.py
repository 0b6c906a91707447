"""Rows of an AWS bill that are not daily usage: commitment fees, marketplace, support, tax, credits and refunds."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.aws_columns import SCHEMA
from simulator.aws_commitments import Commitments, Reservation, SavingsPlan
from simulator.company import AWS_ACCOUNTS, AWS_PAYER, Account, find_account
from simulator.fleet import Line, make_token
from simulator.periods import Period
from simulator.rhythm import QUANTITY_SCALE
from simulator.truth import MEASURES, Measures
from simulator.writers import MONEY_SCALE

_CENT = MONEY_SCALE // 100
#: Fees above this are whole dollars, so that a double holds them exactly.
_WHOLE_FROM = 4000 * MONEY_SCALE
_HOURS_SCALE = 24 * 10_000  # an hourly millionth, over a day, in 1e-10
_MARKETPLACE_CODE = "8n8h3a7y6v2e1f0kq5rjd4bmx"


@dataclass(frozen=True)
class Usage:
    """The month's usage rows as the fees need them: line, day, quantity, unblended and effective cost, account."""

    line: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    unblended: np.ndarray
    effective: np.ndarray
    account: np.ndarray


@dataclass
class Fees:
    """Fee rows as they are built: the columns of each, and its four costs."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    costs: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(
        self,
        period: Period,
        kind: str,
        account: Account,
        day: int,
        days: int,
        amount: int,
        effective: int | None = None,
        **columns: Any,
    ) -> None:
        """A row whose list and contracted cost are its amount; ``day`` counts within the month."""
        first = period.start + dt.timedelta(days=day)
        start = dt.datetime.combine(first, dt.time())
        end = start + dt.timedelta(days=days)
        number = len(self.rows)
        row: dict[str, Any] = {
            "identity_line_item_id": make_token("fee", period.label, number, kind, length=46),
            "identity_time_interval": f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}",
            "bill_bill_type": "Anniversary",
            "bill_billing_entity": "AWS",
            "bill_billing_period_start_date": dt.datetime.combine(period.start, dt.time()),
            "bill_billing_period_end_date": dt.datetime.combine(period.end, dt.time()),
            "bill_invoice_id": f"EUINFH26-{period.start:%Y%m}0001",
            "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
            "bill_payer_account_id": AWS_PAYER.id,
            "bill_payer_account_name": AWS_PAYER.name,
            "line_item_currency_code": "USD",
            "line_item_legal_entity": "Amazon Web Services, Inc.",
            "line_item_line_item_type": kind,
            "line_item_usage_account_id": account.id,
            "line_item_usage_account_name": account.name,
            "line_item_resource_id": "",
            "line_item_usage_start_date": start,
            "line_item_usage_end_date": end,
            "line_item_unblended_cost": _double(amount),
            "resource_tags": [],
        }
        self.rows.append(row | columns)
        self.costs.append((amount, amount if effective is None else effective, amount, amount, day))

    def table(self, period: Period) -> pa.Table:
        return pa.Table.from_pylist(self.rows, schema=SCHEMA)

    def measures(self, period: Period) -> Measures:
        values = np.array(self.costs, dtype=np.int64).reshape(-1, len(MEASURES) + 1).T
        return Measures(values[0], values[1], values[2], values[3], values[4] + period.first_day)


def _double(units: int) -> float:
    return units / MONEY_SCALE


def round_fee(units: int) -> int:
    """To the cent, or to whole units of the currency where the amount is large."""
    step = MONEY_SCALE if abs(units) >= _WHOLE_FROM else _CENT
    return round(units / step) * step


def make_fees(lines: Sequence[Line], commitments: Commitments, period: Period, usage: Usage, draft: bool) -> Fees:
    """All fee rows of a month."""
    fees = Fees()
    for plan in commitments.plans:
        if plan.first_period <= period.index:
            _add_plan(fees, plan, period, usage)
    for reservation in commitments.reservations:
        if reservation.first_period <= period.index:
            _add_reservation(fees, reservation, period, usage)
    _add_marketplace(fees, period)
    if not draft:
        _add_credits(fees, period)
    _add_support_and_tax(fees, period, usage)
    return fees


def _add_plan(fees: Fees, plan: SavingsPlan, period: Period, usage: Usage) -> None:
    member = np.isin(usage.line, plan.lines)
    used = np.zeros(period.days, dtype=np.int64)
    np.add.at(used, usage.day[member], usage.effective[member])
    total = plan.commitment * _HOURS_SCALE
    common = {
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
            0,
            1,
            plan.upfront_fee * MONEY_SCALE,
            0,
            **common
            | {
                "bill_bill_type": "Purchase",
                "line_item_usage_type": f"ComputeSP:1yr{option}",
                "line_item_line_item_description": "Upfront fee of a 1 year Compute Savings Plan",
            },
        )
    for day, spent in enumerate(used.tolist()):
        amount = plan.recurring_hourly * _HOURS_SCALE
        fees.add(
            period,
            "SavingsPlanRecurringFee",
            AWS_PAYER,
            day,
            1,
            amount,
            total - spent,
            **common
            | {
                "line_item_usage_type": f"ComputeSP:1yr{option}",
                "line_item_usage_amount": 24.0,
                "line_item_line_item_description": f"1 year {plan.payment_option} Compute Savings Plan",
                "pricing_currency": "USD",
                "pricing_unit": "Hrs",
                "savings_plan_total_commitment_to_date": _double(total),
                "savings_plan_used_commitment": _double(spent),
                "savings_plan_recurring_commitment_for_billing_period": _double(amount),
                "savings_plan_amortized_upfront_commitment_for_billing_period": _double(total - amount),
            },
        )


def _add_reservation(fees: Fees, reservation: Reservation, period: Period, usage: Usage) -> None:
    item = reservation.item
    used = int(usage.quantity[np.isin(usage.line, reservation.lines)].sum())
    reserved = reservation.reserved_quantity(period)
    unused = reserved - used
    recurring, upfront = reserved * reservation.recurring_rate, reserved * reservation.upfront_rate
    common = {
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
            0,
            1,
            reservation.upfront_fee * MONEY_SCALE,
            0,
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
        0,
        period.days,
        recurring,
        unused * reservation.rate,
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
            "reservation_unused_recurring_fee": _double(unused * reservation.recurring_rate),
            "reservation_unused_amortized_upfront_fee_for_billing_period": _double(unused * reservation.upfront_rate),
            "reservation_amortized_upfront_fee_for_billing_period": _double(upfront),
            "reservation_upfront_value": float(reservation.upfront_fee),
        },
    )


def _add_marketplace(fees: Fees, period: Period) -> None:
    account = find_account(AWS_ACCOUNTS, "shared-network")
    common = {
        "bill_billing_entity": "AWS Marketplace",
        "line_item_legal_entity": "Datadog, Inc.",
        "line_item_product_code": _MARKETPLACE_CODE,
        "product": [("product_name", "Datadog Pro")],
        "product_product_name": "Datadog Pro",
    }
    common.pop("product_product_name")
    for day in range(period.days):
        quantity = 24 * 62 * QUANTITY_SCALE
        fees.add(
            period,
            "Usage",
            account,
            day,
            1,
            quantity * 31250,
            **common
            | {
                "line_item_usage_type": "MP:HostHours-Units",
                "line_item_usage_amount": quantity / QUANTITY_SCALE,
                "line_item_line_item_description": "AWS Marketplace software usage: host hours",
                "line_item_unblended_rate": "0.03125",
            },
        )
    fees.add(
        period,
        "Fee",
        account,
        0,
        period.days,
        480 * MONEY_SCALE,
        **common
        | {
            "line_item_usage_type": "SoftwareSubscription",
            "line_item_usage_amount": 1.0,
            "line_item_line_item_description": "AWS Marketplace monthly subscription",
        },
    )


def _add_credits(fees: Fees, period: Period) -> None:
    shop = find_account(AWS_ACCOUNTS, "shop-prod")
    if period.index % 2 == 0:
        fees.add(
            period,
            "Credit",
            shop,
            0,
            period.days,
            -(180 + 10 * period.index) * MONEY_SCALE,
            line_item_product_code="AmazonEC2",
            line_item_usage_type="",
            line_item_line_item_description="Migration credit",
        )
    fees.add(
        period,
        "Refund",
        shop,
        period.days // 2,
        1,
        -(2345 + 17 * period.index) * _CENT,
        bill_bill_type="Refund",
        line_item_product_code="AmazonCloudFront",
        line_item_usage_type="",
        line_item_line_item_description="Refund of data transfer that was billed twice",
    )


def _add_support_and_tax(fees: Fees, period: Period, usage: Usage) -> None:
    billed = np.zeros(len(AWS_ACCOUNTS), dtype=np.int64)
    np.add.at(billed, usage.account, usage.unblended)
    support = round_fee(int(billed.sum()) * 3 // 100)
    fees.add(
        period,
        "Fee",
        AWS_PAYER,
        0,
        period.days,
        support,
        line_item_product_code="AWSSupportBusiness",
        line_item_usage_type="Dollar",
        line_item_usage_amount=_double(support),
        product_servicecode="AWSSupportBusiness",
        product=[("product_name", "AWS Support (Business)")],
        line_item_line_item_description="AWS Support (Business), 3 percent of the month's usage",
    )
    for number, amount in enumerate(billed.tolist()):
        if amount > 0:
            fees.add(
                period,
                "Tax",
                AWS_ACCOUNTS[number],
                0,
                period.days,
                round_fee(amount * 6 // 100),
                line_item_tax_type="VAT",
                line_item_product_code="AmazonEC2",
                line_item_usage_type="",
                line_item_line_item_description="Tax for the month's charges",
            )
