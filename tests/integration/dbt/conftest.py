"""One warehouse with charges of every kind, built once; tests that change it work on a copy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.dbt.charges import (
    AWS_ROWS,
    AZURE_ACTUAL,
    AZURE_AMORTISED,
    FOCUS_ROWS,
    GCP_ROWS,
    azure_row,
)
from tests.integration.dbt.warehouse import Warehouse

JANUARY, FEBRUARY = "2025-01-01", "2025-02-01"


def deliver_everything(warehouse: Warehouse) -> None:
    """January of every source, February of one, and the file totals as added up by hand."""
    usd = [("USD", measure) for measure in ("billed_cost", "effective_cost", "list_cost", "contracted_cost")]
    for source, table in (("aws_legacy", "aws_cur"), ("aws_two", "aws_cur2")):
        warehouse.deliver(
            table,
            AWS_ROWS,
            source_name=source,
            billing_period=JANUARY,
            totals=dict(zip(usd, ("419.100000000001", "54.1", "436.6", "433.1"), strict=True)),
        )
    warehouse.deliver(
        "aws_cur", AWS_ROWS[:1], source_name="aws_legacy", billing_period=FEBRUARY, totals={usd[0]: "8.5"}
    )
    for source, exports in (
        ("azure_both", ("actual", "amortised")),
        ("azure_actual", ("actual",)),
        ("azure_amortised", ("amortised",)),
    ):
        for export in exports:
            rows, measure, total = {
                "actual": (AZURE_ACTUAL, "billed_cost", "106.9"),
                "amortised": (AZURE_AMORTISED, "effective_cost", "18.9"),
            }[export]
            warehouse.deliver(
                "azure_cost_details",
                rows,
                source_name=source,
                billing_period=JANUARY,
                dataset=export,
                totals={("EUR", measure): total},
            )
    warehouse.deliver(
        "azure_cost_details",
        [azure_row(1, "Usage", "OnDemand", "1", payg_price="0.000000123457", quantity="98765432109.123456789012")],
        source_name="azure_large",
        billing_period=JANUARY,
        dataset="actual",
        totals={("EUR", "billed_cost"): "1"},
    )
    warehouse.deliver(
        "gcp_billing",
        GCP_ROWS,
        source_name="gcp",
        billing_period=JANUARY,
        totals=dict(zip(usd, ("9.19", "9.19", "16.69", "12.69"), strict=True)),
    )
    warehouse.deliver(
        "focus", FOCUS_ROWS, source_name="o'neill", billing_period=JANUARY,
        totals=dict(zip(usd, ("0.63", "0.62", "0.7", "0.63"), strict=True)),
    )  # fmt: skip


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Everything delivered and built, with all data and unit tests passed; only to be read."""
    warehouse = Warehouse.create(tmp_path_factory.mktemp("dbt"))
    deliver_everything(warehouse)
    warehouse.build()
    return warehouse


@pytest.fixture
def new_warehouse(tmp_path: Path) -> Callable[[], Warehouse]:
    """Makes an empty warehouse; a test that asks for it runs on whatever engine this gives."""
    return lambda: Warehouse.create(tmp_path)


@pytest.fixture
def copied(built: Warehouse, tmp_path: Path) -> Warehouse:
    """A built warehouse that the test may change."""
    built.execute("checkpoint")
    shutil.copy(built.path, tmp_path / built.path.name)
    return Warehouse(tmp_path / built.path.name)


@pytest.fixture
def fingerprint() -> Callable[[Warehouse], dict[str, tuple[object, ...]]]:
    """The content of every table that dbt builds, comparable between two states."""

    def take(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
        tables = warehouse.rows(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('intermediate', 'marts') and table_name <> 'period_files' "
            "and (table_type = 'BASE TABLE' or table_name in (select model_name from intermediate.period_files)) "
            "order by 1"
        )
        return {
            table: warehouse.rows(f"select count(*), bit_xor(hash(t)), sum(hash(t) % 1000003) from {table} as t")[0]
            for (table,) in tables
        }

    return take
