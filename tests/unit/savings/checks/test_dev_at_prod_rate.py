"""Non-production that pays production prices for Windows and SQL Server."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.savings_bill import Bill
from tests.unit.savings.checks.test_ahb_sql_missing import DATABASE, MACHINE
from tests.unit.savings.checks.test_ahb_windows_missing import LINUX, SIZE, WINDOWS


def test_licences_of_a_resource_are_added_up(tmp_path: Path) -> None:
    # 4.70 a day of Windows (9.02 less 4.32) and 2 of SQL Server
    bill = Bill(cloud="azure").add("vm-1", SIZE, cost="9.02", x_environment="dev", **WINDOWS)
    bill.add("vm-1", "1-4 vCPU VM License", cost="2", x_environment="dev", **MACHINE)
    bill.add("vm-2", SIZE, cost="4.32", x_environment="prod", **LINUX)
    (found,) = bill.ask("dev_at_prod_rate", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("vm-1", Decimal("201.000000000000"))
    assert found.reason == (
        "vm-1 is dev and pays 201 USD in 30 days for SQL Server and Windows, which cost nothing under a Dev/Test offer"
    )


@pytest.mark.parametrize("environment", ["Test", "staging", "non-prod", "dev-eu", "QA"])
def test_environments_that_are_not_production(tmp_path: Path, environment: str) -> None:
    bill = Bill(cloud="azure").add("db-1", "vCore", cost="3", x_environment=environment, **DATABASE)
    assert bill.savings("dev_at_prod_rate", tmp_path) == {"db-1": Decimal("90.00")}


@pytest.mark.parametrize("environment", ["prod", "production", "devops", "latest", "", None])
def test_production_and_what_nobody_named_are_not_found(tmp_path: Path, environment: str | None) -> None:
    bill = Bill(cloud="azure").add("db-1", "vCore", cost="3", x_environment=environment, **DATABASE)
    assert bill.savings("dev_at_prod_rate", tmp_path) == {}
