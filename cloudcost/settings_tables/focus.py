"""How values of FOCUS files are read, as a settings table: staging reads them as the door says that it does.

Nobody configures it, but a release that reads a value otherwise has every month built anew, as a changed setting does.
"""

from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from ingestion.formats.focus.values import VALUE_MAPS
from warehouse.settings_contracts import Column, Row, SettingsTable

#: Stands for every value that no other row names.
ANY_OTHER = "*"


def list_focus_values(_: CloudcostConfig, __: Path) -> list[Row]:
    """One row per column and spelling, and one for all other values of the column."""
    rows: list[Row] = []
    for value_map in VALUE_MAPS:
        readings: dict[str, str | None] = {**value_map.readings, ANY_OTHER: value_map.otherwise}
        rows += [(value_map.column, written, value) for written, value in readings.items()]
    return rows


FOCUS_VALUES = SettingsTable(
    name="focus_values",
    description="What values of FOCUS files are read as. The values themselves are those that FOCUS allows.",
    columns=(
        Column("column_name", "text", "Column of the landed FOCUS files."),
        Column("written", "text", "A spelling without blanks, dashes, underscores and case; * for any other value."),
        Column("value", "text", "The allowed value that it is read as; null for none.", is_nullable=True),
    ),
    key=("column_name", "written"),
    rows=list_focus_values,
)
