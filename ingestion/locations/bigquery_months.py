"""The queries that split a billing export table into invoice months."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.contracts import NoExportError

if TYPE_CHECKING:
    from google.cloud.bigquery import ScalarQueryParameter, Table


@dataclass(frozen=True)
class Shape:
    """How a table shows the month of a row and its state: SQL over its columns.

    ``change`` grows or changes with every append; ``partition`` is the partitioning column with its type, by which a
    month's query is kept from reading the whole table.
    """

    month: str
    change: str
    partition: str | None = None
    partition_type: str = "TIMESTAMP"
    #: how long the table keeps a partition; None for ever
    kept: dt.timedelta | None = None

    def expired_before(self, now: dt.datetime) -> dt.date | None:
        """The day before which partitions are gone; None where none ever go."""
        return None if self.kept is None else (now - self.kept).date() + dt.timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """One invoice month of a table: its rows, its newest change and the partitions that it lies in."""

    name: str | None
    rows: int
    change: str
    exported_at: dt.datetime | None
    first_partition: Any = None
    last_partition: Any = None

    @classmethod
    def read(cls, row: Any, shape: Shape) -> "Month":
        """The month that a row of `month_query` describes."""
        change = row["change"]
        exported = change if isinstance(change, dt.datetime) else None
        first, last = (row["first_partition"], row["last_partition"]) if shape.partition else (None, None)
        text = str(int(exported.timestamp()) * 1_000_000 + exported.microsecond) if exported else str(change)
        return cls(row["invoice_month"], row["row_count"], text, exported, first, last)

    @property
    def file_name(self) -> str:
        """The name of the virtual file."""
        return f"invoice_month={self.name}.parquet"

    @property
    def etag(self) -> str:
        """The change signal: row count and newest change."""
        return f"{self.rows}-{self.change}"


def find_shape(uri: str, table: "Table") -> Shape:
    """How this table is split: by ``invoice.month``, or by ``BillingPeriodStart`` where it is FOCUS.

    A FOCUS period starts at midnight of US Pacific time (07:00 or 08:00 UTC), in other writers at midnight UTC: half
    a day later is the first of that month in either.
    """
    columns = {field.name.lower(): field for field in table.schema}
    parts = {field.name.lower() for field in columns["invoice"].fields} if "invoice" in columns else set()
    if "month" in parts:
        month, exported, cost = "invoice.month", "export_time", "cost"
    elif "billingperiodstart" in columns:
        start = "BillingPeriodStart"
        if columns["billingperiodstart"].field_type == "TIMESTAMP":
            start = f"timestamp_add({start}, interval 12 hour)"
        month, exported, cost = f"format_date('%Y%m', date({start}))", "x_exporttime", "billedcost"
    else:
        raise NoExportError(
            f"{uri} is no billing export: it has neither the column invoice.month nor BillingPeriodStart"
        )
    if exported in columns:
        change = f"max({columns[exported].name})"
    elif cost in columns:
        # Exact, as a sum of floats may differ from one run to the next.
        change = f"cast(sum(cast({columns[cost].name} as numeric)) as string)"
    else:
        change = "'rows'"
    partitioning = table.time_partitioning
    if partitioning is None:
        return Shape(month, change)
    kept = dt.timedelta(milliseconds=partitioning.expiration_ms) if partitioning.expiration_ms else None
    if partitioning.field is None:
        return Shape(month, change, "_PARTITIONTIME", kept=kept)
    return Shape(
        month=month,
        change=change,
        partition=partitioning.field,
        partition_type=columns[partitioning.field.lower()].field_type,
        kept=kept,
    )


def month_query(table: str, shape: Shape) -> str:
    """Rows, newest change and partitions of every month; reads three columns. Names were checked with the URI."""
    bounds = ""
    if shape.partition:
        bounds = f", min({shape.partition}) as first_partition, max({shape.partition}) as last_partition"
    return (
        f"select {shape.month} as invoice_month, count(*) as row_count, {shape.change} as change{bounds} "
        f"from `{table}` group by 1 order by 1"
    )


def rows_query(table: str, shape: Shape, month: Month) -> "tuple[str, list[ScalarQueryParameter]]":
    """Every column of one month's rows, and the parameters of the query."""
    from google.cloud.bigquery import ScalarQueryParameter

    parameters = [ScalarQueryParameter("invoice_month", "STRING", month.name)]
    query = f"select * from `{table}` where {shape.month} = @invoice_month"
    if shape.partition and month.first_partition is not None:
        # Rows that were streamed in a moment ago are in no partition yet.
        query += f" and ({shape.partition} between @first_partition and @last_partition or {shape.partition} is null)"
        parameters += [
            ScalarQueryParameter("first_partition", shape.partition_type, month.first_partition),
            ScalarQueryParameter("last_partition", shape.partition_type, month.last_partition),
        ]
    return query, parameters
