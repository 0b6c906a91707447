"""Azure charges that people really have: priced abroad, without a subscription, in months that begin within a month.

What is right is worked out beside each row, by hand.
"""

import random
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from tests.integration.dbt.charges import Row, azure_row

D = Decimal
CENTS = D("1e-12")


def priced(name: str, cost: str, **more: Any) -> Row:
    """Usage of 10 hours by a customer agreement: 1.25 USD retail, 1.00 USD agreed, billed in kronor."""
    return azure_row(
        3, "Usage", "OnDemand", cost,
        **{"billing_profile_id": "bp-1", "billing_account_id": "ba-1", "billing_currency": "SEK", "meter_name": name,
           "pricing_currency": "USD", "exchange_rate_pricing_to_billing": "9.5", "payg_price": "1.25",
           "unit_price": "1.00", "quantity": "10"} | more,
    )  # fmt: skip


#: meter -> list cost, contracted cost, list unit price; 1.25 x 10 x 9.5 = 118.75, 1 x 10 x 9.5 = 95
PRICED: dict[str, tuple[Row, tuple[str, str, str | None]]] = {
    "stated": (priced("stated", "95", payg_cost_in_billing_currency="118.8"), ("118.8", "95", "11.875")),
    "converted": (priced("converted", "90"), ("118.75", "95", "11.875")),
    "no rate": (priced("no rate", "95", exchange_rate_pricing_to_billing=None), ("95", "95", None)),
    "rate of 0": (priced("rate of 0", "95", exchange_rate_pricing_to_billing="0"), ("95", "95", None)),
    "no rate, retail stated": (
        priced(
            "no rate, retail stated", "95", exchange_rate_pricing_to_billing=None, payg_cost_in_billing_currency="120"
        ),
        ("120", "95", None),
    ),
    # a rate beside prices in the billing currency is of something else
    "at home": (priced("at home", "10", pricing_currency="sek"), ("12.5", "10", "1.25")),
    "currency not named": (priced("currency not named", "10", pricing_currency=None), ("118.75", "95", "11.875")),
    "nothing named": (
        priced("nothing named", "10", pricing_currency=None, exchange_rate_pricing_to_billing=None),
        ("12.5", "10", "1.25"),
    ),
    # a marketplace charge: the export writes 0 for a retail cost that nobody knows
    "retail of 0": (
        priced("retail of 0", "50", payg_cost_in_billing_currency="0", payg_price="0", unit_price="0"),
        ("50", "50", "0"),
    ),
    "free": (priced("free", "0", payg_cost_in_billing_currency="0", unit_price="0"), ("0", "0", "11.875")),
    "no quantity": (priced("no quantity", "7", quantity="0"), ("7", "7", "11.875")),
    "no price": (priced("no price", "7", payg_price=None, unit_price=None), ("7", "7", None)),
    "purchase": (priced("purchase", "300", charge_type="Purchase", frequency="OneTime"), ("300", "300", "11.875")),
    "refund": (priced("refund", "-30", charge_type="Refund", subscription_id=None), ("-30", "-30", "11.875")),
    # an amortised export under another name: billed, but no unused commitment by FOCUS's rules
    "unused, of an actual export": (
        priced("unused, of an actual export", "3", charge_type="UnusedReservation", reservation_id="r1"),
        ("3", "3", "11.875"),
    ),
    "negative price": (
        priced("negative price", "-9.5", unit_price="-0.1", payg_price="-0.2"),
        ("-19", "-9.5", None),
    ),
    "too large": (priced("too large", "5", payg_price="9e20", unit_price="9e20"), ("5", "5", None)),
}


def draw_priced(count: int) -> dict[str, tuple[Row, tuple[str, str]]]:
    """Usage with prices, quantities and rates of up to twelve decimals, and the exact costs by Python's decimals."""
    chance = random.Random(11)
    drawn: dict[str, tuple[Row, tuple[str, str]]] = {}
    for number in range(count):
        retail, agreed, quantity, rate = (
            D(chance.randint(1, 10 ** chance.randint(2, digits))).scaleb(-12) for digits in (17, 17, 17, 16)
        )
        quantity *= chance.choice((1, 1, -1))
        with localcontext() as context:
            context.prec = 80
            exact = [str((p * quantity * rate).quantize(CENTS, ROUND_HALF_UP)) for p in (retail, agreed)]
        row = priced(
            f"drawn {number}", "1", payg_price=str(retail), unit_price=str(agreed), quantity=str(quantity),
            exchange_rate_pricing_to_billing=str(rate),
        )  # fmt: skip
        drawn[f"drawn {number}"] = (row, (exact[0], exact[1]))
    return drawn


