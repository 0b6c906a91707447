"""The values of business metrics that come from a query on the warehouse."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pyarrow as pa

from cloudcost.config.metrics import MetricSettings
from core.errors import CloudcostError
from warehouse import WarehouseError
from warehouse.written_tables import find_written_table

COLUMNS = find_written_table("business", "metric_values").columns


class MetricQueryError(CloudcostError):
    """A metric's query does not give what it should; the message names metric, row and value."""


#: Asks the warehouse one SELECT: `Warehouse.query`.
Ask = Callable[[str], tuple[list[str], list[tuple[Any, ...]]]]


def run_metric_queries(metrics: Sequence[MetricSettings], ask: Ask) -> pa.Table:
    """Every query's rows as rows of business.metric_values."""
    rows = [row for metric in metrics if metric.query is not None for row in read_metric(metric, ask)]
    return pa.Table.from_pylist(rows, COLUMNS)


def read_metric(metric: MetricSettings, ask: Ask) -> list[dict[str, Any]]:
    """The rows of one metric; a day and dimension value may come once."""
    try:
        columns, found = ask(metric.query or "")
    except WarehouseError as error:
        raise MetricQueryError(f"metric {metric.name}: the query failed: {error}") from error
    names = [column.lower() for column in columns]
    wanted = ["date", "value", *(["dimension"] if metric.per else [])]
    if sorted(names) != sorted(wanted):
        raise MetricQueryError(f"metric {metric.name}: the query gives {', '.join(names)}, not {', '.join(wanted)}")
    rows: dict[tuple[dt.date, str | None], dict[str, Any]] = {}
    for number, values in enumerate(found, 1):
        cells = dict(zip(names, values, strict=True))
        where = f"metric {metric.name}: row {number} of the query"
        day = cells["date"].date() if isinstance(cells["date"], dt.datetime) else cells["date"]
        if not isinstance(day, dt.date):
            raise MetricQueryError(f"{where}: date {cells['date']!r} is no date")
        member = str(cells["dimension"]).lower() if metric.per and cells["dimension"] is not None else None
        if metric.per and member is None:
            raise MetricQueryError(f"{where}: dimension is empty")
        if (day, member) in rows:
            raise MetricQueryError(f"{where}: there is another value on {day}" + (f" for {member}" if member else ""))
        quantity = to_quantity(cells["value"], where)
        rows[day, member] = dict(zip(COLUMNS.names, (metric.name, day, member, quantity), strict=True))
    return list(rows.values())


def to_quantity(value: Any, where: str) -> Decimal:
    """A count of units to 12 places."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise MetricQueryError(f"{where}: value {value!r} is no number")
    number = Decimal(str(value))
    if not number.is_finite() or number.copy_abs() >= Decimal("1e26"):
        raise MetricQueryError(f"{where}: value {value!r} is no number of less than 27 digits")
    return number.quantize(Decimal("1e-12"), ROUND_HALF_EVEN)
