"""Copies for scopes: each holds the rows of its scopes and no others, and is made anew where the scopes changed."""

from pathlib import Path

import duckdb
import pytest

from cloudcost.config.dashboards import DashboardSettings
from dashboards.people import Reader
from dashboards.publish import publish_warehouse, published_file
from dashboards.scoped_copies import are_copies_missing, make_scoped_copies


def make_settings(separation: str = "copies", **changed: object) -> DashboardSettings:
    return DashboardSettings.model_validate(
        {
            "separation": separation,
            "scopes": [
                {"name": "payments", "teams": ["payments"]},
                {"name": "quoted", "teams": ["o'hara"]},
                {"name": "account", "accounts": ["111"]},
            ],
            **changed,
        }
    )


PEOPLE = (
    Reader("a@example.com", "team", ("payments",)),
    Reader("b@example.com", "team", ("quoted", "account")),
    Reader("c@example.com", "finance"),
)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A published copy, with copies for the scopes."""
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """create table marts.fct_cost_daily as select * from (values
            ('payments', '999', 1.25), ('o''hara', '999', 2.5), ('platform', '111', 4), ('platform', '999', 8))
            t(x_team, sub_account_id, billed_cost)"""
        )
        connection.execute("create view marts.fct_statement_monthly as select x_team as team from marts.fct_cost_daily")
        connection.execute("create table marts.fct_reconciliation as select 1 as x")
        connection.execute("create table marts.fct_waste_monthly as select 'payments' as team, '111' as sub_account_id")
        connection.execute(
            "create table marts.fct_tag_coverage as select 'payments' as x_team, '222' as sub_account_id"
        )
        connection.execute("create schema ml")
        connection.execute(
            "create table ml.unjudged_savings as select * from (values ('111', 'access denied'), "
            "('999', 'access denied'), ('', 'there is no usage yet')) t(account_id, reason)"
        )
        connection.execute("create schema ops")
        connection.execute(
            """create table ml.cost_anomalies as select * from (values
            ('of payments', 'payments', '999'), ('of 111', null, '111'), ('of others', 'platform', '999'))
            t(anomaly_id, x_team, sub_account_id)"""
        )
        connection.execute("create table ml.anomaly_causes as select anomaly_id, 'x' as member from ml.cost_anomalies")
        connection.execute("create table ops.anomaly_feedback as select anomaly_id from ml.cost_anomalies")
    settings = make_settings()
    publish_warehouse(
        warehouse, lambda: duckdb.connect(str(warehouse)), tmp_path / "serving",
        lambda copy: make_scoped_copies(copy, settings, PEOPLE),
    )  # fmt: skip
    return published_file(tmp_path / "serving", "warehouse.duckdb")


def read(published: Path, scopes: str, query: str) -> list[tuple[object, ...]]:
    path = published.resolve().parent / "scopes" / scopes / "warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("scopes", "costs"), [("payments", {"1.25"}), ("account+quoted", {"2.50", "4.00"}), ("none", set())]
)
def test_a_copy_has_the_rows_of_its_scopes(published: Path, scopes: str, costs: set[str]) -> None:
    found = read(published, scopes, "select billed_cost from marts.fct_cost_daily")
    assert {str(cost) for (cost,) in found} == costs


@pytest.mark.parametrize(
    ("scopes", "seen"), [("payments", {"of payments"}), ("account+quoted", {"of 111"}), ("none", set())]
)
def test_causes_and_feedback_go_with_their_anomalies(published: Path, scopes: str, seen: set[str]) -> None:
    for table in ("ml.cost_anomalies", "ml.anomaly_causes", "ops.anomaly_feedback"):
        assert {name for (name,) in read(published, scopes, f"select anomaly_id from {table}")} == seen


def test_what_has_no_column_for_the_scope_is_empty_and_other_tables_are_not_there(published: Path) -> None:
    assert read(published, "payments", "select * from marts.fct_tag_coverage") == []
    assert len(read(published, "account+quoted", "select * from marts.fct_waste_monthly")) == 1
    assert read(published, "payments", "select team from marts.fct_statement_monthly") == [("payments",)]
    tables = {name for (name,) in read(published, "payments", "select table_name from duckdb_tables()")}
    assert "fct_reconciliation" not in tables


def test_what_could_not_be_judged_in_other_accounts_is_not_there(published: Path) -> None:
    query = "select account_id from ml.unjudged_savings"
    assert read(published, "account+quoted", query) == [("111",)]
    assert read(published, "payments", query) == []


def test_what_an_earlier_release_wrote_without_a_team_is_copied_by_account(published: Path, tmp_path: Path) -> None:
    """Of a home that is older than the column: nobody sees more, and what can be seen is seen."""
    older = tmp_path / "older" / "warehouse.duckdb"
    older.parent.mkdir()
    with duckdb.connect(str(older)) as connection:
        connection.execute(f"attach '{published}' as newer (read_only)")
        connection.execute("create schema ml")
        connection.execute("create table ml.cost_anomalies as select * exclude (x_team) from newer.ml.cost_anomalies")
        connection.execute("create table ml.anomaly_causes as select * from newer.ml.anomaly_causes")
    make_scoped_copies(older, make_settings(), PEOPLE)
    for table in ("ml.cost_anomalies", "ml.anomaly_causes"):
        for scopes, seen in (("payments", []), ("account+quoted", [("of 111",)])):
            with duckdb.connect(str(older.parent / "scopes" / scopes / "warehouse.duckdb"), read_only=True) as copy:
                assert copy.execute(f"select anomaly_id from {table}").fetchall() == seen


def test_copies_are_their_owners_alone_and_read_only(published: Path) -> None:
    folder = published.resolve().parent / "scopes"
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*/warehouse.duckdb")} == {0o400}


def test_other_scopes_or_people_need_other_copies(published: Path) -> None:
    assert not are_copies_missing(published, make_settings(), PEOPLE)
    assert not are_copies_missing(published, make_settings("rows"), PEOPLE)
    assert are_copies_missing(published, make_settings(scopes=[{"name": "payments", "teams": ["b"]}]), PEOPLE)
    assert are_copies_missing(published, make_settings(), PEOPLE[:1])
    assert are_copies_missing(published, make_settings(), [*PEOPLE, Reader("d@example.com", "team", ("quoted",))])


def test_without_being_asked_for_there_are_none(published: Path, tmp_path: Path) -> None:
    assert make_scoped_copies(published, make_settings("rows"), PEOPLE) == []
