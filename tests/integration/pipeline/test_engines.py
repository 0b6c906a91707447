"""`cloudcost run` on DuckDB and on a stand-in for Redshift, on the same exports: every model, row for row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redshift_connector

from tests.integration.parity import Content, assert_same, list_relations, read_content
from tests.integration.pipeline.conftest import Company, Home, assert_only_mail_failed
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1800), pytest.mark.requires_system("postgresql")]

BUCKET = "cloudcost-lake"
#: What the first run refused to know and the second must bring: the record of the daily mart, last in its transaction.
LAST_STATEMENT = "select 'int_costs__daily', source_name"


@dataclass
class Engines:
    """The same company on both engines."""

    duckdb: Home
    redshift: Home
    peer: RedshiftPeer

    def run(self, home: Home) -> str:
        done = home.call("run")
        assert done.returncode in (0, 3), (done.stdout, done.stderr, read_logs(home))
        assert_only_mail_failed(done)
        return done.stdout

    def read_duckdb(self) -> Content:
        import duckdb

        with duckdb.connect(str(self.duckdb.state / "warehouse.duckdb"), read_only=True) as connection:
            return read_content(connection, list_relations(self.duckdb.state / "dbt" / "manifest.json"))

    def read_redshift(self) -> Content:
        with self.connect() as connection:
            return read_content(connection, list_relations(self.redshift.state / "dbt_redshift" / "manifest.json"))

    def read_totals(self) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
        """What `cloudcost totals` prints of Redshift."""
        done = self.redshift.call("totals", "--format", "json")
        assert done.returncode == 0, done
        measures = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
        return {
            (row["source"], row["period"], row["currency"]): tuple(Decimal(row[m]) for m in measures)
            for row in json.loads(done.stdout, parse_float=Decimal)
        }

    def connect(self) -> Any:
        peer = self.peer
        return redshift_connector.connect(
            host="127.0.0.1", port=peer.port, database=peer.database, user=peer.user, password=peer.password, ssl=False
        )


def read_logs(home: Home) -> str:
    logs = sorted((home.state / "logs").glob("run-*.log"))
    return logs[-1].read_text()[-4000:] if logs else ""


@pytest.fixture(scope="module")
def engines(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Two installations that read the same exports, as they were before a month was restated; each has run once."""
    duckdb_home = Home(tmp_path_factory.mktemp("on_duckdb"), {"AWS_ENDPOINT_URL": company.peers.aws_url})
    company.configure(duckdb_home)
    company.deliver_first(duckdb_home.root / "exports")
    with MotoServer() as moto, RedshiftPeer(moto.client("s3")) as peer:
        moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        peer.postgres.run_sql("create role bi", peer.database)
        redshift_home = Home(
            tmp_path_factory.mktemp("on_redshift"),
            {
                "AWS_ENDPOINT_URL": company.peers.aws_url, "AWS_ENDPOINT_URL_S3": moto.url,
                "AWS_DEFAULT_REGION": "eu-central-1", "REDSHIFT_PASSWORD": peer.password,
            },
        )  # fmt: skip
        company.configure(redshift_home)
        (redshift_home.root / "exports").symlink_to(duckdb_home.root / "exports")
        with (redshift_home.root / "cloudcost.yaml").open("a") as config:
            config.write(f"""\
lake: {{location: "s3://{BUCKET}/prod"}}
warehouse:
  backend: redshift
  host: 127.0.0.1
  port: {peer.port}
  password_env: REDSHIFT_PASSWORD
  sslmode: disable
  iam_role: "arn:aws:iam::123456789012:role/copy"
  query_group: cloudcost
  readers: ["role bi"]
""")
        both = Engines(duckdb_home, redshift_home, peer)
        both.run(duckdb_home)
        both.run(redshift_home)
        yield both


@dataclass
class FirstState:
    """What both engines held after their first run."""

    duckdb: Content
    redshift: Content
    totals: dict[Any, Any]


@pytest.fixture(scope="module")
def first(engines: Engines) -> FirstState:
    return FirstState(engines.read_duckdb(), engines.read_redshift(), engines.read_totals())


