"""AWS Data Export (CUR 2.0) of the company: usage by resource and day, commitments, fees, tax and credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.aws_columns import SCHEMA, describe_columns
from simulator.aws_commitments import buy_commitments, covered_by, plan_rate, planted_lines
from simulator.aws_fees import Usage, make_fees
from simulator.aws_items import AWS_ITEMS
from simulator.aws_lines import describe_lines, list_price
from simulator.company import AWS_ACCOUNTS, AWS_PAYER
from simulator.events import Happenings, plan_lines
from simulator.fleet import Fleet, Line, build_lines, make_guid
from simulator.periods import Period, Window
from simulator.plans import PLANS, Plan
from simulator.rhythm import QUANTITY_SCALE
from simulator.truth import Measures
from simulator.waste import waste_lines
from simulator.writers import to_double, write_json, write_parquet

BUCKET = "fernhill-billing-exports"
PREFIX = "cur"
EXPORT_NAME = "fernhill-daily"
_ROWS_PER_FILE = 25_000
_TYPES = ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation")
_USAGE, _DISCOUNTED, _COVERED, _NEGATION = range(4)


@dataclass(frozen=True)
class _Rows:
    """The rows of a month: line and day (in the month) of each, its kind and its money in 1e-10."""

    line: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    quantity: np.ndarray
    unblended: np.ndarray
    on_demand: np.ndarray
    effective: np.ndarray


class AwsExport:
    """One payer's CUR 2.0 export, month by month."""

    provider = "aws"
    currency = "USD"

    def __init__(self, window: Window, row_budget: int, seed: int, plans: Sequence[Plan] = PLANS) -> None:
        self.window = window
        self._seed = seed
        planted = planted_lines() + plan_lines("aws", window, plans) + waste_lines("aws")
        fixed = 3 * window.days + 16 * len(window.periods)  # two plans' fees, marketplace; monthly rows
        generator = np.random.default_rng([seed, 1])
        self.lines = build_lines(
            AWS_ITEMS, AWS_ACCOUNTS, planted, window, row_budget - fixed, self._count_rows, generator, f"aws/{seed}"
        )
        self.fleet = Fleet(self.lines, seed, 11)
        self.happenings = Happenings("aws", self.fleet, window, plans)
        self.commitments = buy_commitments(self.lines, window)
        self._static = describe_lines(self.lines)
        self._list_price = np.array([list_price(line) for line in self.lines], dtype=np.int64)
        self._plan_rate = np.array([plan_rate(line) for line in self.lines], dtype=np.int64)
        self._account = np.array([AWS_ACCOUNTS.index(line.account) for line in self.lines])
        self._order = np.arange(len(self.lines))

    def _count_rows(self, line: Line) -> int:
        days = line.count_days(self.window)
        if line.payment != "plan":
            return days
        late = self.window.periods[2].first_day if line.item.code == "AmazonEC2" and len(self.window.periods) > 3 else 0
        return 2 * days - late

    def build_month(self, period: Period, draft: bool = False) -> tuple[pa.Table, Measures]:
        """All rows of a billing period and their four costs; ``draft`` is what was delivered before the restatement.

        A draft lacks the last two days of every third line, has data transfer at a higher price, and knows neither
        credits nor refunds.
        """
        rows, plan, reservation = self._build_rows(period, draft)
        account = self._account[rows.line]
        usage = Usage(
            day=rows.day,
            quantity=rows.quantity,
            unblended=rows.unblended,
            effective=rows.effective,
            account=account,
            plan=plan,
            reservation=reservation,
        )
        fees = make_fees(self.commitments, period, usage, draft)
        table = pa.concat_tables([self._build_table(period, rows, plan, reservation), fees.table()])
        zero = np.zeros(len(rows.line), dtype=np.int64)
        negation = rows.kind == _NEGATION
        covered = rows.kind == _COVERED
        measures = Measures(
            billed=np.where(covered | negation, 0, rows.unblended),
            effective=np.where(negation, 0, rows.effective),
            list=np.where(negation, zero, rows.on_demand),
            contracted=np.where(negation, 0, np.where(rows.kind == _DISCOUNTED, rows.on_demand, rows.unblended)),
            day=rows.day + period.first_day,
        )
        return table, Measures.concat([measures, fees.measures(period)])

    def _build_rows(self, period: Period, draft: bool) -> tuple[_Rows, np.ndarray, np.ndarray]:
        quantities, prices = self.happenings.apply(period, self.fleet.draw_month(period), remember=not draft)
        if draft:
            quantities[np.ix_(self._order % 3 == 0, np.arange(period.days) >= period.days - 2)] = 0
            transfer = self.fleet.select(lambda line: line.item.code == "AWSDataTransfer")
            quantities[transfer] = quantities[transfer] * 104 // 100
        line, day = np.nonzero(quantities)
        quantity, price = quantities[line, day], prices[line, day]
        plan, reservation = covered_by(self.commitments, period, len(self.lines))
        covered = plan[line] >= 0
        discounted = reservation[line] >= 0
        rates = np.array([r.rate for r in self.commitments.reservations] + [0], dtype=np.int64)
        cost = quantity * price
        unblended = np.where(discounted, 0, cost)
        effective = np.where(covered, quantity * self._plan_rate[line], unblended)
        effective = np.where(discounted, quantity * rates[reservation[line]], effective)
        on_demand = quantity * np.where(self._list_price[line] == self.fleet.price[line], price, self._list_price[line])
        kind = np.where(covered, _COVERED, np.where(discounted, _DISCOUNTED, _USAGE))
        again = np.flatnonzero(covered)
        rows = _Rows(
            line=np.concatenate([line, line[again]]),
            day=np.concatenate([day, day[again]]),
            kind=np.concatenate([kind, np.full(len(again), _NEGATION)]),
            quantity=np.concatenate([quantity, quantity[again]]),
            unblended=np.concatenate([unblended, -unblended[again]]),
            on_demand=np.concatenate([on_demand, np.zeros(len(again), dtype=np.int64)]),
            effective=np.concatenate([effective, np.zeros(len(again), dtype=np.int64)]),
        )
        return rows, plan[rows.line], reservation[rows.line]

    def _build_table(self, period: Period, rows: _Rows, plan: np.ndarray, reservation: np.ndarray) -> pa.Table:
        line = pa.array(rows.line, pa.int32())
        columns: dict[str, pa.Array] = {name: values.take(line) for name, values in self._static.items()}
        columns |= bill_columns(period, len(rows.line), np.zeros(len(rows.line), dtype=bool))
        self._add_days(columns, period, rows)
        negation, covered, discounted = rows.kind == _NEGATION, rows.kind == _COVERED, rows.kind == _DISCOUNTED
        is_negation = pa.array(negation)
        columns["line_item_line_item_type"] = pa.array(_TYPES).take(pa.array(rows.kind, pa.int32()))
        columns["line_item_usage_amount"] = pa.array(rows.quantity / QUANTITY_SCALE)
        columns["line_item_unblended_cost"] = pa.array(to_double(rows.unblended))
        columns["line_item_blended_cost"] = columns["line_item_unblended_cost"]
        columns["line_item_normalized_usage_amount"] = pa.nulls(len(line), pa.float64())
        columns["pricing_public_on_demand_cost"] = pa.array(to_double(rows.on_demand), mask=negation)
        spot = np.array([entry.payment == "spot" for entry in self.lines])[rows.line]
        columns["pricing_term"] = pa.array(["OnDemand", "Spot", "Reserved", ""]).take(
            pa.array(np.select([spot, discounted, negation], [1, 2, 3], 0), pa.int32())
        )
        note = pc.binary_join_element_wise(
            pa.scalar("SavingsPlanNegation used by AccountId : "),
            columns["line_item_usage_account_id"],
            pa.scalar(" and UsageSku : "),
            columns["product_sku"],
            "",
        )
        rate = columns["line_item_unblended_rate"]
        columns["line_item_unblended_rate"] = pc.if_else(pa.array(discounted), pa.scalar("0.0000000000"), rate)
        text = "line_item_line_item_description"
        columns[text] = pc.if_else(is_negation, note, columns[text])
        self._add_commitments(columns, rows, plan=plan, reservation=reservation, covered=covered, discounted=discounted)
        return conform(columns, len(line))

    def _add_days(self, columns: dict[str, pa.Array], period: Period, rows: _Rows) -> None:
        day = pa.array(rows.day, pa.int32())
        start = period.datetimes()
        columns["line_item_usage_start_date"] = pa.array(start).take(day)
        columns["line_item_usage_end_date"] = pa.array(start + np.timedelta64(1, "D")).take(day)
        texts = [
            f"{a}T00:00:00Z/{b}T00:00:00Z"
            for a, b in zip(period.dates(), [*period.dates()[1:], period.end], strict=True)
        ]
        columns["identity_time_interval"] = pa.array(texts).take(day)
        token = pa.array([entry.token for entry in self.lines]).take(pa.array(rows.line, pa.int32()))
        suffix = pa.array([f"{kind}{number:03d}{period.index:02d}" for kind in "0n" for number in range(period.days)])
        which = rows.day + period.days * (rows.kind == _NEGATION)
        columns["identity_line_item_id"] = pc.binary_join_element_wise(
            token, suffix.take(pa.array(which, pa.int32())), ""
        )

    def _add_commitments(
        self,
        columns: dict[str, pa.Array],
        rows: _Rows,
        plan: np.ndarray,
        reservation: np.ndarray,
        covered: np.ndarray,
        discounted: np.ndarray,
    ) -> None:
        plans, reservations = self.commitments.plans, self.commitments.reservations
        by_plan = pa.array(plan, pa.int32(), mask=plan < 0)
        for name, values in {
            "savings_plan_savings_plan_a_r_n": [p.arn for p in plans],
            "savings_plan_offering_type": ["ComputeSavingsPlans" for _ in plans],
            "savings_plan_payment_option": [p.payment_option for p in plans],
            "savings_plan_purchase_term": ["1yr" for _ in plans],
            "savings_plan_start_time": [f"{p.start}T00:00:00.000Z" for p in plans],
            "savings_plan_end_time": [f"{p.start.replace(year=p.start.year + 1)}T00:00:00.000Z" for p in plans],
        }.items():
            columns[name] = pa.array(values, pa.string()).take(by_plan)
        columns["savings_plan_savings_plan_effective_cost"] = pa.array(to_double(rows.effective), mask=~covered)
        columns["savings_plan_savings_plan_rate"] = pa.array(self._plan_rate[rows.line] / 1e6, mask=~covered)
        by_reservation = pa.array(reservation, pa.int32(), mask=reservation < 0)
        for name, values in {
            "reservation_reservation_a_r_n": [r.arn for r in reservations],
            "pricing_lease_contract_length": ["1yr" for _ in reservations],
            "pricing_offering_class": ["standard" for _ in reservations],
            "pricing_purchase_option": [r.payment_option for r in reservations],
        }.items():
            columns[name] = pa.array(values, pa.string()).take(by_reservation)
        upfront = np.array([r.upfront_rate for r in reservations] + [0], dtype=np.int64)[reservation]
        amortised = rows.quantity * upfront
        columns["reservation_effective_cost"] = pa.array(to_double(rows.effective), mask=~discounted)
        columns["reservation_amortized_upfront_cost_for_usage"] = pa.array(to_double(amortised), mask=~discounted)
        columns["reservation_recurring_fee_for_usage"] = pa.array(
            to_double(rows.effective - amortised), mask=~discounted
        )

    def write_month(self, root: Path, period: Period, draft: bool = False) -> tuple[Measures, dict[str, int]]:
        """Write data files and manifest of one billing period below ``root`` (the bucket); rows per dataset."""
        table, measures = self.build_month(period, draft)
        partition = f"BILLING_PERIOD={period.label}"
        base = f"{PREFIX}/{EXPORT_NAME}"
        keys = []
        for number, offset in enumerate(range(0, table.num_rows, _ROWS_PER_FILE), start=1):
            key = f"{base}/data/{partition}/{EXPORT_NAME}-{number:05d}.snappy.parquet"
            write_parquet(root / key, table.slice(offset, _ROWS_PER_FILE))
            keys.append(key)
        manifest = {
            "executionId": make_guid("aws", self._seed, period.label, "draft" if draft else "final"),
            "dataFiles": [f"s3://{BUCKET}/{key}" for key in keys],
            "columns": describe_columns(),
            "additionalOutputFiles": [],
        }
        write_json(root / base / "metadata" / partition / f"{EXPORT_NAME}-Manifest.json", manifest)
        return measures, {"cost": table.num_rows}


