"""A billing export table in BigQuery, seen as one virtual Parquet file per invoice month."""

import os
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from clouds.access import GcpAccess
from clouds.google.errors import explain_error
from clouds.politeness import Politeness
from core.errors import LocationError, explaining
from core.instants import Clock, utc_now
from ingestion.contracts import FileRef
from ingestion.locations.bigquery_months import Month, Shape, find_shape, month_query, rows_query
from ingestion.locations.downloads import download_file, explain_replaced, join_uri

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, QueryJob, ScalarQueryParameter

#: What one query may read, in bytes; a month of a large organisation is some 100 GiB.
BYTE_LIMIT = 2**40
ROW_GROUP_ROWS = 50_000
_PERMISSION = "bigquery.tables.getData or bigquery.jobs.create"
_URI = re.compile(r"^bigquery://([A-Za-z0-9.:-]+)\.(\w+)\.([\w-]+)$", re.IGNORECASE)


class BigQueryLocation:
    """``bigquery://project.dataset.table``: a standard, detailed or FOCUS billing export.

    The files are ``invoice_month=YYYYMM.parquet``. Their size is 0 (unknown before they are read); the change signal
    is the number of rows and the newest export time of the month, as the tables only ever grow. A month whose rows
    are no longer those that were listed raises, so that one snapshot never mixes two states.

    No query runs before a dry run has shown that it reads at most ``byte_limit`` bytes (of ``access``, else
    CLOUDCOST_BIGQUERY_BYTE_LIMIT, else 1 TiB): Google bills by bytes read. What the queries of this object read is
    ``scanned_bytes``. The job is billed to the project that ``access`` names, else to GOOGLE_CLOUD_PROJECT, else to the
    table's project.
    """

    def __init__(
        self,
        uri: str,
        client: "Client | None" = None,
        access: GcpAccess | None = None,
        politeness: Politeness | None = None,
        row_group_rows: int = ROW_GROUP_ROWS,
        now: Clock = utc_now,
    ) -> None:
        match = _URI.match(uri)
        if match is None:
            raise LocationError(f"{uri!r} names no table: write bigquery://project.dataset.table", "invalid")
        self.uri = uri
        self.table = ".".join(match.groups())
        self.project = match[1]
        self.access = access or GcpAccess()
        self.politeness = politeness or Politeness()
        self.byte_limit = self.access.byte_limit or _read_byte_limit()
        self.row_group_rows = row_group_rows
        self.scanned_bytes = 0
        self._now = now
        self._client = client
        self._months: dict[str, Month] = {}
        self._shape: Shape | None = None

    @property
    def client(self) -> "Client":
        """The client of google-cloud-bigquery, made when it is first needed."""
        if self._client is None:
            from google.api_core.client_options import ClientOptions
            from google.auth.credentials import AnonymousCredentials
            from google.cloud.bigquery import Client

            emulated = bool(os.environ.get("BIGQUERY_EMULATOR_HOST"))
            quota = ClientOptions(quota_project_id=self.access.quota_project)
            self._client = Client(
                project=self.access.billing_project or os.environ.get("GOOGLE_CLOUD_PROJECT") or self.project,
                credentials=AnonymousCredentials() if emulated else None,  # type: ignore[no-untyped-call]
                client_options=quota if self.access.quota_project and not emulated else None,
            )
        return self._client

    def list_files(self) -> list[FileRef]:
        with self._explained(self.uri):
            table = self.client.get_table(self.table, retry=self._retry())
            shape = find_shape(self.uri, table)
            rows = self._run(month_query(self.table, shape), ()).result(retry=self._retry())
            months = [Month.read(row, shape) for row in rows]
        lost = [month for month in months if month.name is None]
        if lost:
            raise LocationError(f"{self.uri} has {lost[0].rows} rows without an invoice month", "invalid")
        self._shape = shape
        self._months = {month.file_name: month for month in months}
        gone = shape.expired_before(self._now())
        return [
            FileRef(name, 0, month.etag, month.exported_at, month.rows, gone)
            for name, month in sorted(self._months.items())
        ]

    def read_mark(self) -> str:
        """A text that changes with every change of the table; asking for it costs nothing."""
        with self._explained(self.uri):
            table = self.client.get_table(self.table, retry=self._retry())
        streamed = table.streaming_buffer.estimated_rows if table.streaming_buffer else 0
        return f"{table.modified.isoformat() if table.modified else '-'}/{table.num_rows}/{streamed}"

    def write_columns(self, directory: Path) -> Path:
        """The table's columns as a Parquet file without rows; asking for them costs nothing."""
        import pyarrow.parquet as pq

        from ingestion.locations.bigquery_schema import empty_table

        with self._explained(self.uri):
            table = self.client.get_table(self.table, retry=self._retry())
        path = directory / "columns.parquet"
        pq.write_table(empty_table(table.schema), path)
        return path

    def find_time_partition(self) -> tuple[str, str] | None:
        """By which column the table is partitioned in time, and of which type; None where it is not. It costs nothing.

        ``_PARTITIONTIME`` where rows are partitioned by when they arrive.
        """
        with self._explained(self.uri):
            table = self.client.get_table(self.table, retry=self._retry())
        if table.time_partitioning is None:
            return None
        name = table.time_partitioning.field
        if name is None:
            return "_PARTITIONTIME", "TIMESTAMP"
        return name, next((field.field_type for field in table.schema if field.name == name), "TIMESTAMP")

    def ask(self, query: str, parameters: "Sequence[ScalarQueryParameter]" = ()) -> list[dict[str, Any]]:
        """The rows of a query, nested columns as they are; for answers that fit into memory."""
        with self._explained(self.uri):
            rows = self._run(query, parameters).result(retry=self._retry())
            return [dict(row.items()) for row in rows]

    def read_bytes(self, file: FileRef) -> bytes:
        """A table has no manifests."""
        raise LocationError(f"{join_uri(self.uri, file.name)} is a query result, not a small object", "invalid")

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """The rows of the month as Parquet with the table's own nested columns, page by page."""
        if file.name not in self._months:
            self.list_files()
        month, shape = self._months.get(file.name), self._shape
        if month is None or shape is None:
            raise LocationError(f"{join_uri(self.uri, file.name)} does not exist (any more)", "not_found")
        if month.etag != file.etag:
            raise explain_replaced(self.uri, file.name)

        def write(stream: BinaryIO) -> None:
            with self._explained(join_uri(self.uri, file.name)):
                query, parameters = rows_query(self.table, shape, month)
                result = self._run(query, parameters).result(page_size=self.row_group_rows, retry=self._retry())
                written = _write_parquet(result, stream, self.row_group_rows)
            if written != month.rows:
                raise explain_replaced(self.uri, file.name)

        return download_file(self.uri, file, directory, write, check_size=False)

    def _run(self, query: str, parameters: "Sequence[ScalarQueryParameter]") -> "QueryJob":
        from google.cloud.bigquery import QueryJobConfig

        plan = QueryJobConfig(query_parameters=parameters, dry_run=True, use_query_cache=False)
        needed = self.client.query(query, job_config=plan, retry=self._retry()).total_bytes_processed or 0
        if needed > self.byte_limit:
            raise LocationError(
                f"{self.uri}: a query would read {needed} bytes, more than the limit of {self.byte_limit}: raise "
                "access.gcp.byte_limit or CLOUDCOST_BIGQUERY_BYTE_LIMIT if that cost is meant",
                "invalid",
            )
        self.scanned_bytes += needed
        config = QueryJobConfig(query_parameters=parameters, maximum_bytes_billed=self.byte_limit)
        return self.client.query(query, job_config=config, retry=self._retry())

    def _retry(self) -> Any:
        from google.cloud.bigquery import DEFAULT_RETRY

        from clouds.google.retry import PoliteRetry

        return PoliteRetry(DEFAULT_RETRY, self.politeness)

    def _explained(self, address: str) -> AbstractContextManager[None]:
        return explaining(lambda error: explain_error(error, address, _PERMISSION), self.politeness.mark)