@dataclass
class Restated:
    """How the restated month arrived: a run that broke down, what it left, and what the next one made of it."""

    broken_code: int
    after_break: Content
    statements: list[str]


@pytest.fixture(scope="module")
def restated(engines: Engines, first: FirstState, company: Company) -> Restated:
    company.deliver_final(engines.duckdb.root / "exports")
    engines.run(engines.duckdb)
    engines.peer.refuse(LAST_STATEMENT)
    broken = engines.redshift.call("run")
    after_break = engines.read_redshift()
    engines.peer.statements.clear()
    engines.run(engines.redshift)
    return Restated(broken.returncode, after_break, list(engines.peer.statements))


def test_all_models_are_the_same_row_for_row(first: FirstState) -> None:
    assert len(first.duckdb) > 15
    assert sum(first.duckdb["intermediate", "int_focus__unioned"].values()) > 4000
    assert_same(first.duckdb, first.redshift)


def test_totals_are_the_truth(first: FirstState, company: Company) -> None:
    assert first.totals == company.expected(first=True)


def test_a_build_that_breaks_down_leaves_no_half(first: FirstState, restated: Restated) -> None:
    assert restated.broken_code == 1
    # the model before it has the restated month, the one that broke down has the month as it was
    focus, daily = ("intermediate", "int_focus__unioned"), ("intermediate", "int_costs__daily")
    assert restated.after_break[focus] != first.redshift[focus]
    assert restated.after_break[daily] == first.redshift[daily]


def test_the_next_run_brings_the_restated_month(engines: Engines, restated: Restated, company: Company) -> None:
    assert engines.read_totals() == company.expected()
    assert_same(engines.read_duckdb(), engines.read_redshift())
    history = engines.read_redshift()["marts", "fct_cost_monthly_history"]
    assert any("restated" in row for row in history)


def test_a_run_without_news_copies_nothing(engines: Engines, restated: Restated) -> None:
    engines.peer.statements.clear()
    done = engines.redshift.call("run")
    assert done.returncode == 0 and "Nothing new" in done.stdout, done
    assert not [s for s in engines.peer.statements if s.lower().startswith(("copy", "insert", "delete"))]
    assert_same(engines.read_duckdb(), engines.read_redshift())


def test_only_what_changed_was_replaced(restated: Restated) -> None:
    # the run that broke down had published the snapshot already
    assert not [s for s in restated.statements if s.lower().startswith("copy landed")]
    deleted = [s for s in restated.statements if 'delete from "cloudcost"."intermediate"."int_costs__daily"' in s]
    assert deleted and all("billing_period in" in s for s in deleted)


def test_views_outlive_the_tables_below_them(restated: Restated) -> None:
    views = [s for s in restated.statements if "create view" in s.lower()]
    assert len(views) > 4 and all("with no schema binding" in s for s in views)


def test_results_of_models_are_written(engines: Engines, restated: Restated) -> None:
    with engines.connect() as connection:
        cursor = connection.cursor()
        for table in ("cost_forecasts", "recommendations"):
            cursor.execute(f"select count(*) from ml.{table}")
            assert cursor.fetchall()[0][0] > 0, table


def test_readers_may_read_what_is_published_and_no_more(engines: Engines, restated: Restated) -> None:
    peer = engines.peer
    queries = "set role bi; select count(*) from marts.fct_cost_daily; select count(*) from ml.cost_forecasts"
    assert all(int(line) > 0 for line in peer.postgres.run_sql(queries, peer.database).split())
    with pytest.raises(RuntimeError, match="permission denied"):
        peer.postgres.run_sql("set role bi; select count(*) from raw.current_snapshots", peer.database)


def test_every_incremental_model_says_how_it_is_distributed_and_sorted(engines: Engines) -> None:
    manifest = json.loads(next(engines.redshift.state.glob("dbt*/manifest.json")).read_text())
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental":
            assert node["config"].get("dist") and node["config"].get("sort"), node["name"]


def test_no_secret_is_written_down(engines: Engines, restated: Restated) -> None:
    written = [p for p in engines.redshift.state.rglob("*") if p.is_file()]
    assert len(written) > 10
    for path in written:
        assert engines.peer.password.encode() not in Path(path).read_bytes(), path
