"""Commitments that a company buys for what it plants."""

import datetime as dt
from decimal import Decimal

from simulator.opportunities.commitments import Commitment
from simulator.opportunities.company import Company, make_guid


def cover(
    company: Company,
    cloud: str,
    daily: Decimal,
    name: str,
    ends_in: int = 240,
    size: str = "",
    region: str = "",
    account_environment: str = "prod",
) -> Commitment:
    """A one-year commitment of so much a day that ends so many days after the bill does."""
    token = company.token(32)
    account = company.account(cloud, account_environment)
    end = company.calendar.as_of + dt.timedelta(days=ends_in)
    order, one = make_guid(f"{token}o"), make_guid(token)
    identity = {
        "aws": f"arn:aws:savingsplans::{company.profile.payer}:savingsplan/{one}",
        "azure": f"/providers/Microsoft.Capacity/reservationOrders/{order}/reservations/{one}",
        "gcp": one,
    }[cloud]
    bought = Commitment(
        cloud,
        identity,
        f"{company.profile.name}-{name}",
        account,
        region or company.profile.regions[cloud][0],
        daily,
        end - dt.timedelta(days=365),
        end,
        size,
    )
    company.commitments.append(bought)
    return bought
