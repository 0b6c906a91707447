"""How a scope stands in a settings table: a row per pattern."""

from core.scope import SCOPE_DIMENSIONS
from warehouse.settings_contracts import Column

SCOPE_COLUMNS = (
    Column("dimension", "text", f"One of {', '.join(SCOPE_DIMENSIONS)}."),
    Column("pattern", "text", "Pattern of `like`, lower case, `!` before a character that stands for itself."),
)