def _read_byte_limit() -> int:
    text = os.environ.get("CLOUDCOST_BIGQUERY_BYTE_LIMIT", "")
    if text and not text.isdigit():
        raise LocationError(f"CLOUDCOST_BIGQUERY_BYTE_LIMIT is {text!r}, which is no number of bytes", "invalid")
    return int(text) if text else BYTE_LIMIT


def _write_parquet(result: Any, stream: BinaryIO, row_group_rows: int) -> int:
    """Write the pages of a result as row groups, at most one row group in memory; the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    pending: list[pa.RecordBatch] = []
    waiting = written = 0

    def flush() -> None:
        nonlocal writer, pending, waiting, written
        table = _narrow_decimals(pa.Table.from_batches(pending))
        if writer is None:
            writer = pq.ParquetWriter(stream, table.schema, compression="zstd")
        writer.write_table(table)
        written += waiting
        pending, waiting = [], 0

    try:
        for batch in result.to_arrow_iterable(bqstorage_client=None):
            pending.append(batch)
            waiting += batch.num_rows
            if waiting >= row_group_rows:
                flush()
        if pending:
            flush()
    finally:
        if writer is not None:
            writer.close()
    return written


def _narrow_decimals(table: Any) -> Any:
    """BIGNUMERIC as text: a Parquet decimal of 76 digits is read as a float by DuckDB, which would change money."""
    import pyarrow as pa

    for position, field in enumerate(table.schema):
        if pa.types.is_decimal256(field.type):
            text = pa.array([None if value is None else format(value, "f") for value in table[position].to_pylist()])
            table = table.set_column(position, field.name, text.cast(pa.string()))
    return table
