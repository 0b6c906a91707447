"""The allocation rules as settings tables."""

from pathlib import Path

from orchestration.allocation import DIMENSIONS
from orchestration.config import CloudcostConfig
from orchestration.settings_tables.contracts import Column, Row, SettingsTable

DIMENSION = Column("dimension", "text", "team, environment, product or cost_center.")


def list_tag_keys(config: CloudcostConfig, _: Path) -> list[Row]:
    """Each dimension's tag keys in the order in which they are asked."""
    return [
        (dimension, key, rank)
        for dimension in DIMENSIONS
        for rank, key in enumerate(config.allocation.tag_keys(dimension), 1)
    ]


TAG_KEYS = SettingsTable(
    name="allocation_tag_keys",
    description="The tags that hold the value of an allocation dimension.",
    columns=(
        DIMENSION,
        Column("tag_key", "text", "Name of the tag, in lower case."),
        Column("rank", "integer", "The tag with the lowest rank that a charge has counts."),
    ),
    key=("dimension", "tag_key"),
    rows=list_tag_keys,
)
