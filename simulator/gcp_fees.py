"""Rows of a Google Cloud bill that are not daily usage: commitment fees, support, adjustments, tax, rounding."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.company import GCP_ACCOUNTS, GCP_BILLING_ACCOUNT, Account, find_account
from simulator.fleet import Line, make_guid, make_token
from simulator.gcp_items import GCP_ITEMS
from simulator.gcp_lines import DEFAULT_MODEL, PLAN_PERCENT, describe_project
from simulator.gcp_schema import SCHEMA
from simulator.periods import Period
from simulator.rhythm import QUANTITY_SCALE
from simulator.truth import MEASURES, Measures
from simulator.writers import MONEY_SCALE

_CENT = MONEY_SCALE // 100
_WHOLE_FROM = 4000 * MONEY_SCALE
_LINES_PER_COMMITMENT = 60
_UTILISATION = 91
_COMPUTE = {"id": "6F81-5844-456A", "description": "Compute Engine"}
_INVOICE = {"id": "", "description": "Invoice"}


@dataclass(frozen=True)
class Commitment:
    """A flexible spend-based commitment; ``hourly`` is in millionths of a dollar."""

    id: str
    lines: tuple[int, ...]
    hourly: int

    @property
    def daily_fee(self) -> int:
        return self.hourly * 24 * QUANTITY_SCALE


def planted_lines() -> list[Line]:
    """A few covered lines, so that the commitment exists in the smallest company."""
    account = find_account(GCP_ACCOUNTS, "fernhill-web-prod")
    return [
        Line(
            item,
            account,
            account.region,
            account.teams[0],
            "full",
            make_token("cud", number),
            item.quantity,
            label="commitment",
        )
        for item in GCP_ITEMS
        if item.kind == "plan"
        for number in range(3)
    ]


def buy_commitments(lines: Sequence[Line]) -> list[Commitment]:
    """Commitments for all lines of kind ``plan``, each somewhat larger than what it covers."""
    members = [n for n, line in enumerate(lines) if line.payment == "plan"]
    bought = []
    for number, at in enumerate(range(0, len(members), _LINES_PER_COMMITMENT)):
        chunk = tuple(members[at : at + _LINES_PER_COMMITMENT])
        used = sum(round(lines[n].quantity) * (lines[n].item.price * PLAN_PERCENT // 100) for n in chunk)
        hourly = -(-used * 100 // (24 * _UTILISATION * 1000)) * 1000
        bought.append(Commitment(make_guid("cud", number), chunk, hourly))
    return bought


@dataclass
class Fees:
    """Fee rows as they are built: the record of each and its four costs."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    costs: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(
        self,
        period: Period,
        times: list[dt.datetime],
        day: int,
        cost: int,
        account: Account | None,
        offset: int = 0,
        **columns: Any,
    ) -> None:
        """A row of ``cost`` on a day of the month; ``offset`` is the (negative) credit that it carries."""
        listed = "cost_at_list" in columns
        row: dict[str, Any] = {
            "billing_account_id": GCP_BILLING_ACCOUNT,
            "usage_start_time": times[day],
            "usage_end_time": times[day + 1],
            "project": describe_project(account) if account else None,
            "labels": [],
            "system_labels": [],
            "tags": [],
            "location": {"location": "global"},
            "transaction_type": "GOOGLE",
            "seller_name": "Google Cloud EMEA Limited",
            "export_time": times[day + 1] + dt.timedelta(hours=9),
            "cost": cost / MONEY_SCALE,
            "currency": "USD",
            "currency_conversion_rate": 1.0,
            "credits": [],
            "invoice": {"month": f"{period.start:%Y%m}", "publisher_type": "GOOGLE"},
            "cost_type": "regular",
        }
        self.rows.append(row | columns)
        net = cost + offset
        self.costs.append((net, net, cost if listed else net, cost, day))

    def table(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows, schema=SCHEMA)

    def measures(self, period: Period) -> Measures:
        values = np.array(self.costs, dtype=np.int64).reshape(-1, len(MEASURES) + 1).T
        return Measures(
            billed=values[0],
            effective=values[1],
            list=values[2],
            contracted=values[3],
            day=values[4] + period.first_day,
        )


