"""Rows of an Azure bill that are not daily usage: purchases, unused benefits, marketplace, refunds, rounding."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from simulator.azure_commitments import Benefit
from simulator.azure_lines import describe_account, quote_rows
from simulator.company import AZURE_ACCOUNTS, Account, find_account
from simulator.fleet import make_guid
from simulator.periods import Period
from simulator.truth import MEASURES, Measures
from simulator.writers import MONEY_SCALE, format_number

_CENT = MONEY_SCALE // 100
ACTUAL, AMORTISED = "actual", "amortised"
BOTH = (ACTUAL, AMORTISED)


@dataclass
class Fees:
    """Fee rows of a month: the text columns of each, the datasets it is in, and its four costs."""

    rows: list[dict[str, str]] = field(default_factory=list)
    datasets: list[tuple[str, ...]] = field(default_factory=list)
    costs: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(
        self, account: Account, period: Period, day: int, datasets: tuple[str, ...], cost: int, **columns: str
    ) -> None:
        """A row of one or both datasets. List and contracted cost are the cost, but 0 for unused benefits."""
        date = period.start + dt.timedelta(days=day)
        price = format_number(cost)
        row = describe_account(account) | {
            "Date": f"{date:%m/%d/%Y}",
            "Quantity": "1",
            "EffectivePrice": price,
            "CostInBillingCurrency": price,
            "UnitPrice": "0",
            "PayGPrice": "0",
            "BillingPeriodStartDate": f"{period.start:%m/%d/%Y}",
            "BillingPeriodEndDate": f"{period.last_day:%m/%d/%Y}",
            "PublisherType": "Azure",
            "PublisherName": "Microsoft",
            "IsAzureCreditEligible": "False",
        }
        self.rows.append(row | columns)
        self.datasets.append(datasets)
        billed = cost if ACTUAL in datasets else 0
        effective = cost if AMORTISED in datasets else 0
        self.costs.append((billed, effective, billed, billed, day))

    def columns(self, dataset: str) -> dict[str, pa.Array]:
        """The rows of one dataset as columns of CSV text."""
        return quote_rows([row for row, datasets in zip(self.rows, self.datasets, strict=True) if dataset in datasets])

    def measures(self, period: Period) -> Measures:
        values = np.array(self.costs, dtype=np.int64).reshape(-1, len(MEASURES) + 1).T
        return Measures(
            billed=values[0],
            effective=values[1],
            list=values[2],
            contracted=values[3],
            day=values[4] + period.first_day,
        )


def make_fees(benefits: list[Benefit], used: np.ndarray, period: Period, draft: bool) -> Fees:
    """All fee rows of a month; ``used`` is what each benefit's lines used of it per day (1e-10 EUR)."""
    fees = Fees()
    for benefit, spent in zip(benefits, used.tolist(), strict=True):
        _add_benefit(fees, benefit, period, spent)
    _add_marketplace(fees, period)
    _add_support(fees, period)
    if not draft:
        _add_refund(fees, period)
    _add_rounding(fees, period)
    return fees


def _add_marketplace(fees: Fees, period: Period) -> None:
    analytics = find_account(AZURE_ACCOUNTS, "analytics-prod")
    fees.add(
        analytics,
        period,
        2,
        BOTH,
        74_900 * _CENT,
        ChargeType="Purchase",
        Frequency="Recurring",
        PublisherType="Marketplace",
        PublisherName="Confluent",
        PlanName="confluent-cloud-committed",
        ProductName="Confluent Cloud",
        MeterCategory="SaaS",
        MeterName="Confluent Cloud commitment",
        MeterId=make_guid("meter", "confluent"),
        UnitOfMeasure="1 Month",
        ConsumedService="Microsoft.SaaS",
        ResourceId=f"/subscriptions/{analytics.id}/resourceGroups/rg-data-platform-prod/providers/Microsoft.SaaS/resources/confluent",
        ResourceName="confluent",
        PricingModel="OnDemand",
        ServiceFamily="SaaS",
        ProductOrderId=make_guid("order", "confluent"),
        ProductOrderName="Confluent Cloud",
    )


