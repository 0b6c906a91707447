"""Waste is what the plan counts of findings that delete: neither what is dismissed or done, nor one resource twice."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from savings.lifecycle.rows import complete
from savings.lifecycle.status import Action, Decision, Judging
from tests.integration.dbt.warehouse import Warehouse
from tests.savings_plan import finding

TODAY = dt.date(2026, 10, 20)
MONEY = "decimal(38, 12)"
COLUMNS = (
    "recommendation_id text", "check_name text", "source_name text", "billing_period date", "billing_currency text",
    "provider text", "account_id text", "service_name text", "resource_id text", "lever text", "status text",
    f"monthly_saving {MONEY}", f"planned_saving {MONEY}",
)  # fmt: skip
NOW = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)


def deleted(name: str, saving: str, resource: str, **fields: Any) -> dict[str, Any]:
    whole = {"lever": "delete", "component": "all", "monthly_cost": Decimal(saving), "check_name": f"check_{name}"}
    return finding(name, saving, resource_id=resource, **{**whole, **fields})


def judge(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    dismissed = Decision(recommendation_id="dismissed", verdict="dismissed", actor="ana", reason="kept", at=NOW)
    actions = {"done": Action("executed", TODAY)}
    return complete(rows, {}, {"dismissed": dismissed}, actions, Judging(TODAY, Decimal("0.5")))


def test_waste_is_what_the_plan_counts(tmp_path: Path) -> None:
    rows = judge([
        deleted("idle", "40", "r-1"), deleted("stopped", "30", "r-1"), deleted("dismissed", "7", "r-2"),
        deleted("done", "9", "r-3"), deleted("alone", "5", "r-4"),
        # the size of the machine saves more than its deletion would, so nothing of it is waste
        deleted("small", "2", "r-5"), finding("size", "20", resource_id="r-5"),
    ])  # fmt: skip
    warehouse = Warehouse.create(tmp_path)
    warehouse.execute("create schema ml")
    warehouse.execute(f"create table ml.recommendations ({', '.join(COLUMNS)})")
    names = [column.split()[0] for column in COLUMNS]
    for row in rows:
        marks = ", ".join("?" for _ in names)
        warehouse.execute(f"insert into ml.recommendations values ({marks})", [row[name] for name in names])
    warehouse.execute("create schema if not exists intermediate")
    warehouse.execute(
        "create table intermediate.int_costs__monthly as select 'bills' as source_name, date '2026-10-01' as "
        "billing_period, 'USD' as billing_currency, 'AWS' as service_provider_name, 'a' as sub_account_id, "
        "'Compute' as service_name, 'Unused' as commitment_discount_status, 3::decimal(38,12) as effective_cost"
    )
    assert warehouse.dbt("run", "--select", "fct_waste_monthly", changed_periods=[]).success
    wasted = warehouse.rows("select waste_kind, wasted_cost, resource_count from marts.fct_waste_monthly order by 1")
    assert wasted == [
        ("check_alone", Decimal(5), 1), ("check_idle", Decimal(40), 1), ("unused_commitment", Decimal(3), 0),
    ]  # fmt: skip
