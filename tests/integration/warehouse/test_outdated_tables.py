"""Tables of an earlier release go, so that the next build makes them anew; the history stays."""

import json
from pathlib import Path

from warehouse.duckdb_file import DuckDbWarehouse
from warehouse.outdated_tables import drop_outdated, read_derived_tables


def build_manifest(folder: Path) -> Path:
    def node(schema: str, alias: str, columns: str, **config: object) -> dict[str, object]:
        return {"schema": schema, "alias": alias, "columns": dict.fromkeys(columns.split()), "config": config}

    nodes = {
        "model.a": node("intermediate", "charges", "source_name cost new_column", materialized="incremental"),
        "model.b": node("marts", "daily", "source_name cost", materialized="incremental"),
        "model.c": node("intermediate", "history", "cost at", materialized="incremental", full_refresh=False),
        "model.d": node("marts", "view_of_them", "cost", materialized="view"),
        "model.e": node("marts", "not_built_yet", "cost", materialized="incremental"),
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}))
    return path


def test_what_has_other_columns_is_built_anew_and_everything_is_behind(tmp_path: Path) -> None:
    tables = read_derived_tables(build_manifest(tmp_path))
    assert set(tables) == {("intermediate", "charges"), ("marts", "daily"), ("marts", "not_built_yet")}
    warehouse = DuckDbWarehouse(tmp_path / "warehouse.duckdb")
    assert drop_outdated(warehouse, tables) == []
    assert not (tmp_path / "warehouse.duckdb").exists()
    with warehouse.connect() as connection:
        connection.execute("create schema intermediate; create schema marts")
        connection.execute("create table intermediate.charges (source_name varchar, cost integer)")
        connection.execute("create table marts.daily (cost integer, source_name varchar)")
        connection.execute("create table intermediate.history (cost integer)")
        connection.execute("create view marts.view_of_them as select source_name from intermediate.charges")
        connection.execute("create table intermediate.loaded_snapshots (model_name varchar)")
        connection.execute("insert into intermediate.loaded_snapshots values ('charges'), ('daily'), ('history')")
    assert drop_outdated(warehouse, tables) == ["intermediate.charges"]
    assert drop_outdated(warehouse, tables) == []
    with warehouse.connect(read_only=True) as connection:
        assert connection.execute("select model_name from intermediate.loaded_snapshots").fetchall() == [("history",)]
        left = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert [name for (name,) in left] == ["daily", "history", "loaded_snapshots"]
