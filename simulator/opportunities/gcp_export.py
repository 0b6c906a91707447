"""A company's Google Cloud bill as a detailed export: one Parquet file an invoice month."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.gcp import day_starts
from simulator.gcp_lines import DEFAULT_MODEL, FLEXIBLE_MODEL
from simulator.gcp_schema import SCHEMA
from simulator.opportunities.calendar import DAY, month_start
from simulator.opportunities.commitments import Commitment, unused_by_day
from simulator.opportunities.company import Company, make_guid
from simulator.opportunities.lines import Account, Charge, Line
from simulator.writers import write_parquet

_Row = dict[str, Any]
_ONE = {
    name: Decimal(1)
    for name in (
        "effective_price",
        "pricing_unit_quantity",
        "list_price",
        "effective_price_default",
        "list_price_consumption_model",
    )
} | {"tier_start_amount": Decimal(0), "unit": "hour"}
_PRICE = Decimal("1e-9")


def write_gcp(company: Company, root: Path) -> None:
    """Write the export below ``root`` (the data set)."""
    account = _billing_account(company)
    months: dict[dt.date, list[_Row]] = defaultdict(list)
    for line in company.lines:
        if line.resource.cloud == "gcp":
            static = _describe(company, line, account)
            for charge in line.charges:
                months[month_start(charge.start.date())].append(static | _charge(line, charge))
    for commitment in company.commitments:
        if commitment.cloud == "gcp":
            _add_fees(company, commitment, account, months)
    table = f"gcp_billing_export_resource_v1_{account.replace('-', '_')}"
    for first, rows in sorted(months.items()):
        invoice = {"month": f"{first:%Y%m}", "publisher_type": "GOOGLE"}
        content = pa.Table.from_pylist([row | {"invoice": invoice} for row in rows], schema=SCHEMA)
        write_parquet(root / table / f"invoice_month={first:%Y%m}" / "part-000000000000.parquet", content)


def _billing_account(company: Company) -> str:
    token = make_guid(f"{company.seed}/{company.number}/billing").replace("-", "").upper()
    return f"{token[:6]}-{token[6:12]}-{token[12:18]}"


@cache
def _pacific_midnight(date: dt.date) -> dt.datetime:
    return day_starts(date, 1)[0]


def _times(start: dt.datetime, end: dt.datetime) -> _Row:
    """Whole days are those of Pacific time; hours are hours."""
    if end - start < DAY:
        first, last = start.replace(tzinfo=dt.UTC), end.replace(tzinfo=dt.UTC)
    else:
        first, last = _pacific_midnight(start.date()), _pacific_midnight(end.date())
    return {"usage_start_time": first, "usage_end_time": last, "export_time": last + dt.timedelta(hours=9)}


def _charge(line: Line, charge: Charge) -> _Row:
    cost, credited = line.cost(charge), line.credited(charge)
    if line.is_covered:
        cost = line.effective(charge)
    listed = (charge.quantity * line.list_price).quantize(Decimal("1e-10"))
    credit = {
        "name": "Sustained Usage Discount",
        "amount": -float(credited),
        "full_name": "Sustained Usage Discount",
        "id": "Sustained Usage Discount",
        "type": "SUSTAINED_USAGE_DISCOUNT",
    }
    base = float(charge.quantity) * float(line.meter.native["base_units"])
    if line.meter.native["base_unit"] == "byte-seconds":
        base *= 1024**3
    return _times(charge.start, charge.end) | {
        "cost": float(cost),
        "cost_at_list": float(listed),
        "cost_at_effective_price_default": float(line.cost(charge)),
        "cost_at_list_consumption_model": float(cost if line.is_covered else listed),
        "usage": {
            "amount": base,
            "unit": line.meter.native["base_unit"],
            "amount_in_pricing_units": float(charge.quantity),
            "pricing_unit": line.meter.unit,
        },
        "credits": [credit] if credited else [],
    }


def _project(account: Account) -> _Row:
    number = str(int(make_guid(account.id)[:8], 16) + 10**11)
    return {
        "id": account.id,
        "number": number,
        "name": account.name,
        "labels": [],
        "ancestry_numbers": "/771100220011/",
        "ancestors": [{"resource_name": f"projects/{number}", "display_name": account.name}],
    }


def _common(account: str) -> _Row:
    return {
        "billing_account_id": account,
        "system_labels": [],
        "tags": [],
        "labels": [],
        "transaction_type": "GOOGLE",
        "seller_name": "Google Cloud EMEA Limited",
        "currency": "USD",
        "currency_conversion_rate": 1.0,
        "cost_type": "regular",
        "consumption_model": DEFAULT_MODEL,
    }


def _describe(company: Company, line: Line, account: str) -> _Row:
    resource, meter = line.resource, line.meter
    paid = (line.covered_price if line.is_covered else line.price).quantize(_PRICE)
    sku = make_guid(meter.usage).replace("-", "").upper()
    system = [{"key": key, "value": value} for key, value in sorted(line.columns.items())]
    row = _common(account) | {
        "service": {"id": meter.native["service_id"], "description": meter.service},
        "sku": {"id": f"{sku[:4]}-{sku[4:8]}-{sku[8:12]}", "description": meter.usage},
        "project": _project(resource.account),
        "labels": [{"key": key.lower(), "value": value.lower()} for key, value in sorted(resource.tags.items())],
        "system_labels": system,
        "location": {
            "location": resource.region,
            "country": "BE" if resource.region.startswith("europe") else "US",
            "region": resource.region,
            "zone": None,
        },
        "resource": {"name": resource.name, "global_name": resource.id},
        "price": {
            "effective_price": paid,
            "tier_start_amount": Decimal(0),
            "unit": meter.unit,
            "pricing_unit_quantity": Decimal(1),
            "list_price": line.list_price.quantize(_PRICE),
            "effective_price_default": line.price.quantize(_PRICE),
            "list_price_consumption_model": paid if line.is_covered else line.list_price.quantize(_PRICE),
        },
    }
    if line.is_covered:
        row |= {"consumption_model": FLEXIBLE_MODEL, "subscription": {"instance_id": line.commitment}}
    return row


def _add_fees(company: Company, commitment: Commitment, account: str, months: Mapping[dt.date, list[_Row]]) -> None:
    """The fee of every day, with the offset for what of it was used."""
    for date, unused in unused_by_day(commitment, company.lines, company.calendar).items():
        start = dt.datetime.combine(date, dt.time())
        fee, used = float(commitment.daily), float(commitment.daily - unused)
        credit = {
            "name": "Committed use discount - dollar based: Compute Flexible CUD 1 Year",
            "amount": -used,
            "full_name": None,
            "id": commitment.id,
            "type": "FEE_UTILIZATION_OFFSET",
        }
        months[month_start(date)].append(
            _common(account)
            | _times(start, start + DAY)
            | {
                "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
                "sku": {
                    "id": "B9A4-2C74-0E8D",
                    "description": "Commitment - dollar based v1: Compute Flexible CUD 1 Year",
                },
                "project": None,
                "location": {"location": "global"},
                "subscription": {"instance_id": commitment.id},
                "price": _ONE,
                "cost": fee,
                "cost_at_list": fee,
                "cost_at_effective_price_default": fee,
                "cost_at_list_consumption_model": fee,
                "usage": {
                    "amount": fee * 3600,
                    "unit": "seconds",
                    "amount_in_pricing_units": fee,
                    "pricing_unit": "hour",
                },
                "credits": [credit],
            }
        )
