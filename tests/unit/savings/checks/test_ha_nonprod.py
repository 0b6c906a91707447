"""Highly available databases of non-production."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

CPU, STORAGE = (
    "Cloud SQL for PostgreSQL: Regional - vCPU in Belgium",
    ("Cloud SQL for PostgreSQL: Regional - Standard storage in Belgium"),
)


def test_half_of_what_is_regional_is_saved(tmp_path: Path) -> None:
    bill = Bill("gcp").add("db-1", CPU, cost="4", x_environment="dev")
    bill.add("db-1", STORAGE, cost="1", unit="GiB-Months", x_environment="dev")
    bill.add("db-1", "Cloud SQL: Backups in Belgium", cost="7", x_environment="dev")
    (found,) = bill.ask("ha_nonprod", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("db-1", Decimal(150), Decimal(75))


def test_what_a_commitment_covers_is_not_saved_for_sure(tmp_path: Path) -> None:
    bill = Bill("gcp").add("db-1", CPU, cost="4", x_environment="staging")
    bill.add("db-1", CPU, cost="2", pricing_category="Committed", x_environment="staging")
    (found,) = bill.ask("ha_nonprod", tmp_path)
    assert (found.monthly_cost, found.monthly_saving, found.covered_cost) == (Decimal(120), Decimal(60), Decimal(60))


def test_production_zonal_unnamed_covered_extended_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill("gcp").add("db-prod", CPU, cost="4", x_environment="prod").add("db-unnamed", CPU, cost="4")
    bill.add("db-zonal", CPU.replace("Regional", "Zonal"), cost="4", x_environment="dev")
    bill.add("db-covered", CPU, cost="4", pricing_category="Committed", x_environment="dev")
    extended = "Cloud SQL for PostgreSQL: Regional - Enterprise Plus Extended support vCPU v13 in Iowa"
    bill.add("db-extended", extended, cost="4", x_environment="dev")
    bill.add("db-gone", CPU, cost="4", last_days_ago=4, x_environment="dev")
    bill.add(None, CPU, cost="4", x_environment="dev")
    assert bill.savings("ha_nonprod", tmp_path) == {}
