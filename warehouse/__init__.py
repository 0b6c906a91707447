"""The warehouse behind one small protocol, with the engines that serve it."""

from warehouse.contracts import ChangedPeriod, Connection, Cursor, Warehouse, WarehouseError, fetch_records
from warehouse.duckdb_file import WAREHOUSE_FILE, DuckDbWarehouse
from warehouse.files.raw_views import raw_view_sql
from warehouse.rows import changed_periods_json, control_total_rows

__all__ = [
    "WAREHOUSE_FILE",
    "ChangedPeriod",
    "Connection",
    "Cursor",
    "DuckDbWarehouse",
    "Warehouse",
    "WarehouseError",
    "changed_periods_json",
    "control_total_rows",
    "fetch_records",
    "raw_view_sql",
]
