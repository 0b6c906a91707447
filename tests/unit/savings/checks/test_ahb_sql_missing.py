"""SQL Server licences that are paid by the hour and may be owned already."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill


def meter(category: str, subcategory: str) -> dict[str, Any]:
    """The columns of a meter."""
    return {"x_sku_meter_category": category, "x_sku_meter_subcategory": subcategory}


DATABASE = meter("SQL Database", "SQL Database Single/Elastic Pool General Purpose - SQL License")
COMPUTE = meter("SQL Database", "SQL Database Single/Elastic Pool General Purpose - Compute Gen5")
INSTANCE = meter("SQL Managed Instance", "SQL Managed Instance Business Critical - SQL License")
MACHINE = meter("Virtual Machines Licenses", "SQL Server Enterprise")


def test_licence_rows_are_saved_and_nothing_else_of_the_database(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("db-1", "vCore", cost="4.8", **DATABASE).add("db-1", "vCore", cost="9", **COMPUTE)
    bill.add("mi-1", "vCore", cost="3", **INSTANCE).add("vm-1", "1-4 vCPU VM License", cost="36", **MACHINE)
    found = bill.ask("ahb_sql_missing", tmp_path)
    assert {one.resource_id: (one.monthly_cost, one.monthly_saving) for one in found} == {
        "db-1": (Decimal(144), Decimal(144)),
        "mi-1": (Decimal(90), Decimal(90)),
        "vm-1": (Decimal(1080), Decimal(1080)),
    }


def test_other_editions_free_covered_and_gone_licences_are_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("vm-web", "1-4 vCPU VM License", cost="1", **MACHINE | {
        "x_sku_meter_subcategory": "SQL Server Web"})  # fmt: skip
    bill.add("vm-ahb", "vCPU", cost="1", **MACHINE | {"x_sku_meter_subcategory": "SQL Server Azure Hybrid Benefit"})
    bill.add("db-free", "vCore", cost="0", **DATABASE).add("db-penny", "vCore", cost="0.03", **DATABASE)
    bill.add("db-covered", "vCore", cost="4", **DATABASE | {"pricing_category": "Committed"})
    bill.add("db-gone", "vCore", cost="4", last_days_ago=4, **DATABASE)
    bill.add("db-compute", "vCore", cost="9", **COMPUTE).add(None, "vCore", cost="4", **DATABASE)
    assert bill.savings("ahb_sql_missing", tmp_path) == {}
