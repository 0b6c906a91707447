"""What is expected of deliveries, and how long replaced ones are kept: section ``ingestion`` of the configuration."""

from pydantic import Field, model_validator

from core.plausible import MOST_DAYS, MOST_MONEY, MOST_PERCENT
from core.section import Section


class DropThresholds(Section):
    """How far a new delivery may fall behind its predecessor before it is doubted."""

    warn_percent: float = Field(
        10.0,
        gt=0,
        le=100,
        description="More is reported in the asset check; a cloud's corrections seldom take a tenth.",
    )
    block_percent: float | None = Field(
        50.0,
        gt=0,
        le=100,
        description="More is quarantined until somebody accepts it: half the rows missing is a partial export far more "
        "often than a correction. null never blocks.",
    )

    @model_validator(mode="after")
    def _warning_comes_first(self) -> "DropThresholds":
        _check_order(self.warn_percent, self.block_percent)
        return self


class ChangeThresholds(Section):
    """How far a new delivery's total may be from the one before: a fall always, a rise once the month is closed.

    A month that still fills grows with every delivery.
    """

    warn_percent: float = Field(10.0, gt=0, le=MOST_PERCENT, description="More is reported in the asset check.")
    block_percent: float | None = Field(
        50.0,
        gt=0,
        le=MOST_PERCENT,
        description="More is quarantined until somebody accepts it: no correction halves a bill or adds half of it. "
        "null never blocks.",
    )
    minimum_amount: float = Field(
        100.0,
        ge=0,
        le=MOST_MONEY,
        description="In billing currency: totals are not compared with smaller ones, of which any credit is a large "
        "part.",
    )

    @model_validator(mode="after")
    def _warning_comes_first(self) -> "ChangeThresholds":
        _check_order(self.warn_percent, self.block_percent)
        return self


class IngestionSettings(Section):
    """What is expected of deliveries, and how long replaced ones are kept."""

    closed_after_days: int = Field(
        20,
        ge=0,
        le=366,
        description="Days after its end from which a billing period counts as closed, so that a change of it raises an "
        "incident. Clouds write the last usage, taxes and credits of a month until about the middle of the next.",
    )
    keep_snapshots_days: int | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        description="Days that a replaced snapshot stays in the lake. null keeps all for ever: Parquet is small, and "
        "only the files can show again what a cloud delivered. Restatements and totals are remembered either way.",
    )
    keep_last: int = Field(
        1,
        ge=0,
        le=10_000,
        description="Of each billing period, this many replaced snapshots stay however old they are; one, so that the "
        "last change can always be looked into.",
    )
    compare_from_rows: int = Field(
        100,
        ge=0,
        le=10**9,
        description="A delivery is compared with the one before it where that has at least this many rows: of fewer, "
        "a percentage says nothing.",
    )
    row_count_drop: DropThresholds = Field(default_factory=DropThresholds)
    total_change: ChangeThresholds = Field(default_factory=ChangeThresholds)


def _check_order(warn: float, block: float | None) -> None:
    if block is not None and warn > block:
        raise ValueError("warn_percent must not be above block_percent")