def _add_support(fees: Fees, period: Period) -> None:
    fees.add(
        find_account(AZURE_ACCOUNTS, "workplace"),
        period,
        0,
        BOTH,
        8_430 * _CENT,
        ChargeType="Purchase",
        Frequency="Recurring",
        ProductName="Standard Support",
        MeterCategory="Azure Support",
        MeterName="Standard Support Fee",
        MeterId=make_guid("meter", "support"),
        UnitOfMeasure="1 Month",
        ConsumedService="Microsoft.Support",
        PricingModel="OnDemand",
    )


def _add_refund(fees: Fees, period: Period) -> None:
    fees.add(
        find_account(AZURE_ACCOUNTS, "workplace"),
        period,
        period.days // 2,
        BOTH,
        -(1_275 + 35 * period.index) * _CENT,
        ChargeType="Refund",
        Frequency="OneTime",
        ProductName="Log Analytics - Analytics Logs Data Ingestion - EU West",
        MeterCategory="Log Analytics",
        MeterName="Analytics Logs Data Ingestion",
        MeterId=make_guid("meter", "Log Analytics", "Analytics Logs Data Ingestion", "westeurope"),
        UnitOfMeasure="1 GB",
        ConsumedService="Microsoft.OperationalInsights",
        PricingModel="OnDemand",
    )


def _add_rounding(fees: Fees, period: Period) -> None:
    fees.add(
        find_account(AZURE_ACCOUNTS, "workplace"),
        period,
        period.days - 1,
        BOTH,
        (17 * (period.index % 5) - 31) * MONEY_SCALE // 10_000,
        ChargeType="RoundingAdjustment",
        Frequency="OneTime",
        ProductName="Rounding adjustment",
        MeterCategory="Rounding adjustment",
    )


def _add_benefit(fees: Fees, benefit: Benefit, period: Period, used: list[int]) -> None:
    purchase = benefit.purchase(period)
    common = benefit_columns(benefit) | {
        "ConsumedService": "Microsoft.Capacity" if benefit.kind == "Reservation" else "Microsoft.BillingBenefits",
        "MeterCategory": benefit.item.code if benefit.kind == "Reservation" else "Savings Plan",
        "MeterSubCategory": benefit.item.extra["sub"] if benefit.kind == "Reservation" else "Compute",
        "MeterName": benefit.item.meter if benefit.kind == "Reservation" else "Compute savings plan",
        "MeterId": make_guid("meter", benefit.kind, benefit.item.meter),
        "ProductName": benefit.order_name,
        "ResourceId": benefit.arm_id,
        "ServiceFamily": "Compute",
        "UnitOfMeasure": "1 Hour",
    }
    count = benefit.count or 1
    price = format_number(purchase // count)
    fees.add(
        benefit.account,
        period,
        0,
        (ACTUAL,),
        purchase,
        ChargeType="Purchase",
        Frequency="Recurring",
        **common | {"Quantity": str(count), "EffectivePrice": price, "UnitPrice": price},
    )
    for day, (share, spent) in enumerate(zip(benefit.day_shares(period), used, strict=True)):
        charge = "UnusedReservation" if benefit.kind == "Reservation" else "UnusedSavingsPlan"
        fees.add(
            benefit.account,
            period,
            day,
            (AMORTISED,),
            share - spent,
            ChargeType=charge,
            Frequency="UsageBased",
            **common,
        )


def benefit_columns(benefit: Benefit) -> dict[str, str]:
    """The columns that name the benefit on usage, purchase and unused rows alike."""
    is_reservation = benefit.kind == "Reservation"
    return {
        "PricingModel": benefit.kind,
        "ReservationId": benefit.id if is_reservation else "",
        "ReservationName": benefit.name if is_reservation else "",
        "ProductOrderId": benefit.order,
        "ProductOrderName": benefit.order_name,
        "Term": "12",
        "benefitId": benefit.arm_id,
        "benefitName": benefit.name,
    }