def billed(name: str, cost: str, start: str | None, end: str | None, **more: Any) -> Row:
    """A charge of the 5th of January in a billing period of its own."""
    return azure_row(
        5, "Usage", "OnDemand", cost,
        **{"billing_currency": "CHF", "meter_name": name, "billing_period_start_date": start,
           "billing_period_end_date": end} | more,
    )  # fmt: skip


#: meter -> billing period as FOCUS bounds, billing account, its type, sub account
BILLED: dict[str, tuple[Row, tuple[str, str, str, str, str | None]]] = {
    "sign-up day": (
        billed("sign-up day", "10", "2024-12-14", "2025-01-13"),
        ("2024-12-14", "2025-01-14", "enrolment", "Billing Profile", "s1"),
    ),
    "first day behind": (
        billed("first day behind", "1", "2025-01-01", "2025-02-01"),
        ("2025-01-01", "2025-02-01", "enrolment", "Billing Profile", "s1"),
    ),
    "from the 31st": (
        billed("from the 31st", "1", "2025-02-28", "2025-03-30"),
        ("2025-02-28", "2025-03-31", "enrolment", "Billing Profile", "s1"),
    ),
    "no end": (
        billed("no end", "1", "2024-12-31", None),
        ("2024-12-31", "2025-01-31", "enrolment", "Billing Profile", "s1"),
    ),
    "end before start": (
        billed("end before start", "1", "2025-01-14", "2025-01-13"),
        ("2025-01-14", "2025-02-14", "enrolment", "Billing Profile", "s1"),
    ),
    "no period": (
        billed("no period", "1", None, "2025-01-13", date="2024-12-31"),
        ("2025-01-01", "2025-02-01", "enrolment", "Billing Profile", "s1"),
    ),
    "no subscription": (
        billed("no subscription", "0.004", "2025-01-01", "2025-01-31", subscription_id=None,
               subscription_name="of nobody", charge_type="RoundingAdjustment", meter_category=None),
        ("2025-01-01", "2025-02-01", "enrolment", "Billing Profile", None),
    ),
    "no profile": (
        billed("no profile", "2", "2025-01-01", "2025-01-31", billing_profile_id=None, billing_account_id="ba-2"),
        ("2025-01-01", "2025-02-01", "ba-2", "Billing Account", "s1"),
    ),
    "no account": (
        billed("no account", "3", "2025-01-01", "2025-01-31", billing_profile_id=None, billing_account_id=None),
        ("2025-01-01", "2025-02-01", "s1", "Subscription", "s1"),
    ),
    "no day": (
        billed("no day", "4", "2025-01-14", "2025-02-13", date=None),
        ("2025-01-14", "2025-02-14", "enrolment", "Billing Profile", "s1"),
    ),
}  # fmt: skip

#: Two billing profiles that differ between the exports of a day, but not in their sum: neither agrees with itself.
PROFILES: dict[str, list[Row]] = {
    dataset: [
        azure_row(
            3, "Usage", "OnDemand", cost, billing_profile_id=profile, billing_currency="NOK", subscription_id=None
        )
        for profile, cost in costs.items()
    ]
    for dataset, costs in (("actual", {"p1": "10", "p2": "4"}), ("amortised", {"p1": "4", "p2": "10"}))
}

#: An amortised export with a purchase of a commitment, which belongs into the actual one: 90 of 93.5 are effective.
MISPLACED: list[Row] = [
    azure_row(3, "Usage", "OnDemand", "3.5", billing_currency="DKK"),
    azure_row(3, "Purchase", "Reservation", "90", billing_currency="DKK", reservation_id="r1", subscription_id=None),
]
