"""What other currencies are worth in the reporting currency: section ``currency`` of the configuration."""

import datetime as dt
from decimal import Decimal

from pydantic import ConfigDict, Field

from core.section import CurrencyCode, Section


class FixedRate(Section):
    """One agreed rate: ``rate`` units of ``to`` for one unit of ``from``."""

    model_config = ConfigDict(populate_by_name=True)

    from_currency: CurrencyCode = Field(alias="from", description="The currency that is converted.")
    to_currency: CurrencyCode = Field(alias="to", description="The currency that it becomes.")
    rate: Decimal = Field(gt=0, max_digits=24, decimal_places=12, description="What one unit of `from` is in `to`.")
    valid_from: dt.date = Field(
        dt.date(1970, 1, 1), description="The first day it holds for. Default: every day until a later rate."
    )


class CurrencySettings(Section):
    """Where exchange rates come from: the newest of the file, else of the fixed rates, else of the exports counts."""

    rates_file: str | None = Field(
        None,
        description="CSV with the columns date, from, to, rate: a day's rate holds until the next one. Default none.",
    )
    fixed_rates: tuple[FixedRate, ...] = Field((), description="Agreed rates, such as a budget rate. Default none.")
    use_export_rates: bool = Field(
        True,
        description="Also the rates that the exports state (Azure's and Google's exchange rates, FOCUS files with a "
        "pricing currency). Default true: they are what the provider itself converted with.",
    )
    max_age_days: int = Field(
        7,
        ge=0,
        le=366,
        description="How many days a rate of the file holds for. 7: it bridges weekends and holidays, and a file that "
        "nobody updates any more is noticed within a week.",
    )
