"""The configuration as dbt reads it: one table per entry of `SETTINGS_TABLES`, in schema ``settings``.

To add one, write it in a module of this package, name it below, and declare it in dbt_project/models/settings.yml.
"""

from pathlib import Path

from orchestration.config import CloudcostConfig
from orchestration.settings_tables.allocation import TAG_KEYS
from orchestration.settings_tables.contracts import Column, SettingsContent, SettingsError, SettingsTable

SETTINGS_TABLES: tuple[SettingsTable, ...] = (TAG_KEYS,)

__all__ = ["SETTINGS_TABLES", "Column", "SettingsContent", "SettingsError", "SettingsTable", "read_settings"]


def read_settings(config: CloudcostConfig, base_directory: Path) -> list[SettingsContent]:
    """Every settings table with its rows for a configuration."""
    return [table.read(config, base_directory) for table in SETTINGS_TABLES]
