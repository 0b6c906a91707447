"""A company's Azure bill as two cost details exports: actual and amortised cost, a run of each a month."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from simulator.azure_lines import HEADER
from simulator.opportunities.calendar import DAY, month_end, month_start
from simulator.opportunities.commitments import Commitment, unused_by_day
from simulator.opportunities.company import Company, make_guid
from simulator.opportunities.lines import Charge, Line, round_cost
from simulator.writers import quote_csv, write_csv, write_json

_TYPES = {"actual": "ActualCost", "amortised": "AmortizedCost"}
_Row = dict[str, str]
_LOCATIONS = {"westeurope": "EU West", "northeurope": "EU North", "eastus": "US East"}


def write_azure(company: Company, root: Path) -> None:
    """Write both exports below ``root`` (the container)."""
    bought = {c.id: c for c in company.commitments if c.cloud == "azure"}
    months: dict[dt.date, dict[str, list[_Row]]] = defaultdict(lambda: {name: [] for name in _TYPES})
    for line in company.lines:
        if line.resource.cloud == "azure":
            static = _describe(company, line, bought)
            for charge in line.charges:
                for name, rows in months[month_start(charge.start.date())].items():
                    rows.append(static | _charge(line, charge, name))
    for commitment in bought.values():
        _add_commitment(company, commitment, months)
    for first, datasets in sorted(months.items()):
        for name, rows in datasets.items():
            _write_run(company, root, first, name, rows)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _charge(line: Line, charge: Charge, dataset: str) -> _Row:
    date = charge.start.date()
    price, cost = line.price, line.cost(charge)
    if line.is_covered:
        price = line.covered_price if dataset == "amortised" else Decimal(0)
        cost = line.effective(charge) if dataset == "amortised" else Decimal(0)
    return _dates(date) | {
        "Quantity": _number(charge.quantity),
        "EffectivePrice": _number(price),
        "CostInBillingCurrency": _number(cost),
    }


def _dates(date: dt.date) -> _Row:
    return {
        "Date": f"{date:%m/%d/%Y}",
        "BillingPeriodStartDate": f"{month_start(date):%m/%d/%Y}",
        "BillingPeriodEndDate": f"{month_end(date) - DAY:%m/%d/%Y}",
    }


def _enrolment(company: Company, line_account_id: str, name: str, offer: str) -> _Row:
    number = f"{68000000 + company.number * 17}"
    return {
        "InvoiceSectionName": "Operations",
        "AccountName": f"{company.profile.name} IT",
        "AccountOwnerId": f"owner@{company.profile.name}.example",
        "SubscriptionId": line_account_id,
        "SubscriptionName": name,
        "OfferId": offer,
        "BillingAccountId": number,
        "BillingAccountName": company.profile.name,
        "BillingCurrencyCode": company.profile.currency["azure"],
        "BillingProfileId": number,
        "BillingProfileName": company.profile.name,
        "PublisherType": "Azure",
        "PublisherName": "Microsoft",
    }


def _describe(company: Company, line: Line, bought: Mapping[str, Commitment]) -> _Row:
    resource, meter = line.resource, line.meter
    sub = meter.native["MeterSubCategory"]
    region = _LOCATIONS[resource.region]
    product = " - ".join(part for part in (f"{meter.service} {sub}".strip(), meter.usage, region) if part)
    members = ",".join(f'"{key}": "{value}"' for key, value in sorted(resource.tags.items()))
    commitment = bought.get(line.commitment)
    row = _enrolment(company, resource.account.id, resource.account.name, resource.account.offer) | {
        "ResourceGroup": f"rg-{resource.account.name}",
        "ResourceLocation": resource.region,
        "ProductName": product,
        "MeterCategory": meter.service,
        "MeterSubCategory": sub,
        "MeterId": make_guid(f"{meter.service}{sub}{meter.usage}{resource.region}"),
        "MeterName": meter.usage,
        "MeterRegion": region,
        "UnitOfMeasure": meter.unit,
        "ConsumedService": meter.native["ConsumedService"],
        "ResourceId": resource.id,
        "Tags": members,
        "ResourceName": resource.name,
        "ChargeType": "Usage",
        "Frequency": "UsageBased",
        "PricingModel": "Reservation" if commitment else "Spot" if line.payment == "spot" else "OnDemand",
        "IsAzureCreditEligible": "True",
        "PartNumber": f"AA{make_guid(product)[:1].upper()}-{int(make_guid(product)[1:7], 16) % 90000 + 10000}",
        "ServiceFamily": meter.native["ServiceFamily"],
        "UnitPrice": _number(line.price),
        "PayGPrice": _number(line.list_price),
    }
    return row | (_benefit(commitment) if commitment else {}) | dict(line.columns)


def _benefit(commitment: Commitment) -> _Row:
    order, identity = commitment.id.split("/reservationOrders/")[1].split("/reservations/")
    return {
        "PricingModel": "Reservation",
        "ReservationId": identity,
        "ReservationName": commitment.name,
        "ProductOrderId": order,
        "ProductOrderName": f"Reserved VM Instance, Standard_{commitment.size.replace(' ', '_')}, 1 Year",
        "Term": "12",
        "benefitId": commitment.id,
        "benefitName": commitment.name,
    }


def _add_commitment(company: Company, commitment: Commitment, months: dict[dt.date, dict[str, list[_Row]]]) -> None:
    """The monthly purchase in the actual export, and what went unused a day in the amortised one."""
    account = commitment.account
    common = (
        _enrolment(company, account.id, account.name, account.offer)
        | _benefit(commitment)
        | {
            "ConsumedService": "Microsoft.Capacity",
            "MeterCategory": "Virtual Machines",
            "MeterSubCategory": "Dsv5 Series",
            "MeterName": commitment.size,
            "MeterId": make_guid(f"reservation{commitment.size}"),
            "ProductName": f"Reserved VM Instance, Standard_{commitment.size.replace(' ', '_')}, 1 Year",
            "ResourceId": commitment.id,
            "ServiceFamily": "Compute",
            "UnitOfMeasure": "1 Hour",
            "Quantity": "1",
            "UnitPrice": "0",
            "PayGPrice": "0",
            "IsAzureCreditEligible": "False",
        }
    )
    bought: dict[dt.date, Decimal] = defaultdict(Decimal)
    for date, unused in unused_by_day(commitment, company.lines, company.calendar).items():
        bought[month_start(date)] += commitment.daily
        charge = {"ChargeType": "UnusedReservation", "Frequency": "UsageBased"}
        months[month_start(date)]["amortised"].append(common | _dates(date) | charge | _cost(unused))
    for first, amount in bought.items():
        charge = {"ChargeType": "Purchase", "Frequency": "Recurring"}
        months[first]["actual"].append(common | _dates(first) | charge | _cost(round_cost(amount)))


def _cost(amount: Decimal) -> _Row:
    return {"EffectivePrice": _number(amount), "CostInBillingCurrency": _number(amount)}


def _write_run(company: Company, root: Path, first: dt.date, dataset: str, rows: list[_Row]) -> None:
    name = f"{company.profile.name}-{'actual' if dataset == 'actual' else 'amortized'}"
    run = make_guid(f"{company.seed}{company.number}{dataset}{first}")
    last = month_end(first) - DAY
    folder = f"exports/{name}/{first:%Y%m%d}-{last:%Y%m%d}/{run}"
    columns = {column: pa.array([quote_csv(row.get(column, "")) for row in rows], pa.string()) for column in HEADER}
    part = f"{folder}/part_0_0001.csv"
    size = write_csv(root / part, HEADER, columns)
    manifest = {
        "manifestVersion": "2024-04-01",
        "byteCount": size,
        "blobCount": 1,
        "dataRowCount": len(rows),
        "exportConfig": {
            "exportName": name,
            "resourceId": f"/providers/Microsoft.Billing/billingAccounts/{68000000 + company.number * 17}/providers/"
            f"Microsoft.CostManagement/exports/{name}",
            "dataVersion": "2021-10-01",
            "apiVersion": "2023-07-01-preview",
            "type": _TYPES[dataset],
            "timeFrame": "TheLastMonth",
            "granularity": "Daily",
        },
        "deliveryConfig": {
            "partitionData": True,
            "dataOverwriteBehavior": "OverwritePreviousReport",
            "fileFormat": "Csv",
            "compressionMode": "none",
            "rootFolderPath": "exports",
        },
        "runInfo": {
            "executionType": "Scheduled",
            "submittedTime": f"{month_end(first):%Y-%m}-06T06:10:59.1032074Z",
            "runId": run,
            "startDate": f"{first}T00:00:00",
            "endDate": f"{last}T00:00:00",
        },
        "blobs": [{"blobName": part, "byteCount": size, "dataRowCount": len(rows)}],
    }
    write_json(root / folder / "manifest.json", manifest)
