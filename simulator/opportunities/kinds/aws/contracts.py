"""Contracts and credits that someone must look at before they end: no saving is stated."""

import datetime as dt
from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import month_end, month_start
from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_services import add
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Charge, Meter, Resource


def _nothing(_: Bill) -> None:
    return None


def _monthly(company: Company, resource: Resource, meter: Meter, amount: int, kind: str, **columns: str) -> None:
    """A fee or credit on the first day of every month of the tail."""
    charges = []
    for first in sorted({month_start(date) for date in company.days()}):
        start, end = (dt.datetime.combine(date, dt.time()) for date in (first, month_end(first)))
        charges.append(Charge(start, end, Decimal(abs(amount))))
    price = Decimal(1 if amount > 0 else -1)
    company.bill(
        resource, meter, charges, payment="fee", price=price, list_price=price, columns={"type": kind} | columns
    )


def _subscribe(company: Company, amount: int, seller: str) -> Resource:
    resource = add(company, "agreement")
    meter = Meter("aws", f"{company.token(24)}m", "SoftwareSubscription", "Units", Decimal(1), "fee")
    said = {"bill_billing_entity": "AWS Marketplace", "line_item_legal_entity": seller}
    said["line_item_usage_type"] = "SoftwareSubscription"
    text = f"AWS Marketplace subscription of {seller}"
    _monthly(company, resource, meter, amount, "Fee", line_item_line_item_description=text, **said)
    return resource


def _plant_marketplace(company: Company) -> None:
    for amount, seller in ((900, "Datadog, Inc."), (1400, "Snowflake Inc."), (600, "MongoDB, Inc.")):
        company.waste(
            "marketplace_renewal", _subscribe(company, amount, seller), "fee", _nothing, seller, is_planned=False
        )


def _mislead_marketplace(company: Company) -> None:
    resource = add(company, "agreement")
    meter = Meter("aws", "AmazonEC2", "BoxUsage:m7g.large", "Hrs", Decimal(1), "fee")
    _monthly(company, resource, meter, 1, "Fee", line_item_line_item_description="Sign up charge")
    company.decoy("marketplace_renewal", resource, "AWS itself sells it")


MARKETPLACE_RENEWAL = Kind("marketplace_renewal", "aws", _plant_marketplace, _mislead_marketplace)


def _credit(company: Company, amount: int, text: str) -> Resource:
    account = company.account("aws")
    resource = Resource("aws", account, company.region("aws"), f"credit:{company.token()}", text, "prod")
    meter = Meter("aws", "AmazonEC2", "", "", Decimal(1), "fee")
    _monthly(
        company, resource, meter, -amount, "Credit", line_item_line_item_description=text, line_item_resource_id="",
        line_item_usage_type="",
    )  # fmt: skip
    return resource


def _plant_credits(company: Company) -> None:
    resource = _credit(company, 9000, "Migration program credits")
    company.waste("credit_expiring", resource, "fee", _nothing, "covers much of the bill", is_planned=False)


def _mislead_credits(company: Company) -> None:
    company.decoy("credit_expiring", _credit(company, 15, "Activate credit"), "it covers next to nothing")


CREDIT_EXPIRING = Kind("credit_expiring", "aws", _plant_credits, _mislead_credits)


def _support(company: Company, plan: str, amount: int) -> Resource:
    """A support plan of the payer; its lines name no resource."""
    resource = Resource("aws", company.payer(), "global", plan, plan, "prod")
    meter = Meter("aws", plan, "Dollar", "Dollar", Decimal(1), "fee")
    said = {"line_item_resource_id": "", "line_item_usage_type": "Dollar"}
    _monthly(company, resource, meter, amount, "Fee", line_item_line_item_description=f"{plan} for the month", **said)
    return resource


def _plant_support(company: Company) -> None:
    resource = _support(company, "AWSSupportEnterprise", 5500)
    company.waste("support_plan", resource, "fee", _nothing, "Enterprise support", is_planned=False)


def _mislead_support(company: Company) -> None:
    company.decoy("support_plan", _support(company, "AWSSupportDeveloper", 29), "it costs next to nothing")


SUPPORT_PLAN = Kind("support_plan", "aws", _plant_support, _mislead_support)
