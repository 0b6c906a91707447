"""A bill written row by row, and what a savings check says of it, through the real evidence of a warehouse file."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa

from savings.bill import ask
from savings.check import BillCheck
from savings.evidence import open_evidence, read_last_days
from savings.findings import Recommendation
from savings.registry import CHECKS
from warehouse.contracts import Warehouse
from warehouse.duckdb_file import DuckDbWarehouse

LAST_DAY = dt.date(2026, 10, 31)
MONEY = Decimal("1e-12")
PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
_TEXT, _MONEY, _TIME = pa.string(), pa.decimal128(38, 12), pa.timestamp("us")
COLUMNS: dict[str, pa.DataType] = {
    **dict.fromkeys(
        "source_name provider_name service_provider_name billing_account_id sub_account_id sub_account_name region_id "
        "service_name x_service_code resource_id resource_name resource_type charge_category x_line_item_type "
        "x_usage_type sku_meter sku_id sku_price_id x_operation x_instance_type x_sku_meter_category "
        "x_sku_meter_subcategory x_sku_details sku_price_details pricing_category pricing_unit consumed_unit "
        "commitment_discount_id commitment_discount_type commitment_discount_status capacity_reservation_status "
        "x_commitment_term x_commitment_payment_option x_environment x_team charge_description publisher_name "
        "billing_currency".split(),
        _TEXT,
    ),
    **dict.fromkeys(
        "contracted_unit_price pricing_quantity consumed_quantity commitment_discount_quantity billed_cost "
        "effective_cost contracted_cost list_cost".split(),
        _MONEY,
    ),
    **dict.fromkeys("charge_period_start charge_period_end x_commitment_end_at".split(), _TIME),
    "billing_period": pa.date32(),
}


class MemoryWarehouse:
    """A DuckDB in memory, where evidence reads a warehouse: a file for each of hundreds of bills takes a minute."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, so that temporary tables are gone afterwards."""
        with self._connection.cursor() as cursor:
            yield cursor


@dataclass
class Bill:
    """Charges of FOCUS, most of them a row a day; whatever is not said is as plain as it can be."""

    cloud: str = "aws"
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        resource_id: str | None,
        usage_type: str,
        *,
        cost: str | Decimal,
        quantity: str | Decimal = "24",
        unit: str = "Hours",
        first_days_ago: int = 61,
        last_days_ago: int = 0,
        days: int = 1,
        **columns: Any,
    ) -> "Bill":
        """A charge of ``cost`` and ``quantity`` on every day from the first to the last, each of ``days`` days.

        ``columns``: any of COLUMNS as it is in every row.
        """
        for days_ago in range(first_days_ago, last_days_ago - 1, -days):
            start = LAST_DAY - dt.timedelta(days=days_ago)
            self.rows.append(
                self._row(resource_id, usage_type, start, days, Decimal(cost), Decimal(quantity), unit) | columns
            )
        return self

    def add_months(
        self, resource_id: str, usage_type: str, quantities: list[str], price: str, **columns: Any
    ) -> "Bill":
        """A row per month, the last of them in the month of the last day: so much stored, at a price per unit."""
        month = LAST_DAY.replace(day=1)
        for quantity in reversed(quantities):
            end = (month + dt.timedelta(days=31)).replace(day=1)
            cost = Decimal(quantity) * Decimal(price)
            row = self._row(resource_id, usage_type, month, (end - month).days, cost, Decimal(quantity), "GB-Months")
            self.rows.append(row | columns)
            month = (month - dt.timedelta(days=1)).replace(day=1)
        return self

    def _row(
        self,
        resource_id: str | None,
        usage_type: str,
        start: dt.date,
        days: int,
        cost: Decimal,
        quantity: Decimal,
        unit: str,
    ) -> dict[str, Any]:
        cost, quantity = cost.quantize(MONEY), quantity.quantize(MONEY)
        at = dt.datetime.combine(start, dt.time())
        name = PROVIDERS.get(self.cloud, self.cloud)
        return {
            "source_name": self.cloud, "provider_name": name, "service_provider_name": name, "resource_id": resource_id,
            "billing_account_id": "payer", "sub_account_id": "account-1", "region_id": "region-1",
            "charge_category": "Usage", "x_usage_type": usage_type, "pricing_category": "Standard",
            "pricing_unit": unit, "consumed_unit": unit, "billing_currency": "USD", "pricing_quantity": quantity,
            "consumed_quantity": quantity, "billed_cost": cost, "effective_cost": cost, "contracted_cost": cost,
            "list_cost": cost, "contracted_unit_price": (cost / quantity).quantize(MONEY) if quantity else None,
            "charge_period_start": at, "charge_period_end": at + dt.timedelta(days=days),
            "billing_period": start.replace(day=1),
        }  # fmt: skip

    def write(self, path: Path) -> DuckDbWarehouse:
        """The bill as the marts that evidence is read from, in a warehouse file."""
        with duckdb.connect(str(path)) as connection:
            self.fill(connection)
        return DuckDbWarehouse(path)

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make those marts."""
        charges = self.charges()  # noqa: F841
        connection.execute("create schema marts")
        connection.execute("create table marts.fct_charges as select * from charges")
        connection.execute(
            "create table marts.fct_cost_daily as select source_name, charge_category, sub_account_id, region_id, "
            "service_name, billing_currency, billing_period, x_usage_type, commitment_discount_status, effective_cost, "
            "billed_cost, cast(charge_period_start as date) as charge_date from marts.fct_charges"
        )

    def charges(self) -> pa.Table:
        """The rows with every column that evidence is read from."""
        self.mark_last_day()
        names = {name for row in self.rows for name in row}
        assert names <= set(COLUMNS), f"no such columns: {sorted(names - set(COLUMNS))}"
        return pa.Table.from_pylist(self.rows, pa.schema(list(COLUMNS.items())))

    def mark_last_day(self) -> None:
        """Something that costs nothing on the last day, so that windows end there whatever is in the bill."""
        self.rows.append(self._row(None, "marker", LAST_DAY, 1, Decimal(0), Decimal(0), "Count"))

    @contextmanager
    def open(self, *seeds: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The evidence of the bill, of a warehouse in memory."""
        with duckdb.connect() as connection:
            self.fill(connection)
            warehouse = cast(Warehouse, MemoryWarehouse(connection))
            with open_evidence(warehouse, read_last_days(warehouse, "true"), seeds) as evidence:
                yield evidence

    def ask(self, check: str, tmp_path: Path, **changed: Any) -> list[Recommendation]:
        """What a check finds in the bill. ``changed``: parameters of an installation."""
        found = CHECKS[check]
        assert isinstance(found, BillCheck)
        with self.open(*found.seeds) as evidence:
            return ask(evidence, found, changed, dt.date(2026, 11, 2))

    def savings(self, check: str, tmp_path: Path, **changed: Any) -> dict[str, Decimal | None]:
        """The same as savings by resource, to the cent; `ask` has the rest."""
        return {
            one.resource_id: None if one.monthly_saving is None else one.monthly_saving.quantize(Decimal("0.01"))
            for one in self.ask(check, tmp_path, **changed)
        }
