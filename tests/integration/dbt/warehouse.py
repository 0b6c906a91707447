"""A temporary DuckDB warehouse with the raw schema, hand-written rows in it, and dbt run on it."""

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from cloudcost.config.document import CloudcostConfig
from cloudcost.dbt.project import restrict_to_periods
from cloudcost.settings_tables import read_settings
from warehouse import DuckDbWarehouse
from warehouse.files.period_files import list_files, replace_paths

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"

Row = Mapping[str, Any]


#: The least that a configuration has to say.
PLAIN_CONFIG = {"sources": [{"name": "plain", "location": "exports"}]}


def read_raw_schema() -> dict[str, dict[str, str]]:
    """Raw table -> column -> type, from the sources that the dbt project declares."""
    declared = yaml.safe_load((PROJECT / "models" / "staging" / "sources.yml").read_text())
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in declared["sources"][0]["tables"]
    }


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every raw table, empty."""
    connection.execute("create schema if not exists raw")
    for table, columns in read_raw_schema().items():
        body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table raw.{table} ({body})")


@cache
def parse_project() -> Manifest:
    """The project as dbt understands it, parsed once for all tests of the process."""
    with tempfile.TemporaryDirectory() as directory:
        result = dbtRunner().invoke(
            ["--quiet", "parse", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
             "--target-path", directory, "--log-path", directory]
        )  # fmt: skip
    assert isinstance(result.result, Manifest), result.exception
    return result.result


@dataclass(frozen=True)
class DbtResult:
    """How an invocation of dbt ended and everything it logged."""

    success: bool
    output: str


@dataclass(frozen=True)
class Warehouse:
    """A DuckDB file and, beside it, dbt's artefacts. Connections are opened per operation: dbt needs the file lock."""

    path: Path

    @classmethod
    def create(cls, directory: Path) -> "Warehouse":
        """A new warehouse with empty raw tables and the settings of a plain configuration."""
        warehouse = cls(directory / "warehouse.duckdb")
        with duckdb.connect(str(warehouse.path)) as connection:
            create_raw_tables(connection)
        warehouse.configure()
        return warehouse

    def configure(self, **sections: Any) -> list[str]:
        """Publish the settings of a configuration with these sections; returns the tables that changed."""
        config = CloudcostConfig.model_validate({**PLAIN_CONFIG, **sections})
        return DuckDbWarehouse(self.path).publish_settings(read_settings(config, self.path.parent))

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and close."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql, parameters)

    def mark(self, model: str, column: str, text: str) -> None:
        """Write a text into a column of every row of a model that is kept in files: what is built anew has lost it."""
        with duckdb.connect(str(self.path)) as connection:
            folder = Path(tempfile.mkdtemp(dir=self.path.parent))
            marked = {}
            for number, file in enumerate(list_files(connection)):
                if file.model == model:
                    target = folder / str(number) / Path(*file.path.parts[-4:])
                    target.parent.mkdir(parents=True)
                    connection.execute(
                        f"copy (select * replace (? as {column}) from read_parquet(?, hive_partitioning = false)) "
                        f"to '{target}'",
                        [text, str(file.path)],
                    )
                    connection.execute(
                        "update intermediate.period_files set size_bytes = ? where path = ?",
                        [target.stat().st_size, str(file.path)],
                    )
                    marked[str(file.path)] = str(target)
            replace_paths(connection, marked)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; decimals come as Decimal."""
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def deliver(
        self,
        table: str,
        rows: Sequence[Row],
        *,
        source_name: str,
        billing_period: str,
        dataset: str = "cost",
        delivery_id: str = "d1",
        totals: Mapping[tuple[str, str], Any] | None = None,
        promoted_at: dt.datetime = dt.datetime(2025, 6, 1),
    ) -> None:
        """Make these rows the current snapshot, with the file's totals by (currency, measure) where they are given."""
        key = [source_name, billing_period, dataset]
        where = "where source_name = ? and billing_period = ? and dataset = ?"
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("begin")
            for target in (table, "current_snapshots", "control_totals"):
                connection.execute(f"delete from raw.{target} {where}", key)
            for row in rows:
                full = {
                    "source_name": source_name,
                    "billing_period": billing_period,
                    "dataset": dataset,
                    "delivery_id": delivery_id,
                    "source_file": f"{delivery_id}.csv",
                    **row,
                }
                names = ", ".join(f'"{name}"' for name in full)
                marks = ", ".join("?" for _ in full)
                connection.execute(f"insert into raw.{table} ({names}) values ({marks})", list(full.values()))
            connection.execute(
                "insert into raw.current_snapshots values (?, ?, ?, ?, ?, ?, ?)",
                [*key, delivery_id, table, len(rows), promoted_at],
            )
            for (currency, measure), total in (totals or {}).items():
                connection.execute(
                    "insert into raw.control_totals values (?, ?, ?, ?, ?, ?, ?, 0, ?)",
                    [*key, delivery_id, currency, measure, total, len(rows)],
                )
            connection.execute("commit")

    def withdraw(self, table: str, *, source_name: str, billing_period: str) -> None:
        """Remove the current snapshots of a period, as when a source is taken out of the configuration."""
        for target in (table, "current_snapshots", "control_totals"):
            self.execute(
                f"delete from raw.{target} where source_name = ? and billing_period = ?", [source_name, billing_period]
            )

    def dbt(
        self,
        command: str,
        *arguments: str,
        changed_periods: Sequence[tuple[str, str]] | None = None,
        models: Mapping[tuple[str, str], Sequence[str]] | None = None,
    ) -> DbtResult:
        """Run dbt and return how it ended and what it said. ``models``: what is behind, by changed period."""
        changed = None
        if changed_periods is not None:
            changed = [
                {"source_name": source, "billing_period": period}
                | ({"models": list(models[source, period])} if models and (source, period) in models else {})
                for source, period in changed_periods
            ]
        messages: list[str] = []

        def keep_message(event: Any) -> None:
            messages.append(event.info.msg)

        with restrict_to_periods(json.dumps(changed)), pytest.MonkeyPatch.context() as environment:
            environment.setenv("CLOUDCOST_WAREHOUSE", str(self.path))
            result = dbtRunner(manifest=parse_project(), callbacks=[keep_message]).invoke(
                [
                    "--quiet", command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                    "--target-path", str(self.path.parent / "target"), "--log-path", str(self.path.parent / "logs"),
                    *arguments,
                ]
            )  # fmt: skip
        return DbtResult(result.success, "\n".join(messages))

    def build(
        self,
        *arguments: str,
        changed_periods: Sequence[tuple[str, str]] | None = None,
        models: Mapping[tuple[str, str], Sequence[str]] | None = None,
    ) -> None:
        """`dbt build`, which must succeed: models, data tests and unit tests."""
        result = self.dbt("build", *arguments, changed_periods=changed_periods, models=models)
        assert result.success, result.output[-6000:]
