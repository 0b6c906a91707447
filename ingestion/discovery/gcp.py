"""Google Cloud exports: the invoice months of a BigQuery table, or files that were exported from one."""

import datetime as dt
import re
from collections.abc import Sequence

from ingestion.contracts import DeliveredFile, Delivery, FileRef, Provider
from ingestion.discovery.deliveries import Discovery, delivery_id_for
from ingestion.discovery.plain import discover_plain

_INVOICE_MONTH = re.compile(r"^invoice_month=(\d{4})(0[1-9]|1[0-2])\.parquet$")


def has_invoice_months(files: Sequence[FileRef]) -> bool:
    """Whether a listing is that of a BigQuery table."""
    return any(_INVOICE_MONTH.match(file.name) for file in files)


def discover_gcp(source_name: str, provider: Provider, files: Sequence[FileRef]) -> Discovery:
    """One delivery per invoice month of a table, whose change signal is its row count and newest export time.

    The rows that the listing counted are a promise: what is fetched must have as many.

    Files are plain: an export to files writes no manifest.
    """
    months = {file: match for file in files if (match := _INVOICE_MONTH.match(file.name))}
    if not months:
        return discover_plain(source_name, provider, files)
    deliveries = [
        Delivery(
            source_name=source_name,
            provider=provider,
            dataset="cost",
            billing_period=dt.date(int(match[1]), int(match[2]), 1),
            delivery_id=delivery_id_for([file]),
            files=(DeliveredFile(file, expected_rows=file.rows),),
            expected_rows=file.rows,
            delivered_at=file.modified_at,
        )
        for file, match in months.items()
    ]
    return Discovery(tuple(deliveries), ignored=tuple(file.name for file in files if file not in months))
