"""The configuration, and what the door and staging both go by, as dbt reads it: one table per entry of
`SETTINGS_TABLES`, in schema ``settings``.

To add one, write it in a module of this package, name it below, and declare it in dbt_project/models/settings.yml.
"""

from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables.allocation import ALLOCATION_TABLES
from cloudcost.settings_tables.budgets import BUDGET_AMOUNTS, BUDGET_THRESHOLDS, BUDGETS
from cloudcost.settings_tables.currency import CURRENCY_RATES, CURRENCY_SETTINGS
from cloudcost.settings_tables.focus import FOCUS_VALUES
from cloudcost.settings_tables.invoices import INVOICE_SETTINGS, INVOICES
from cloudcost.settings_tables.metrics import METRIC_VALUES, METRICS
from cloudcost.settings_tables.scopes import SCOPE_TESTS
from warehouse.settings_contracts import Column, SettingsContent, SettingsError, SettingsTable

SETTINGS_TABLES: tuple[SettingsTable, ...] = (
    *ALLOCATION_TABLES,
    CURRENCY_SETTINGS,
    CURRENCY_RATES,
    INVOICES,
    INVOICE_SETTINGS,
    FOCUS_VALUES,
    BUDGETS,
    BUDGET_AMOUNTS,
    BUDGET_THRESHOLDS,
    METRICS,
    METRIC_VALUES,
    SCOPE_TESTS,
)

__all__ = ["SETTINGS_TABLES", "Column", "SettingsContent", "SettingsError", "SettingsTable", "read_settings"]


def read_settings(config: CloudcostConfig, base_directory: Path) -> list[SettingsContent]:
    """Every settings table with its rows for a configuration."""
    return [table.read(config, base_directory) for table in SETTINGS_TABLES]
