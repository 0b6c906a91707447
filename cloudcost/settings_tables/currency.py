"""Exchange rates and how they are used, as settings tables."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables.csv_files import read_csv
from warehouse.settings_contracts import Column, Row, SettingsTable

#: A rate that holds until another one replaces it.
NO_END = dt.date(9999, 12, 31)
SMALLEST = Decimal("1e-12")
#: Which kind of rate counts first; rates of exports have 3.
FILE, FIXED = 1, 2


def list_rates(config: CloudcostConfig, base_directory: Path) -> list[Row]:
    """The rates of the file and the fixed ones; a pair that is given one way only is there the other way too."""
    settings = config.currency
    given: dict[tuple[str, str, dt.date, int], tuple[dt.date, Decimal, str]] = {}
    if settings.rates_file is not None:
        for row in read_csv(base_directory / settings.rates_file, ("date", "from", "to", "rate")):
            day, rate = row.date("date"), row.number("rate")
            if rate <= 0:
                raise row.error(f"rate {rate} is not above 0")
            key = (row.currency("from"), row.currency("to"), day, FILE)
            if key[0] == key[1]:
                raise row.error(f"{key[0]} to itself needs no rate")
            if key in given:
                raise row.error(f"there is another rate of {key[0]} to {key[1]} on {day}")
            given[key] = (day + dt.timedelta(days=settings.max_age_days), rate, "file")
    for fixed in settings.fixed_rates:
        given[fixed.from_currency, fixed.to_currency, fixed.valid_from, FIXED] = (NO_END, fixed.rate, "fixed")
    for (start, end, day, rank), (last, rate, source) in list(given.items()):
        inverse = Context(prec=60).divide(Decimal(1), rate).quantize(SMALLEST, ROUND_HALF_EVEN)
        if inverse > 0:
            given.setdefault((end, start, day, rank), (last, inverse, f"{source}, inverse"))
    return [(*key, *value) for key, value in sorted(given.items())]


def list_currency_settings(config: CloudcostConfig, _: Path) -> list[Row]:
    """One row."""
    # where somebody states how currencies are converted, a missing rate is an error; else it is only shown
    is_required = "currency" in config.model_fields_set
    return [
        (
            config.reporting_currency,
            config.currency.use_export_rates,
            is_required,
            config.ingestion.closed_after_days,
        )
    ]


CURRENCY_RATES = SettingsTable(
    name="currency_rates",
    description="Exchange rates of the rates file and the fixed ones, both ways.",
    columns=(
        Column("from_currency", "text", "The currency that is converted."),
        Column("to_currency", "text", "The currency that it becomes."),
        Column("rate_date", "date", "The first day that the rate holds for."),
        Column("rate_rank", "integer", "Which kind counts first: 1 the file, 2 fixed."),
        Column("last_date", "date", "The last day that the rate holds for, where none replaces it."),
        Column("rate", "numeric", "What one unit of `from_currency` is in `to_currency`."),
        Column("rate_source", "text", "file or fixed, with `, inverse` where it was given the other way round."),
    ),
    key=("from_currency", "to_currency", "rate_date", "rate_rank"),
    rows=list_rates,
)

CURRENCY_SETTINGS = SettingsTable(
    name="currency_settings",
    description="How currencies are converted; one row.",
    columns=(
        Column("reporting_currency", "text", "The currency that reports are read in."),
        Column("use_export_rates", "boolean", "Whether rates that exports state count."),
        Column("is_rate_required", "boolean", "Whether a cost without a rate is an error."),
        Column("closed_after_days", "integer", "Days after its end from which a month keeps its rates."),
    ),
    key=("reporting_currency",),
    rows=list_currency_settings,
)