def bill_columns(period: Period, count: int, marketplace: np.ndarray) -> dict[str, pa.Array]:
    """The columns that say on which bill a row is."""

    def same(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), count)

    text, time = pa.string(), pa.timestamp("ms")
    seller = pa.array(["Amazon Web Services, Inc.", "Datadog, Inc."])
    which = pa.array(marketplace.astype(np.int32))
    return {
        "bill_bill_type": same("Anniversary", text),
        "bill_billing_entity": pa.array(["AWS", "AWS Marketplace"]).take(which),
        "bill_billing_period_start_date": same(period.datetimes()[0].item(), time),
        "bill_billing_period_end_date": same(period.datetimes()[-1].item() + np.timedelta64(1, "D").item(), time),
        "bill_invoice_id": same(f"EUINFH26-{period.start:%Y%m}0001", text),
        "bill_invoicing_entity": same("Amazon Web Services EMEA SARL", text),
        "bill_payer_account_id": same(AWS_PAYER.id, text),
        "bill_payer_account_name": same(AWS_PAYER.name, text),
        "line_item_currency_code": same("USD", text),
        "line_item_legal_entity": seller.take(which),
        "line_item_tax_type": same("", text),
    }


def conform(columns: dict[str, pa.Array], count: int) -> pa.Table:
    """A table with exactly the export's columns; those that nobody filled are null."""
    unknown = columns.keys() - set(SCHEMA.names)
    if unknown:
        raise ValueError(f"the export has no column {sorted(unknown)[0]!r}")
    return pa.table(
        [columns[f.name].cast(f.type) if f.name in columns else pa.nulls(count, f.type) for f in SCHEMA], schema=SCHEMA
    )
