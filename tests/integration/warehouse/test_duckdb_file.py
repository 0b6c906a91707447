"""The warehouse file: tables are replaced together or not at all, and what is read in a hold shares one open file."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from warehouse import DuckDbWarehouse, WarehouseError


def test_tables_are_replaced_together_or_not_at_all(tmp_path: Path) -> None:
    warehouse = DuckDbWarehouse(tmp_path / "warehouse.duckdb")
    before, after = pd.DataFrame({"day": [1, 2]}), pd.DataFrame({"day": [3]})
    assert warehouse.replace_tables("ml", {"costs": before, "days": before.iloc[:0]}) == {"costs": 2, "days": 0}
    with pytest.raises(duckdb.Error):
        warehouse.replace_tables("ml", {"costs": after, "days": object()})
    assert warehouse.query("select day from ml.costs order by day") == (["day"], [(1,), (2,)])
    assert warehouse.replace_table("ml", "costs", after) == 1
    assert warehouse.query("select day from ml.costs") == (["day"], [(3,)])


def test_a_hold_lasts_as_long_as_its_block_and_lets_others_read(tmp_path: Path) -> None:
    warehouse = DuckDbWarehouse(tmp_path / "warehouse.duckdb")
    with warehouse.hold():  # of nothing, before the first run
        assert not warehouse.is_there and not warehouse.has_table("ml", "costs")
    warehouse.replace_table("ml", "costs", pd.DataFrame({"day": [1]}))
    with warehouse.hold():
        assert warehouse.has_table("ml", "costs") and not warehouse.has_table("ml", "day")
        with warehouse.connect(read_only=True) as connection:
            assert connection.execute("select day from ml.costs").fetchall() == [(1,)]
        with pytest.raises((duckdb.Error, WarehouseError)):
            warehouse.replace_table("ml", "costs", pd.DataFrame({"day": [2]}))
    assert warehouse.replace_table("ml", "costs", pd.DataFrame({"day": [2]})) == 1
