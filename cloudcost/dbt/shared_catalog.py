"""dbt-duckdb's plugin for the shared warehouse: gives dbt's DuckDB the extensions and secrets that its profile's
`attach` needs. Where the catalog is comes by the environment, see `ducklake_environment`.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse.ducklake.session import CatalogAccess
from warehouse.storage_settings import WarehouseSettings

PLACE = "CLOUDCOST_DUCKLAKE"


class Plugin(BasePlugin):
    """The plugin, under the name that dbt-duckdb looks for."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Where the catalog is."""
        place: Mapping[str, Any] = json.loads(os.environ[PLACE])
        settings = WarehouseSettings.model_validate(place["warehouse"])
        self._access = CatalogAccess(settings, (place["lake"], place["lake_region"]), os.environ)
        self._given: dict[str, Any] = {}

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Once for each DuckDB that dbt opens."""
        self._given = self._access.configure(conn)

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """For each connection: a build may outlast AWS's temporary credentials."""
        self._given = self._access.give_credentials(cursor, self._given)
