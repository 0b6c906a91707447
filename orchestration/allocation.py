"""How cost is allocated: section ``allocation`` of the configuration."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

Dimension = Literal["team", "environment", "product", "cost_center"]
#: The dimensions that cost is allocated by, in the order of the columns.
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

#: The tag keys that are looked for where the configuration names none.
DEFAULT_TAG_KEYS: dict[Dimension, list[str]] = {
    "team": ["team"],
    "environment": ["environment", "env"],
    "product": ["product"],
    "cost_center": ["cost_center", "cost-center", "costcenter"],
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DimensionSettings(_Section):
    """Where the value of one dimension comes from."""

    tag_keys: list[str] | None = Field(
        None,
        min_length=1,
        description="Tags and labels that hold the value; the first that a charge has counts. Any case. Default: the "
        "dimension's own name and its usual spellings.",
    )

    @field_validator("tag_keys")
    @classmethod
    def _keys_differ(cls, keys: list[str] | None) -> list[str] | None:
        folded = [key.strip().lower() for key in keys or []]
        if "" in folded:
            raise ValueError("a tag key is empty")
        # no cloud allows these in a key, and the key becomes part of a query
        strange = [key for key in folded if set(key) & set("'\"\\")]
        if strange:
            raise ValueError(f"tag key {strange[0]!r} has a quote or a backslash")
        repeated = sorted({key for key in folded if folded.count(key) > 1})
        if repeated:
            raise ValueError(f"tag key {repeated[0]!r} is there twice")
        return keys


class AllocationSettings(_Section):
    """Whose cost a charge is: by team, environment, product and cost center."""

    team: DimensionSettings = Field(default_factory=DimensionSettings)
    environment: DimensionSettings = Field(default_factory=DimensionSettings)
    product: DimensionSettings = Field(default_factory=DimensionSettings)
    cost_center: DimensionSettings = Field(default_factory=DimensionSettings)

    def dimension(self, name: Dimension) -> DimensionSettings:
        """The settings of one dimension."""
        settings: DimensionSettings = getattr(self, name)
        return settings

    def tag_keys(self, name: Dimension) -> list[str]:
        """The tag keys of one dimension in order, lower-case."""
        return [key.strip().lower() for key in self.dimension(name).tag_keys or DEFAULT_TAG_KEYS[name]]
