"""A query with a misspelt name is answered with the names that may have been meant, in one sentence."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.failures import end_with
from warehouse import DuckDbWarehouse, WarehouseError

LISTS = '`cloudcost query "show all tables"` lists all'


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDbWarehouse:
    file = tmp_path_factory.mktemp("home") / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema ml")
        connection.execute("create table marts.fct_cost_daily (service_name varchar, effective_cost decimal(38, 12))")
        connection.execute("create table ml.cost_forecasts (day date)")
    return DuckDbWarehouse(file)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from marts.fct_cost_dialy",
         f"there is no table fct_cost_dialy; did you mean marts.fct_cost_daily? {LISTS}"),
        ("select * from fct_cost_daily",
         f"there is no table fct_cost_daily; did you mean marts.fct_cost_daily? {LISTS}"),
        ("select * from mart.fct_cost_daily",
         f"there is no table mart.fct_cost_daily; did you mean marts.fct_cost_daily? {LISTS}"),
        ("select * from ml.forecasts", f"there is no table forecasts; did you mean ml.cost_forecasts? {LISTS}"),
        ("select * from zzz", f"there is no table zzz; {LISTS}"),
        ("select servce_name from marts.fct_cost_daily",
         "there is no column servce_name in what the query reads; did you mean service_name? "
         "`describe` lists a table's columns"),
        ("select d.efective_cost from marts.fct_cost_daily as d",
         "there is no column efective_cost in what the query reads; did you mean effective_cost? "
         "`describe` lists a table's columns"),
        ("select * frm marts.fct_cost_daily", 'syntax error at or near "marts"'),
        ("select cast('a' as int)", "Could not convert string 'a' to INT32"),
    ],
)  # fmt: skip
def test_what_may_have_been_meant(warehouse: DuckDbWarehouse, sql: str, message: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        warehouse.query(sql)
    assert str(refused.value) == message


def test_the_command_ends_with_the_sentence_alone(
    warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Path(warehouse.place).parent
    (home / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(home / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(home))
    error = CliRunner().invoke(app, ["query", "select * from marts.fct_cost_dialy"]).exception
    assert isinstance(error, WarehouseError)
    with pytest.raises(SystemExit) as end:
        end_with(error)
    assert end.value.code == 1
    printed = capsys.readouterr().err
    assert printed == f"error: there is no table fct_cost_dialy; did you mean marts.fct_cost_daily? {LISTS}\n"
