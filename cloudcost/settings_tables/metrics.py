"""Business metrics as settings tables: what they are, and the values that files state."""

import datetime as dt
from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables.csv_files import read_csv
from warehouse.settings_contracts import Column, Row, SettingsTable

METRIC_NAME = Column("metric_name", "text", "Name of the metric.")


def list_metrics(config: CloudcostConfig, _: Path) -> list[Row]:
    """One row per metric."""
    return [(m.name, m.unit, m.per, m.measure) for m in config.metrics]


def list_values(config: CloudcostConfig, base_directory: Path) -> list[Row]:
    """The values of the metrics that come from files, one per metric, day and dimension value."""
    rows: list[Row] = []
    for metric in config.metrics:
        if metric.file is None:
            continue
        seen: set[tuple[dt.date, str | None]] = set()
        for row in read_csv(base_directory / metric.file, ("date", "metric", "value"), ("dimension",)):
            if row.required("metric") != metric.name:
                continue
            day, quantity = row.date("date"), row.number("value")
            member = row.required("dimension").lower() if metric.per else None
            if (day, member) in seen:
                of = f" for {member}" if member else ""
                raise row.error(f"there is another value of {metric.name} on {day}{of}")
            seen.add((day, member))
            rows.append((metric.name, day, member, quantity))
    return rows


METRICS = SettingsTable(
    name="metrics",
    description="The business metrics of the configuration.",
    columns=(
        METRIC_NAME,
        Column("unit", "text", "What is counted."),
        Column("per_dimension", "text", "The cost dimension that the values are distinguished by.", is_nullable=True),
        Column("cost_measure", "text", "effective_cost or billed_cost."),
    ),
    key=("metric_name",),
    rows=list_metrics,
)
METRIC_VALUES = SettingsTable(
    name="metric_values",
    description="The values of business metrics that files state.",
    columns=(
        METRIC_NAME,
        Column("metric_date", "date", "The day."),
        Column("dimension_value", "text", "Which value of the dimension, lower case.", is_nullable=True),
        Column("quantity", "numeric", "Units on that day."),
    ),
    key=("metric_name", "metric_date", "dimension_value"),
    rows=list_values,
)
