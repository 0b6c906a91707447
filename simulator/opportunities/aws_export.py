"""A company's AWS bill as a CUR 2.0 data export: one Parquet file and one manifest a month."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.aws import conform
from simulator.aws_columns import SCHEMA, describe_columns
from simulator.opportunities.aws_fees import UNUSED_OF_RESERVATION, list_fees, name_commitment
from simulator.opportunities.calendar import month_end, month_start
from simulator.opportunities.commitments import Commitment
from simulator.opportunities.company import Company, make_guid
from simulator.opportunities.lines import Charge, Line
from simulator.opportunities.prices.aws_regions import PREFIXES, PRICED_AS_USE1
from simulator.writers import map_array, write_json, write_parquet

#: Usage types that no region is written before.
_COLUMNS = frozenset(SCHEMA.names)
_BARE = ("Global-", "ExtendedSupport:")


@dataclass
class _Month:
    """The rows of a billing period: which line each belongs to, and what differs from row to row."""

    lines: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        for name in values.keys() - self.values.keys():
            self.values[name] = [None] * len(self.lines)
        for name, column in self.values.items():
            column.append(values.get(name))
        self.lines.append(line)


def write_aws(company: Company, root: Path) -> None:
    """Write the export below ``root`` (the bucket)."""
    lines = [line for line in company.lines if line.resource.cloud == "aws"]
    lines += [fee for c in company.commitments if c.cloud == "aws" for fee in list_fees(company, c)]
    months: dict[dt.date, _Month] = {}
    for number, line in enumerate(lines):
        for charge in line.charges:
            month = months.setdefault(month_start(charge.start.date()), _Month())
            for values in _rows(line, charge):
                month.add(number, values)
    static = _describe(company, lines)
    for first, month in sorted(months.items()):
        _write_month(company, root, first, month, static)


def _rows(line: Line, charge: Charge) -> list[dict[str, Any]]:
    """The row of a charge; usage under a savings plan has a second one that takes its cost off again."""
    cost = float(line.cost(charge))
    row: dict[str, Any] = {
        "line_item_usage_start_date": charge.start,
        "line_item_usage_end_date": charge.end,
        "line_item_usage_amount": float(charge.quantity),
        "line_item_unblended_cost": cost,
        "line_item_line_item_type": _TYPES.get(line.payment, "Usage"),
        "pricing_public_on_demand_cost": float((charge.quantity * line.list_price).quantize(Decimal("1e-10"))),
    }
    if line.payment == "fee":
        return [row | {"line_item_line_item_type": line.columns["type"], "pricing_public_on_demand_cost": None}]
    if line.payment == "plan_fee":
        unused = Decimal(line.columns[charge.start.date().isoformat()])
        total = float(line.cost(charge))
        return [
            row
            | {
                "pricing_public_on_demand_cost": None,
                "savings_plan_total_commitment_to_date": total,
                "savings_plan_used_commitment": float(line.cost(charge) - unused),
                "savings_plan_recurring_commitment_for_billing_period": total,
                "savings_plan_amortized_upfront_commitment_for_billing_period": 0.0,
            }
        ]
    if line.payment == "reservation_fee":
        nothing = dict.fromkeys(UNUSED_OF_RESERVATION, 0.0)
        return [row | nothing | {"pricing_public_on_demand_cost": None}]
    if line.payment == "reserved":
        effective = float(line.effective(charge))
        return [
            row
            | {
                "line_item_unblended_cost": 0.0,
                "reservation_effective_cost": effective,
                "reservation_recurring_fee_for_usage": effective,
                "reservation_amortized_upfront_cost_for_usage": 0.0,
            }
        ]
    if line.payment != "plan":
        if line.credit:
            row["line_item_net_unblended_cost"] = float(line.effective(charge))
        return [row]
    covered = {
        "savings_plan_savings_plan_effective_cost": float(line.effective(charge)),
        "savings_plan_savings_plan_rate": float(line.covered_price),
    }
    negation = row | {
        "line_item_line_item_type": "SavingsPlanNegation",
        "line_item_unblended_cost": -cost,
        "pricing_public_on_demand_cost": None,
    }
    return [row | covered, negation]


_TYPES = {
    "plan": "SavingsPlanCoveredUsage",
    "plan_fee": "SavingsPlanRecurringFee",
    "reserved": "DiscountedUsage",
    "reservation_fee": "RIFee",
}


def usage_type(line: Line) -> str:
    """The usage type with the region that is written before it."""
    usage, region = line.meter.usage, line.resource.region
    if usage.startswith(_BARE) and (region == "us-east-1" or not usage.startswith("ExtendedSupport:")):
        return usage
    if region == "us-east-1":
        return f"USE1-{usage}" if line.meter.service in PRICED_AS_USE1 else usage
    return f"{PREFIXES[region]}-{usage}" if region in PREFIXES else usage


def _describe(company: Company, lines: list[Line]) -> dict[str, pa.Array]:
    """What does not change from row to row, one value per line."""
    plans = {c.id: c for c in company.commitments}
    rows = [_describe_line(company, line, plans) for line in lines]
    names = sorted({name for row in rows for name in row})
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    columns["resource_tags"] = map_array(
        [{f"user_{key}": value for key, value in sorted(line.resource.tags.items())} for line in lines]
    )
    columns["product"] = map_array([_product(line) for line in lines])
    return columns


def _describe_line(company: Company, line: Line, plans: Mapping[str, Commitment]) -> dict[str, str | None]:
    account, meter, region = line.resource.account, line.meter, line.resource.region
    usage = usage_type(line)
    sku = make_guid(f"{meter.service}{usage}{meter.native.get('line_item_operation')}").replace("-", "").upper()[:16]
    native = {name: value for name, value in meter.native.items() if name in _COLUMNS}
    plan = plans.get(line.commitment)
    said = {name: value for name, value in line.columns.items() if name in _COLUMNS}
    row: dict[str, str | None] = {
        "line_item_product_code": meter.service,
        "line_item_resource_id": line.resource.id,
        "line_item_usage_account_id": account.id,
        "line_item_usage_account_name": account.name,
        "line_item_usage_type": usage,
        "line_item_line_item_description": f"${line.price.normalize():f} per {meter.unit} - {meter.usage}",
        "line_item_unblended_rate": f"{line.price:.10f}",
        "line_item_operation": "",
        "pricing_public_on_demand_rate": f"{line.list_price:.10f}",
        "pricing_currency": "USD",
        "pricing_term": {"spot": "Spot", "plan": "OnDemand"}.get(line.payment, "OnDemand"),
        "pricing_unit": meter.unit,
        "pricing_rate_code": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "product_region_code": region,
        "product_servicecode": meter.service,
        "product_sku": sku,
        "product_usagetype": usage,
        "product_operation": native.get("line_item_operation", ""),
        "bill_billing_entity": "AWS",
        "line_item_legal_entity": "Amazon Web Services, Inc.",
    }
    if plan is not None:
        row |= name_commitment(plan)
    if line.payment == "reserved":
        row |= {"pricing_term": "Reserved", "line_item_unblended_rate": "0.0000000000"}
    return row | native | said


def _product(line: Line) -> dict[str, str]:
    """The map of further product attributes."""
    content = {"region": line.resource.region, "servicename": line.meter.service}
    content |= {name: value for name, value in line.meter.native.items() if name not in _COLUMNS}
    return dict(sorted(content.items()))


def _write_month(company: Company, root: Path, first: dt.date, month: _Month, static: Mapping[str, pa.Array]) -> None:
    which = pa.array(month.lines, pa.int32())
    count = len(month.lines)
    columns = {name: values.take(which) for name, values in static.items()}
    columns |= {name: pa.array(values, SCHEMA.field(name).type) for name, values in month.values.items()}
    start = dt.datetime.combine(first, dt.time())
    end = dt.datetime.combine(month_end(first), dt.time())
    label = f"{first:%Y-%m}"
    for name, value in (
        ("bill_bill_type", "Anniversary"),
        ("bill_invoice_id", f"INV{company.number:03d}{first:%Y%m}"),
        ("bill_invoicing_entity", "Amazon Web Services, Inc."),
        ("bill_payer_account_id", company.profile.payer),
        ("bill_payer_account_name", f"{company.profile.name}-management"),
        ("line_item_currency_code", "USD"),
    ):
        columns[name] = pa.repeat(value, count)
    columns["bill_billing_period_start_date"] = pa.repeat(pa.scalar(start, pa.timestamp("ms")), count)
    columns["bill_billing_period_end_date"] = pa.repeat(pa.scalar(end, pa.timestamp("ms")), count)
    columns["identity_line_item_id"] = pa.array([f"{company.number:03d}{first:%Y%m}{n:08d}" for n in range(count)])
    columns["identity_time_interval"] = pa.array(
        [
            f"{a:%Y-%m-%dT%H:%M:%SZ}/{b:%Y-%m-%dT%H:%M:%SZ}"
            for a, b in zip(
                month.values["line_item_usage_start_date"], month.values["line_item_usage_end_date"], strict=True
            )
        ]
    )
    name = f"{company.profile.name}-export"
    key = f"cur/{name}/data/BILLING_PERIOD={label}/{name}-00001.snappy.parquet"
    write_parquet(root / key, conform(columns, count))
    manifest = {
        "executionId": make_guid(f"{company.seed}{company.number}{label}"),
        "dataFiles": [f"s3://{company.profile.name}-billing/{key}"],
        "columns": describe_columns(),
        "additionalOutputFiles": [],
    }
    write_json(root / f"cur/{name}/metadata/BILLING_PERIOD={label}/{name}-Manifest.json", manifest)
