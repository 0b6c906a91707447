"""All models on DuckDB and on a stand-in for Redshift, from the same hand-written charges of every kind."""

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
import redshift_connector

from tests.integration.dbt.charges import gcp_row
from tests.integration.dbt.random_charges import draw_allocation
from tests.integration.dbt.test_conservation import PERIODS, SOURCES, Totals, check_models, deliver
from tests.integration.dbt.warehouse import PROJECT, Warehouse
from tests.integration.parity import Content, assert_same, list_relations, read_content
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer

pytestmark = [pytest.mark.requires_system("postgresql"), pytest.mark.timeout(1200)]

JANUARY = "2025-01-01"
#: What dbt reads and does not build.
GIVEN = ("raw", "settings")


@dataclass
class Twins:
    """A DuckDB file, and a database of the stand-in that is given the same raw and settings tables."""

    duckdb: Warehouse
    peer: RedshiftPeer
    folder: Path

    def hand_over(self) -> None:
        """Give Redshift the raw and settings tables as DuckDB has them now."""
        statements = []
        for schema, table, described, names in self._describe_given():
            file = self.peer.postgres.exchange / f"{schema}-{table}.csv"
            self.duckdb.execute(f"copy (select * from {schema}.{table}) to '{file}' (format csv, header false)")
            file.chmod(0o644)
            # the tables stay: views of the stand-in are bound to them
            statements += [
                f"create schema if not exists {schema}",
                f'create table if not exists {schema}."{table}" ({described})',
                f'delete from {schema}."{table}"',
                f"copy {schema}.\"{table}\" ({names}) from '{file}' with (format csv)",
            ]
        self.peer.postgres.run_sql(";\n".join(statements), self.peer.database)

    def _describe_given(self) -> Iterator[tuple[str, str, str, str]]:
        given = ", ".join(f"'{schema}'" for schema in GIVEN)
        columns = self.duckdb.rows(
            "select table_schema, table_name, column_name, replace(data_type, 'VARCHAR', 'varchar(65535)') "
            f"from information_schema.columns where table_schema in ({given}) order by 1, 2, ordinal_position"
        )
        for schema, table in sorted({row[:2] for row in columns}):
            own = [row[2:] for row in columns if row[:2] == (schema, table)]
            described = ", ".join(f'"{name}" {kind}' for name, kind in own)
            yield schema, table, described, ", ".join(f'"{name}"' for name, _ in own)

    def build_redshift(self, changed_periods: list[tuple[str, str]] | None = None) -> None:
        """Seeds and models, without tests."""
        periods = [{"source_name": s, "billing_period": p} for s, p in changed_periods or ()]
        passed = json.dumps(None if changed_periods is None else periods)
        command = [
            str(Path(sys.executable).with_name("dbt")), "build", "--exclude-resource-type", "test", "unit_test",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(self.folder / "target"),
            "--log-path", str(self.folder / "logs"),
        ]  # fmt: skip
        environ = {**os.environ, **self.peer.environment(), "CLOUDCOST_CHANGED_PERIODS": passed}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout[-6000:]

    def read(self) -> tuple[Content, Content]:
        """What both hold."""
        import duckdb

        relations = list_relations(self.folder / "target" / "manifest.json")
        # dbt of this process may hold the file open for writing
        with duckdb.connect(str(self.duckdb.path)) as connection:
            ours = read_content(connection, relations)
        peer = self.peer
        with redshift_connector.connect(
            host="127.0.0.1", port=peer.port, database=peer.database, user=peer.user, password=peer.password, ssl=False
        ) as connection:
            return ours, read_content(connection, relations)


@pytest.fixture(scope="module")
def twins(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder = tmp_path_factory.mktemp("twins")
    built.execute("checkpoint")
    shutil.copy(built.path, folder / built.path.name)
    with MotoServer() as moto, RedshiftPeer(moto.client("s3")) as peer:
        both = Twins(Warehouse(folder / built.path.name), peer, folder)
        both.hand_over()
        both.build_redshift()
        yield both


def test_every_model_is_the_same_row_for_row(twins: Twins) -> None:
    ours, theirs = twins.read()
    assert len(ours) > 15 and sum(ours["marts", "fct_cost_daily"].values()) > 20
    assert_same(ours, theirs)


def test_replaced_and_withdrawn_periods_are_the_same_too(twins: Twins) -> None:
    before, _ = twins.read()
    teams = [("a|b", "c", "270"), ("a", "b|c", "27000")]
    rows = [gcp_row("N2 core", "3.000000000007")] + [
        gcp_row("N2 core", cost, labels=json.dumps({"team": team, "environment": environment}))
        for team, environment, cost in teams
    ]
    others = {"any": [{"team": "a*"}, {"service": {"prefix": "comp"}}], "not": {"team": ["a|b"]}}
    twins.duckdb.configure(
        budgets=[
            {"name": "parts", "scope": {"team": ["a|b"]}, "amount": "1"},
            {"name": "others", "scope": others, "amount": "1"},
        ]
    )
    twins.duckdb.deliver(
        "gcp_billing", rows, source_name="gcp", billing_period=JANUARY, delivery_id="d2",
        totals={("USD", "billed_cost"): "27273.000000000007"}, promoted_at=dt.datetime(2099, 1, 1),
    )  # fmt: skip
    twins.duckdb.withdraw("focus", source_name="o'neill", billing_period=JANUARY)
    changed = [("gcp", JANUARY), ("o'neill", JANUARY)]
    assert twins.duckdb.dbt("run", changed_periods=changed).success
    twins.hand_over()
    twins.build_redshift(changed)
    ours, theirs = twins.read()
    assert ours["marts", "fct_cost_monthly"] != before["marts", "fct_cost_monthly"]
    assert_same(ours, theirs)
    budget = "select actual_cost from marts.fct_budget_status where period_start = '2025-01-01'"
    budget += " and budget_name = '{}'"
    assert twins.peer.postgres.run_sql(budget.format("parts"), twins.peer.database).strip() == "270.000000000000"
    assert float(twins.peer.postgres.run_sql(budget.format("others"), twins.peer.database)) >= 27000
    # promoted by a clock that was ahead: believed from its build on, on either engine
    late = "select count(*) from intermediate.int_costs__changed where change_number = 2 and changed_at = loaded_at"
    assert twins.peer.postgres.run_sql(late, twins.peer.database).strip() == str(twins.duckdb.rows(late)[0][0]) != "0"


def test_random_bills_with_random_splits_are_the_same_and_conserved(twins: Twins) -> None:
    chance, known = random.Random(7), Totals()
    twins.duckdb.configure(allocation=draw_allocation(chance))
    for source in SOURCES:
        for period in PERIODS:
            deliver(twins.duckdb, chance, source, period, known, "d1")
    result = twins.duckdb.dbt("run")
    assert result.success, result.output[-6000:]
    twins.hand_over()
    twins.build_redshift()
    ours, theirs = twins.read()
    allocated = theirs["marts", "fct_cost_allocated_daily"]
    assert any("shared in" in row for row in allocated), "this seed splits nothing"
    assert_same(ours, theirs)
    # what is the same as DuckDB's is conserved where DuckDB's is
    assert "fct_cost_allocated_daily" in check_models(twins.duckdb, known)