def make_fees(
    commitments: list[Commitment],
    used: np.ndarray,
    billed: dict[str, int],
    period: Period,
    times: list[dt.datetime],
    draft: bool,
) -> Fees:
    """All fee rows of an invoice month.

    ``used`` is what each commitment's lines cost per day, ``billed`` the net usage of each project (1e-10 USD).
    """
    fees = Fees()
    for commitment, spent in zip(commitments, used.tolist(), strict=True):
        for day, amount in enumerate(spent):
            _add_fee(fees, commitment, period, times, day, amount)
    _add_support(fees, period, times)
    if not draft:
        _add_adjustment(fees, period, times)
    _add_taxes(fees, period, times, billed)
    _add_rounding(fees, period, times)
    return fees


def _add_support(fees: Fees, period: Period, times: list[dt.datetime]) -> None:
    fees.add(
        period,
        times,
        0,
        150 * MONEY_SCALE,
        None,
        service={"id": "2062-016F-44A2", "description": "Support"},
        sku={"id": "3C5B-1E4C-57E6", "description": "Standard Support Subscription Fee"},
        cost_at_list=150.0,
        consumption_model=DEFAULT_MODEL,
    )


def _add_adjustment(fees: Fees, period: Period, times: list[dt.datetime]) -> None:
    account = find_account(GCP_ACCOUNTS, "fernhill-warehouse")
    fees.add(
        period,
        times,
        period.days - 1,
        -(1_850 + 25 * period.index) * _CENT,
        account,
        service=_COMPUTE,
        sku={"id": "D973-5D65-BAB2", "description": "Storage PD Capacity in EMEA"},
        cost_type="adjustment",
        adjustment_info={
            "id": make_guid("adjustment", period.label),
            "description": "Correction of disk usage",
            "mode": "PARTIAL_CORRECTION",
            "type": "USAGE_CORRECTION",
        },
    )


def _add_taxes(fees: Fees, period: Period, times: list[dt.datetime], billed: dict[str, int]) -> None:
    for account in GCP_ACCOUNTS:
        amount = billed.get(account.id, 0)
        if amount > 0:
            fees.add(
                period,
                times,
                period.days - 1,
                _round(amount * 4 // 100),
                account,
                service=_INVOICE,
                sku={"id": "", "description": "Tax"},
                cost_type="tax",
            )


def _add_rounding(fees: Fees, period: Period, times: list[dt.datetime]) -> None:
    fees.add(
        period,
        times,
        period.days - 1,
        (7 * (period.index % 4) - 10) * MONEY_SCALE // 10_000,
        None,
        service=_INVOICE,
        sku={"id": "", "description": "Rounding error"},
        cost_type="rounding_error",
    )


def _round(units: int) -> int:
    """To the cent, or to whole dollars where the amount is large."""
    step = MONEY_SCALE if units >= _WHOLE_FROM else _CENT
    return round(units / step) * step


def _add_fee(fees: Fees, commitment: Commitment, period: Period, times: list[dt.datetime], day: int, used: int) -> None:
    fee = commitment.daily_fee
    hours = commitment.hourly * 24 / 1e6
    fees.add(
        period,
        times,
        day,
        fee,
        None,
        offset=-used,
        service=_COMPUTE,
        sku={"id": "B9A4-2C74-0E8D", "description": "Commitment - dollar based v1: Compute Flexible CUD 1 Year"},
        labels=[{"key": "goog-originating-sku-id", "value": "5A6F-1B20-7D4E"}],
        subscription={"instance_id": commitment.id},
        consumption_model=DEFAULT_MODEL,
        cost_at_list=fee / MONEY_SCALE,
        cost_at_effective_price_default=fee / MONEY_SCALE,
        cost_at_list_consumption_model=fee / MONEY_SCALE,
        price={
            "effective_price": 1,
            "tier_start_amount": 0,
            "unit": "hour",
            "pricing_unit_quantity": 1,
            "list_price": 1,
            "effective_price_default": 1,
            "list_price_consumption_model": 1,
        },
        usage={"amount": hours * 3600, "unit": "seconds", "amount_in_pricing_units": hours, "pricing_unit": "hour"},
        credits=[
            {
                "name": "Committed use discount - dollar based: Compute Flexible CUD 1 Year",
                "amount": -used / MONEY_SCALE,
                "full_name": None,
                "id": commitment.id,
                "type": "FEE_UTILIZATION_OFFSET",
            }
        ],
    )
