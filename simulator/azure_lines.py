"""What an Azure cost export states of a line that does not change from day to day, as CSV text."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from simulator.company import AZURE_ENROLLMENT, AZURE_REGIONS, COMPANY, COST_CENTRES, DOMAIN, Account
from simulator.fleet import Line, make_guid
from simulator.writers import quote_csv

#: The header of an Enterprise Agreement export, in its order.
HEADER = (
    "InvoiceSectionName,AccountName,AccountOwnerId,SubscriptionId,SubscriptionName,ResourceGroup,ResourceLocation,"
    "Date,ProductName,MeterCategory,MeterSubCategory,MeterId,MeterName,MeterRegion,UnitOfMeasure,Quantity,"
    "EffectivePrice,CostInBillingCurrency,CostCenter,ConsumedService,ResourceId,Tags,OfferId,AdditionalInfo,"
    "ServiceInfo1,ServiceInfo2,ResourceName,ReservationId,ReservationName,UnitPrice,ProductOrderId,ProductOrderName,"
    "Term,PublisherType,PublisherName,ChargeType,Frequency,PricingModel,AvailabilityZone,BillingAccountId,"
    "BillingAccountName,BillingCurrencyCode,BillingPeriodStartDate,BillingPeriodEndDate,BillingProfileId,"
    "BillingProfileName,InvoiceSectionId,IsAzureCreditEligible,PartNumber,PayGPrice,PlanName,ServiceFamily,"
    "CostAllocationRuleName,benefitId,benefitName"
).split(",")


def describe_account(account: Account) -> dict[str, str]:
    """The columns that follow from the subscription alone."""
    return {
        "InvoiceSectionName": "Retail" if account.name.startswith("crm") else "Operations",
        "AccountName": f"{COMPANY} IT",
        "AccountOwnerId": f"azure-owner@{DOMAIN}",
        "SubscriptionId": account.id,
        "SubscriptionName": account.name,
        "CostCenter": COST_CENTRES[account.teams[0]],
        "OfferId": "MS-AZR-0017P",
        "BillingAccountId": AZURE_ENROLLMENT,
        "BillingAccountName": COMPANY,
        "BillingCurrencyCode": "EUR",
        "BillingProfileId": AZURE_ENROLLMENT,
        "BillingProfileName": COMPANY,
    }


def name_group(line: Line) -> str:
    """The resource group; its case varies on real bills."""
    group = f"rg-{line.team}-{line.account.environment}"
    return group.upper() if int(line.token[:1], 16) > 11 else group


def name_resource(line: Line) -> str:
    """The ARM resource id."""
    kind = line.item.extra["type"]
    if kind.count("/") == 2:  # a child resource: provider/parents/children
        provider, parent, child = kind.split("/")
        tail = f"{provider}/{parent}/sql-{line.team}/{child}/{short_name(line)}"
    else:
        tail = f"{kind}/{short_name(line)}"
    return f"/subscriptions/{line.account.id}/resourceGroups/{name_group(line)}/providers/{tail}"


def name_part(line: Line) -> str:
    """A price sheet part number, one per meter and region."""
    token = make_guid("part", line.item.meter, line.region)
    return f"AA{token[0].upper()}-{int(token[1:7], 16) % 90000 + 10000}"


def short_name(line: Line) -> str:
    """The resource's own name."""
    return f"{line.item.resource}-{line.team}-{line.token[:6]}"


def _tags(line: Line) -> str:
    """Tags as an Enterprise Agreement export writes them: JSON members without the braces."""
    if line.tagging == "none":
        return ""
    environment = line.account.environment
    if line.tagging == "partly":
        return f'"Team": "{line.team}","env": "{environment}"'
    return f'"team": "{line.team}","environment": "{environment}","cost-center": "{COST_CENTRES[line.team]}"'


def describe_lines(lines: Sequence[Line]) -> dict[str, pa.Array]:
    """One CSV text per line of every column that does not depend on the day."""
    return quote_rows([_describe(line) for line in lines])


def quote_rows(rows: Sequence[Mapping[str, str]]) -> dict[str, pa.Array]:
    """Columns of CSV text from rows of plain text; only columns that some row fills."""
    names = [name for name in HEADER if any(row.get(name) for row in rows)]
    return {name: pa.array([quote_csv(row.get(name, "")) for row in rows], pa.string()) for name in names}


def _describe(line: Line) -> dict[str, str]:
    item, extra = line.item, line.item.extra
    meter_region, location = AZURE_REGIONS[line.region]
    product = " - ".join(part for part in (f"{item.code} {extra['sub']}".strip(), item.meter, meter_region) if part)
    virtual_machine = extra["type"].endswith("/virtualMachines")
    size = f"Standard_{item.meter.replace(' Spot', '').replace(' ', '_')}"
    return describe_account(line.account) | {
        "CostCenter": COST_CENTRES[line.team],
        "ResourceGroup": name_group(line),
        "ResourceLocation": location,
        "ProductName": product,
        "MeterCategory": item.code,
        "MeterSubCategory": extra["sub"],
        "MeterId": make_guid("meter", item.code, item.meter, line.region),
        "MeterName": item.meter,
        "MeterRegion": meter_region,
        "UnitOfMeasure": item.unit,
        "ConsumedService": extra["consumed"],
        "ResourceId": name_resource(line),
        "Tags": _tags(line),
        "AdditionalInfo": f'{{"ServiceType":"{size}","VMName":"{short_name(line)}"}}' if virtual_machine else "",
        "ServiceInfo2": "Canonical" if virtual_machine else "",
        "ResourceName": short_name(line),
        "PublisherType": "Azure",
        "PublisherName": "Microsoft",
        "ChargeType": "Usage",
        "Frequency": "UsageBased",
        "IsAzureCreditEligible": "True",
        "PartNumber": name_part(line),
        "ServiceFamily": extra["family"],
    }
