"""Commitments that a company buys for what it plants."""

import datetime as dt
from decimal import Decimal

from simulator.opportunities.commitments import Commitment
from simulator.opportunities.company import Company, make_guid
from simulator.opportunities.lines import Account, Resource


def cover(
    company: Company,
    cloud: str,
    daily: Decimal,
    name: str,
    ends_in: int = 240,
    size: str = "",
    region: str = "",
) -> Commitment:
    """A one-year commitment of so much a day that ends so many days after the bill does.

    AWS bills it to the payer and Google to the billing account, for all regions; Azure to a subscription.
    """
    token = company.token(32)
    account = Account(cloud, "", "", "prod")
    if cloud != "gcp":
        account = company.payer() if cloud == "aws" else company.account(cloud)
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
        (region or company.profile.regions[cloud][0]) if cloud == "azure" else "global",
        daily,
        end - dt.timedelta(days=365),
        end,
        size,
    )
    company.commitments.append(bought)
    return bought


def reserve(company: Company, resource: Resource, size: str, daily: Decimal) -> Commitment:
    """A reservation of one instance in the account and region of the resource that uses all of it."""
    account, region = resource.account, resource.region
    identity = f"arn:aws:ec2:{region}:{account.id}:reserved-instances/{make_guid(company.token(32))}"
    end = company.calendar.as_of + dt.timedelta(days=200)
    start = end - dt.timedelta(days=365)
    bought = Commitment("aws", identity, resource.name, account, region, daily, start, end, size)
    company.commitments.append(bought)
    return bought
