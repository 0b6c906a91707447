"""Azure's cost query as a source, for scopes that have no export: days, subscriptions and meter categories.

What it cannot say, because a query groups by two dimensions at most: resources, tags, regions, quantities, prices,
and whether a charge is a purchase or a refund (everything is shown as usage). Only billed cost is requested. An
export states all of that; use one where you can.
"""

import csv
import datetime as dt
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from clouds.access import AzureAccess
from clouds.azure.management import CostManagement
from clouds.politeness import Politeness
from core.errors import LocationError
from core.instants import utc_now
from ingestion.contracts import FileRef, NoExportError
from ingestion.cross_check import DailyTotals
from ingestion.locations.downloads import download_file, explain_replaced, join_uri

SCHEME = "azure-query://"
HEADER = ("SubscriptionId", "MeterCategory", "Date", "CostInBillingCurrency", "BillingCurrency", "ChargeType")


def define_query(first: dt.date, last: dt.date, *groups: str) -> dict[str, Any]:
    """The body of a query for billed cost per day, by at most two dimensions."""
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{first}T00:00:00Z", "to": f"{last}T23:59:59Z"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": name} for name in groups],
        },
    }


def read_daily_totals(service: CostManagement, first: dt.date, last: dt.date) -> DailyTotals:
    """Billed cost per day and currency as the cost query states it."""
    totals: DailyTotals = {}
    for row in read_columns(service.query(define_query(first, last)), "Cost", "UsageDate", "Currency"):
        key = (read_day(row["UsageDate"]), str(row["Currency"]))
        totals[key] = totals.get(key, Decimal(0)) + Decimal(row["Cost"])
    return totals


def read_columns(rows: Iterable[dict[str, Any]], *names: str) -> Iterator[dict[str, Any]]:
    """The rows; raises `NoExportError` where the answer lacks one of these columns."""
    for row in rows:
        missing = [name for name in names if name not in row]
        if missing:
            raise NoExportError(
                f"the cost query answers without the column {missing[0]}; it has {', '.join(sorted(row))}"
            )
        yield row


def read_day(value: Any) -> dt.date:
    """The day of a row, which is a number such as 20261001."""
    return dt.datetime.strptime(str(int(value)), "%Y%m%d").date()


class AzureQueryLocation:
    """``azure-query://subscriptions/<id>`` (or another scope): the last months as one virtual CSV file each.

    A month's change signal is a hash of its rows, so a restated month is a new delivery. Listing asks one query per
    month of ``access.azure.query_months``.
    """

    def __init__(
        self,
        uri: str,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
        today: Callable[[], dt.date] = lambda: utc_now().date(),
    ) -> None:
        scope = uri[len(SCHEME) :].strip("/")
        if not scope:
            raise LocationError(f"{uri!r} names no scope: write {SCHEME}subscriptions/<id>", "invalid")
        self.uri = uri
        self.access = access or AzureAccess()
        self.service = CostManagement(scope, self.access, politeness, environ)
        self._today = today
        self._contents: dict[str, bytes] = {}

    def list_files(self) -> list[FileRef]:
        contents = {}
        for first, last in find_months(self._today(), self.access.query_months):
            query = define_query(first, last, "SubscriptionId", "MeterCategory")
            columns = ("Cost", "UsageDate", "Currency", "SubscriptionId", "MeterCategory")
            rows = list(read_columns(self.service.query(query), *columns))
            if rows:
                contents[f"billing_period={first:%Y-%m}/actual-cost.csv"] = write_rows(rows)
        self._contents = contents
        return [FileRef(name, len(content), _digest(content)) for name, content in sorted(contents.items())]

    def read_bytes(self, file: FileRef) -> bytes:
        if file.name not in self._contents:
            self.list_files()
        content = self._contents.get(file.name)
        if content is None:
            raise LocationError(f"{join_uri(self.uri, file.name)} does not exist (any more)", "not_found")
        if _digest(content) != file.etag:
            raise explain_replaced(self.uri, file.name)
        return content

    def fetch(self, file: FileRef, directory: Path) -> Path:
        return download_file(self.uri, file, directory, lambda stream: _write(stream, self.read_bytes(file)))


def find_months(today: dt.date, count: int) -> list[tuple[dt.date, dt.date]]:
    """First and last day of the month of ``today`` and of those before it, ``count`` in all, oldest first."""
    months: list[tuple[dt.date, dt.date]] = []
    first = today.replace(day=1)
    for _ in range(count):
        following = (first + dt.timedelta(days=31)).replace(day=1)
        months.append((first, following - dt.timedelta(days=1)))
        first = (first - dt.timedelta(days=1)).replace(day=1)
    return months[::-1]


def write_rows(rows: list[dict[str, Any]]) -> bytes:
    """The rows as the CSV of an actual cost export, in an order that does not depend on the pages."""
    lines = sorted(
        (
            str(row.get("SubscriptionId") or ""),
            str(row.get("MeterCategory") or ""),
            read_day(row["UsageDate"]).isoformat(),
            format(Decimal(row["Cost"]), "f"),
            str(row["Currency"]),
            "Usage",
        )
        for row in rows
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(lines)
    return text.getvalue().encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _write(stream: Any, content: bytes) -> None:
    stream.write(content)
