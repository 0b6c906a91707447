"""Google Cloud detailed billing export of the company: usage with credits, a commitment, and late usage."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from simulator import gcp_schema as schema
from simulator.company import GCP_ACCOUNTS, GCP_BILLING_ACCOUNT
from simulator.events import Happenings, plan_lines
from simulator.fleet import Fleet, build_lines
from simulator.gcp_fees import buy_commitments, make_fees, planted_lines
from simulator.gcp_items import GCP_ITEMS
from simulator.gcp_lines import describe_lines, effective_price
from simulator.periods import Period, Window
from simulator.plans import PLANS, Plan
from simulator.rhythm import QUANTITY_SCALE
from simulator.truth import Measures
from simulator.waste import waste_lines
from simulator.writers import MONEY_SCALE, to_double, write_parquet

TABLE = f"gcp_billing_export_resource_v1_{GCP_BILLING_ACCOUNT.replace('-', '_')}"
#: Name, type of each credit in the order in which a row carries them.
_CREDITS = (
    ("Sustained Usage Discount", "SUSTAINED_USAGE_DISCOUNT"),
    ("Free tier", "FREE_TIER"),
    ("Contract discount on network", "DISCOUNT"),
    ("Promotional credit for a pilot", "PROMOTION"),
)
_SUSTAINED, _FREE, _CONTRACT, _PROMOTION = range(4)
_FREE_PER_DAY = 18 * MONEY_SCALE // 10
_PROMOTED_MONTHS = 3


@dataclass(frozen=True)
class _Rows:
    """The usage rows of an invoice month: line and day (in the window) of each, quantity and money in 1e-10."""

    line: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    cost: np.ndarray
    listed: np.ndarray
    credits: np.ndarray  # one row per entry of _CREDITS; at most 0

    @property
    def net(self) -> np.ndarray:
        """What is billed for the row without the promotion."""
        return self.cost + self.credits[:_PROMOTION].sum(axis=0)


class GcpExport:
    """The detailed export of one billing account, one file per invoice month."""

    provider = "gcp"
    currency = "USD"

    def __init__(self, window: Window, row_budget: int, seed: int, plans: Sequence[Plan] = PLANS) -> None:
        self.window = window
        planted = planted_lines() + plan_lines("gcp", window, plans) + waste_lines("gcp")
        fixed = window.days + 9 * len(window.periods)  # the commitment's fee; monthly rows
        self.lines = build_lines(
            GCP_ITEMS,
            GCP_ACCOUNTS,
            planted,
            window,
            row_budget - fixed,
            lambda line: line.count_days(window),
            np.random.default_rng([seed, 3]),
            f"gcp/{seed}",
        )
        self.fleet = Fleet(self.lines, seed, 13)
        self.happenings = Happenings("gcp", self.fleet, window, plans)
        self.commitments = buy_commitments(self.lines)
        self._commitment = np.full(len(self.lines), -1)
        for number, bought in enumerate(self.commitments):
            self._commitment[list(bought.lines)] = number
        self._static = describe_lines(self.lines)
        self._effective_price = np.array([effective_price(line) for line in self.lines], dtype=np.int64)
        payment = np.array([line.payment for line in self.lines])
        self._payment = {kind: payment == kind for kind in ("plan", "sustained", "free")}
        self._network = self.fleet.select(lambda line: line.item.code == "Networking" and not line.label)
        self._pilot = self.fleet.select(
            lambda line: line.account.id == "fernhill-ml-staging" and line.payment != "plan"
        )
        self._late = (np.arange(len(self.lines)) % 7 == 0) & ~self._payment["plan"]
        self._project = np.array([GCP_ACCOUNTS.index(line.account) for line in self.lines])

    def build_month(self, period: Period, draft: bool = False) -> tuple[pa.Table, Measures]:
        """All rows of an invoice month and their four costs.

        The last day of every seventh line is invoiced a month late. A draft lacks the last two days of every third
        line and the adjustment, and has more Cloud SQL usage.
        """
        quantities, _ = self.happenings.apply(period, self.fleet.draw_month(period), remember=not draft)
        quantities[self._late, -1] = 0
        if draft:
            quantities[np.ix_(np.arange(len(self.lines)) % 3 == 0, np.arange(period.days) >= period.days - 2)] = 0
            database = self.fleet.select(lambda line: line.item.code == "Cloud SQL")
            quantities[database] = quantities[database] * 103 // 100
        rows = self._price_rows(period, quantities)
        billed = np.zeros(len(GCP_ACCOUNTS), dtype=np.int64)
        np.add.at(billed, self._project[rows.line], rows.net)
        by_project = {account.id: amount for account, amount in zip(GCP_ACCOUNTS, billed.tolist(), strict=True)}
        covered = self._commitment[rows.line] >= 0
        used = np.zeros((len(self.commitments), period.days), dtype=np.int64)
        where = (self._commitment[rows.line[covered]], rows.day[covered] - period.first_day)
        np.add.at(used, where, rows.cost[covered])
        fees = make_fees(self.commitments, used, by_project, period, day_starts(period.start, period.days + 1), draft)
        table = pa.concat_tables([self._build_table(period, rows), fees.table()])
        promotion = rows.credits[_PROMOTION]
        measures = Measures(
            billed=rows.net + promotion,
            effective=rows.net + promotion,
            list=rows.listed + promotion,
            contracted=rows.cost + rows.credits[_SUSTAINED] + rows.credits[_CONTRACT] + promotion,
            day=rows.day,
        )
        return table, Measures.concat([measures, fees.measures(period)])

    def _price_rows(self, period: Period, quantities: np.ndarray) -> _Rows:
        line, day = np.nonzero(quantities)
        quantity = quantities[line, day]
        day = day + period.first_day
        if period.index:
            before = self.window.periods[period.index - 1]
            carried, _ = self.happenings.apply(before, self.fleet.draw_month(before), remember=False)
            late = np.flatnonzero(self._late & (carried[:, -1] > 0))
            line = np.concatenate([late, line])
            day = np.concatenate([np.full(len(late), period.first_day - 1), day])
            quantity = np.concatenate([carried[late, -1], quantity])
        cost = quantity * self._effective_price[line]
        credits = np.zeros((len(_CREDITS), len(line)), dtype=np.int64)
        credits[_SUSTAINED] = np.where(self._payment["sustained"][line], -(cost * 15 // 100), 0)
        credits[_FREE] = np.where(self._payment["free"][line], -np.minimum(cost, _FREE_PER_DAY), 0)
        credits[_CONTRACT] = np.where(self._network[line], -(cost * 5 // 100), 0)
        if period.index < _PROMOTED_MONTHS:
            rest = cost + credits.sum(axis=0)
            credits[_PROMOTION] = np.where(self._pilot[line], -(rest // 2), 0)
        return _Rows(
            line=line, day=day, quantity=quantity, cost=cost, listed=quantity * self.fleet.price[line], credits=credits
        )

    def _build_table(self, period: Period, rows: _Rows) -> pa.Table:
        count = len(rows.line)
        which = pa.array(rows.line, pa.int32())
        columns: dict[str, pa.Array] = {name: values.take(which) for name, values in self._static.items()}
        first = int(rows.day.min())
        starts = pa.array(day_starts(self.window.date_of(first), period.days + 3), schema.TIME)
        day = pa.array(rows.day - first, pa.int32())
        columns["usage_start_time"] = starts.take(day)
        columns["usage_end_time"] = starts.take(pa.array(rows.day - first + 1, pa.int32()))
        late = rows.day < period.first_day
        exported = pa.array(
            [start + dt.timedelta(hours=11) for start in day_starts(self.window.date_of(first), period.days + 3)],
            schema.TIME,
        )
        columns["export_time"] = exported.take(pa.array(rows.day - first + 1 + late, pa.int32()))
        for name, value in (
            ("billing_account_id", GCP_BILLING_ACCOUNT),
            ("transaction_type", "GOOGLE"),
            ("seller_name", "Google Cloud EMEA Limited"),
            ("currency", "USD"),
            ("cost_type", "regular"),
        ):
            columns[name] = pa.repeat(value, count)
        columns["currency_conversion_rate"] = pa.repeat(1.0, count)
        invoice = {"month": f"{period.start:%Y%m}", "publisher_type": "GOOGLE"}
        columns["invoice"] = pa.repeat(pa.scalar(invoice, schema.SCHEMA.field("invoice").type), count)
        columns["usage"] = self._describe_usage(rows)
        columns["cost"] = pa.array(to_double(rows.cost))
        columns["cost_at_list"] = pa.array(to_double(rows.listed))
        under_plan = self._payment["plan"][rows.line]
        without_plan = to_double(np.where(under_plan, rows.listed, rows.cost))
        columns["cost_at_effective_price_default"] = pa.array(without_plan)
        columns["cost_at_list_consumption_model"] = pa.array(to_double(np.where(under_plan, rows.cost, rows.listed)))
        columns["credits"] = _nest_credits(rows.credits)
        chosen = self._commitment[rows.line]
        choices = pa.array([{"instance_id": bought.id} for bought in self.commitments], schema.SUBSCRIPTION)
        columns["subscription"] = choices.take(pa.array(chosen, pa.int32(), mask=chosen < 0))
        return pa.table([columns.get(f.name, pa.nulls(count, f.type)) for f in schema.SCHEMA], schema=schema.SCHEMA)

    def _describe_usage(self, rows: _Rows) -> pa.Array:
        pricing = rows.quantity / QUANTITY_SCALE
        which = pa.array(rows.line, pa.int32())
        factor = np.array([float(line.item.extra["base_units"]) for line in self.lines])
        base_unit = pa.array([line.item.extra["base_unit"] for line in self.lines])
        unit = pa.array([line.item.unit for line in self.lines])
        parts = [pa.array(pricing * factor[rows.line]), base_unit.take(which), pa.array(pricing), unit.take(which)]
        return pa.StructArray.from_arrays(parts, fields=list(schema.USAGE))

    def write_month(self, root: Path, period: Period, draft: bool = False) -> tuple[Measures, dict[str, int]]:
        """Write the file of one invoice month below ``root`` (the data set); rows per dataset."""
        table, measures = self.build_month(period, draft)
        write_parquet(root / TABLE / f"invoice_month={period.start:%Y%m}" / "part-000000000000.parquet", table)
        return measures, {"cost": table.num_rows}


def _nest_credits(credits: np.ndarray) -> pa.Array:
    """A list of credit records per row; rows without a credit have an empty list."""
    row, kind = np.nonzero(credits.T)
    offsets = np.concatenate([[0], np.cumsum(np.count_nonzero(credits, axis=0))])
    which = pa.array(kind, pa.int32())
    names = pa.array([name for name, _ in _CREDITS])
    types = pa.array([kind for _, kind in _CREDITS])
    values = pa.StructArray.from_arrays(
        [
            names.take(which),
            pa.array(to_double(credits[kind, row])),
            pa.nulls(len(row), pa.string()),
            names.take(which),
            types.take(which),
        ],
        fields=list(schema.CREDIT),
    )
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, type=schema.SCHEMA.field("credits").type)


def day_starts(first: dt.date, count: int) -> list[dt.datetime]:
    """Midnights in US Pacific time, which is what a Google bill calls a day, as UTC."""
    starts = []
    for number in range(count):
        date = first + dt.timedelta(days=number)
        hours = 7 if _nth_sunday(date.year, 3, 2) < date <= _nth_sunday(date.year, 11, 1) else 8
        starts.append(dt.datetime.combine(date, dt.time(hours), dt.UTC))
    return starts


def _nth_sunday(year: int, month: int, number: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
