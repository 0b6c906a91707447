"""All models on the DuckDB file and on DuckLake, from the same hand-written charges of every kind."""

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudcost.dbt.project import ducklake_environment
from tests.integration.dbt.charges import gcp_row
from tests.integration.dbt.random_charges import draw_allocation
from tests.integration.dbt.test_conservation import PERIODS, SOURCES, Totals, check_models, deliver
from tests.integration.dbt.warehouse import PROJECT, Warehouse
from tests.integration.parity import Content, assert_same, count_rows, list_relations, read_content
from tests.peers.lake_catalog import CatalogPeer
from tests.peers.moto_server import MotoServer
from warehouse.ducklake.engine import DuckLakeWarehouse
from warehouse.storage_settings import WarehouseSettings

pytestmark = [pytest.mark.requires_system("postgresql"), pytest.mark.timeout(1200)]

JANUARY = "2025-01-01"
#: What dbt reads and does not build.
GIVEN = ("raw", "settings")


@dataclass
class Twins:
    """A DuckDB file, and a catalog that is given the same raw and settings tables."""

    duckdb: Warehouse
    settings: WarehouseSettings
    lake: DuckLakeWarehouse
    folder: Path

    def hand_over(self) -> None:
        """Give DuckLake the raw and settings tables as the file has them now."""
        tables = self.duckdb.rows(f"select schema_name, table_name from duckdb_tables() where schema_name in {GIVEN} ")
        for schema, table in tables:
            # through a file: dbt of this process may hold the warehouse open
            self.duckdb.execute(f"copy {schema}.\"{table}\" to '{self.folder}/{schema}-{table}.parquet'")
        with self.lake.connect() as connection:
            for schema, table in tables:
                source = f"read_parquet('{self.folder}/{schema}-{table}.parquet')"
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(f'create or replace table {schema}."{table}" as from {source}')

    def build(self, changed_periods: list[tuple[str, str]] | None = None) -> None:
        """Seeds and models, without tests."""
        periods = [{"source_name": s, "billing_period": p} for s, p in changed_periods or ()]
        passed = json.dumps(None if changed_periods is None else periods)
        command = [
            str(Path(sys.executable).with_name("dbt")), "build", "--exclude-resource-type", "test", "unit_test",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(self.folder / "target"),
            "--log-path", str(self.folder / "logs"),
        ]  # fmt: skip
        place = ducklake_environment(self.settings, (str(self.settings.data_path), None), os.environ)
        environ = {**os.environ, **place, "CLOUDCOST_CHANGED_PERIODS": passed}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout[-6000:]

    def read(self) -> tuple[Content, Content]:
        """What both hold."""
        import duckdb

        relations = list_relations(self.folder / "target" / "manifest.json")
        # dbt of this process may hold the file open for writing
        with duckdb.connect(str(self.duckdb.path)) as connection:
            ours = read_content(connection, relations)
        with self.lake.connect(read_only=True) as connection:
            return ours, {relation: count_rows(connection, relation) for relation in relations}


@pytest.fixture(scope="module")
def twins(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder = tmp_path_factory.mktemp("twins")
    built.execute("checkpoint")
    shutil.copy(built.path, folder / built.path.name)
    with MotoServer() as moto, CatalogPeer(moto) as peer, pytest.MonkeyPatch.context() as patch:
        for name, value in peer.environment().items():
            patch.setenv(name, value)
        settings = peer.create_catalog()
        both = Twins(Warehouse(folder / built.path.name), settings, DuckLakeWarehouse(settings), folder)
        both.hand_over()
        both.build()
        yield both


def test_every_model_is_the_same_row_for_row(twins: Twins) -> None:
    ours, theirs = twins.read()
    assert len(ours) > 15 and sum(ours["marts", "fct_cost_daily"].values()) > 20
    assert_same(ours, theirs)


def test_replaced_and_withdrawn_periods_are_the_same_too(twins: Twins) -> None:
    before, _ = twins.read()
    rows = [gcp_row("N2 core", "3.000000000007"), gcp_row("N2 core", "270", labels=json.dumps({"team": "a|b"}))]
    twins.duckdb.configure(budgets=[{"name": "parts", "scope": {"team": ["a|b"]}, "amount": "1"}])
    twins.duckdb.deliver(
        "gcp_billing", rows, source_name="gcp", billing_period=JANUARY, delivery_id="d2",
        totals={("USD", "billed_cost"): "273.000000000007"}, promoted_at=dt.datetime(2099, 1, 1),
    )  # fmt: skip
    twins.duckdb.withdraw("focus", source_name="o'neill", billing_period=JANUARY)
    changed = [("gcp", JANUARY), ("o'neill", JANUARY)]
    assert twins.duckdb.dbt("run", changed_periods=changed).success
    twins.hand_over()
    twins.build(changed)
    ours, theirs = twins.read()
    assert ours["marts", "fct_cost_monthly"] != before["marts", "fct_cost_monthly"]
    assert_same(ours, theirs)


def test_random_bills_with_random_splits_are_the_same_and_conserved(twins: Twins) -> None:
    chance, known = random.Random(7), Totals()
    twins.duckdb.configure(allocation=draw_allocation(chance))
    for source in SOURCES:
        for period in PERIODS:
            deliver(twins.duckdb, chance, source, period, known, "d1")
    result = twins.duckdb.dbt("run")
    assert result.success, result.output[-6000:]
    twins.hand_over()
    twins.build()
    ours, theirs = twins.read()
    assert any("shared in" in row for row in theirs["marts", "fct_cost_allocated_daily"]), "this seed splits nothing"
    assert_same(ours, theirs)
    # what is the same as the file's is conserved where the file's is
    assert "fct_cost_allocated_daily" in check_models(twins.duckdb, known)
