"""Rows of an AWS bill that are not daily usage: commitment fees, marketplace, support, tax, credits and refunds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.aws_commitment_fees import add_plan, add_reservation
from simulator.aws_commitments import Commitments
from simulator.aws_rows import CENT, Fees, as_double, round_fee
from simulator.company import AWS_ACCOUNTS, AWS_PAYER, find_account
from simulator.periods import Period
from simulator.rhythm import QUANTITY_SCALE
from simulator.writers import MONEY_SCALE

_MARKETPLACE_CODE = "8n8h3a7y6v2e1f0kq5rjd4bmx"


@dataclass(frozen=True)
class Usage:
    """The month's usage rows as the fees need them: line, day, costs, account, and covering commitment (or -1)."""

    day: np.ndarray
    quantity: np.ndarray
    unblended: np.ndarray
    effective: np.ndarray
    account: np.ndarray
    plan: np.ndarray
    reservation: np.ndarray


def make_fees(commitments: Commitments, period: Period, usage: Usage, draft: bool) -> Fees:
    """All fee rows of a month."""
    fees = Fees()
    planned, reserved = usage.plan >= 0, usage.reservation >= 0
    used = np.zeros((len(commitments.plans), period.days), dtype=np.int64)
    np.add.at(used, (usage.plan[planned], usage.day[planned]), usage.effective[planned])
    hours = np.zeros(len(commitments.reservations), dtype=np.int64)
    np.add.at(hours, usage.reservation[reserved], usage.quantity[reserved])
    for plan, spent in zip(commitments.plans, used.tolist(), strict=True):
        if plan.first_period <= period.index:
            add_plan(fees, plan, period, spent)
    for reservation, quantity in zip(commitments.reservations, hours.tolist(), strict=True):
        if reservation.first_period <= period.index:
            add_reservation(fees, reservation, period, quantity)
    _add_marketplace(fees, period)
    if not draft:
        _add_credits(fees, period)
    _add_support_and_tax(fees, period, usage)
    return fees


def _add_marketplace(fees: Fees, period: Period) -> None:
    account = find_account(AWS_ACCOUNTS, "shared-network")
    common: dict[str, Any] = {
        "bill_billing_entity": "AWS Marketplace",
        "line_item_legal_entity": "Datadog, Inc.",
        "line_item_product_code": _MARKETPLACE_CODE,
        "product": [("product_name", "Datadog Pro")],
    }
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
        -(2345 + 17 * period.index) * CENT,
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
        line_item_usage_amount=as_double(support),
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
