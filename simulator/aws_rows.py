"""Fee rows of an AWS bill as they are built: what every one of them says, and its four costs."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.aws_columns import SCHEMA
from simulator.company import AWS_PAYER, Account
from simulator.fleet import make_token
from simulator.periods import Period
from simulator.truth import MEASURES, Measures
from simulator.writers import MONEY_SCALE, to_double

CENT = MONEY_SCALE // 100
#: Fees above this are whole dollars, so that a double holds them exactly.
_WHOLE_FROM = 4000 * MONEY_SCALE


@dataclass
class Fees:
    """Fee rows as they are built: the columns of each, and its four costs."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    costs: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(
        self,
        period: Period,
        kind: str,
        account: Account,
        day: int,
        days: int,
        amount: int,
        effective: int | None = None,
        **columns: Any,
    ) -> None:
        """A row whose list and contracted cost are its amount; ``day`` counts within the month."""
        first = period.start + dt.timedelta(days=day)
        start = dt.datetime.combine(first, dt.time())
        end = start + dt.timedelta(days=days)
        number = len(self.rows)
        row: dict[str, Any] = {
            "identity_line_item_id": make_token("fee", period.label, number, kind, length=46),
            "identity_time_interval": f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}",
            "bill_bill_type": "Anniversary",
            "bill_billing_entity": "AWS",
            "bill_billing_period_start_date": dt.datetime.combine(period.start, dt.time()),
            "bill_billing_period_end_date": dt.datetime.combine(period.end, dt.time()),
            "bill_invoice_id": f"EUINFH26-{period.start:%Y%m}0001",
            "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
            "bill_payer_account_id": AWS_PAYER.id,
            "bill_payer_account_name": AWS_PAYER.name,
            "line_item_currency_code": "USD",
            "line_item_legal_entity": "Amazon Web Services, Inc.",
            "line_item_line_item_type": kind,
            "line_item_usage_account_id": account.id,
            "line_item_usage_account_name": account.name,
            "line_item_resource_id": "",
            "line_item_usage_start_date": start,
            "line_item_usage_end_date": end,
            "line_item_unblended_cost": as_double(amount),
            "resource_tags": [],
        }
        self.rows.append(row | columns)
        self.costs.append((amount, amount if effective is None else effective, amount, amount, day))

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


def as_double(units: int) -> float:
    """Money as a double; see `simulator.writers.to_double`."""
    to_double(np.array([units]))
    return units / MONEY_SCALE


def round_fee(units: int) -> int:
    """To the cent, or to whole units of the currency where the amount is large."""
    step = MONEY_SCALE if abs(units) >= _WHOLE_FROM else CENT
    return round(units / step) * step
