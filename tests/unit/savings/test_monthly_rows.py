"""What is billed by one row a month in a bill by the day: it is there all month, and gone when it is billed no more."""

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

import duckdb
import pytest

from savings.bill import ask
from savings.check import BillCheck
from savings.evidence import open_evidence
from savings.registry import CHECKS
from tests.savings_bill import LAST_DAY, Bill, MemoryWarehouse
from warehouse.contracts import Warehouse

#: Days on which a row of a month begins, is over, or is awaited.
DAYS = [dt.date(2026, month, day) for month in (8, 9) for day in (1, 4, 9, 10, 14, 17, 31 - month // 9)]
MONTHS = [dt.date(2026, month, 1) for month in range(4, 11)]
QUERY = """
select sum(monthly_cost), max(last_days_ago), max(meter_last_days_ago) from usage_30d where resource_id = 'fee'
having count(*) > 0
"""


def bill_of(days: int | None, on: int, until: dt.date = LAST_DAY) -> Bill:
    """A fee of 1 for each day of its month, on one day of every month, for so many days (None: to the next one)."""
    bill = Bill().add("vm", "BoxUsage:m5.large", cost="1", first_days_ago=230)
    for month in MONTHS:
        length, start = calendar.monthrange(month.year, month.month)[1], month.replace(day=on)
        if start <= until:
            ago = (LAST_DAY - start).days
            bill.add("fee", "Fee", cost=Decimal(length), quantity="1", unit="Months", days=days or length,
                     first_days_ago=ago, last_days_ago=ago)  # fmt: skip
    return bill


def look(bill: Bill, late: int, days: Sequence[dt.date] = DAYS) -> Iterator[tuple[dt.date, Any]]:
    """What the evidence says on each day; a row of the fee comes so many days late."""
    with duckdb.connect() as connection:
        bill.fill(connection)
        for last in days:
            connection.execute(
                "create or replace table marts.fct_charges as select * from charges where resource_id = 'vm' "
                "or charge_period_start <= cast(? as date) - cast(? as integer)", [last, late]
            )  # fmt: skip
            warehouse = cast(Warehouse, MemoryWarehouse(connection))
            with open_evidence(warehouse, {"aws": last}, ()) as evidence:
                yield last, evidence.execute(QUERY).fetchall()


@pytest.fixture(autouse=True)
def keep_charges(monkeypatch: pytest.MonkeyPatch) -> None:
    fill = Bill.fill

    def fill_both(self: Bill, connection: duckdb.DuckDBPyConnection) -> None:
        fill(self, connection)
        connection.execute("create table charges as select * from marts.fct_charges")

    monkeypatch.setattr(Bill, "fill", fill_both)


@pytest.mark.parametrize(("days", "on", "late"), [(None, 1, 0), (None, 15, 9), (1, 1, 9), (1, 12, 0)])
def test_it_is_there_on_every_day_at_the_same_cost(days: int | None, on: int, late: int) -> None:
    for last, found in look(bill_of(days, on), late):
        assert len(found) == 1, f"on {last} it is not there"
        ((cost, ago, meter_ago),) = found
        assert (round(cost, 6), ago <= 2, meter_ago <= 2) == (Decimal(30), True, True), last


@pytest.mark.parametrize("days", [None, 1])
def test_it_is_gone_ten_days_after_its_last_month(days: int | None) -> None:
    ended = dt.date(2026, 8, 1)
    looked_at = [dt.date(2026, 9, day) for day in (1, 9, 10, 11, 12, 20)]
    there = [last.day for last, found in look(bill_of(days, 1, ended), 0, looked_at) if found]
    assert there == [1, 9, 10]


def test_a_finding_on_it_is_the_same_on_every_day() -> None:
    check, found = CHECKS["gp2_to_gp3"], set()
    assert isinstance(check, BillCheck)
    bill = bill_of(None, 1)
    for row in bill.rows:
        if row["resource_id"] == "fee":
            gb = {"x_usage_type": "EBS:VolumeUsage.gp2", "pricing_unit": "GB-Months", "pricing_quantity": Decimal(310)}
            row.update(gb)
    with duckdb.connect() as connection:
        bill.fill(connection)
        for count in range(0, 40, 4):
            last = {"aws": LAST_DAY - dt.timedelta(days=count)}
            with open_evidence(cast(Warehouse, MemoryWarehouse(connection)), last, check.seeds) as evidence:
                found.add(tuple(one.recommendation_id for one in ask(evidence, check, {}, LAST_DAY)))
    assert len(found) == 1 and len(found.pop()) == 1
