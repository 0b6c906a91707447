"""Azure Monitor: hourly values of platform metrics, a call for each resource and metric.

The batch endpoint (``<region>.metrics.monitor.azure.com``) takes fifty resources a call, at another host and with a
token of another audience; it is not used.
https://learn.microsoft.com/rest/api/monitor/metrics/list
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from core.errors import LocationError
from savings.findings import Row
from savings.inventory.azure.cloud import AzureReader
from savings.inventory.contract import Metric, Series, Window

API_VERSION = "2024-02-01"
#: Reading any metric of any resource takes this, and nothing of the resource's own provider.
PERMISSIONS = ("Microsoft.Insights/metrics/read",)
_LINK = "https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/"
Aggregation = Literal["Average", "Maximum", "Minimum", "Total"]


def hourly_metric(
    name: str,
    table: str,
    measured: str,
    unit: str,
    aggregation: Aggregation,
    page: str,
    wanted: Callable[[Row], bool] = lambda row: True,
) -> Metric:
    """A platform metric, ``measured`` as its name is in the REST API, each hour's ``aggregation``.

    ``page``: of the resource's kind in the list of supported metrics. ``wanted``: the resources that have it at all;
    of the others nothing is asked.
    """

    def read(scope: AzureReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
        for row in rows:
            if wanted(row):
                samples = list(_read_samples(scope, str(row["resource_id"]), measured, aggregation, window))
                if samples:
                    yield Series(row["region"], row["resource_id"], samples)

    return Metric(
        name=name,
        cloud="azure",
        table=table,
        unit=unit,
        statistic=f"{aggregation.lower()} of an hour",
        permissions=PERMISSIONS,
        read=read,
        link=f"{_LINK}{page}-metrics",
    )


def _read_samples(
    scope: AzureReader, resource_id: str, measured: str, aggregation: Aggregation, window: Window
) -> Iterator[tuple[dt.datetime, float]]:
    path = f"/{resource_id.strip('/')}/providers/Microsoft.Insights/metrics"
    options = {
        "metricnames": measured,
        "aggregation": aggregation,
        "interval": "PT1H",
        "timespan": f"{_write(window.start)}/{_write(window.end)}",
    }
    try:
        answer = scope.manager.get(path, API_VERSION, **options)
    except LocationError as error:
        # deleted since it was listed, or of a kind that has no such metric: nothing was measured of it
        if getattr(error.__cause__, "status_code", None) in (400, 404):
            return
        raise
    for metric in _list_parts(answer, "value", path):
        if metric.get("errorCode", "Success") != "Success":
            raise LocationError(f"{path}: {measured} was not measured (Azure: {metric['errorCode']})", "invalid")
        for series in _list_parts(metric, "timeseries", path):
            for sample in _list_parts(series, "data", path):
                value = sample.get(aggregation.lower())
                if value is not None:
                    yield _read_instant(sample.get("timeStamp"), path), value


def _list_parts(answer: dict[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    parts = answer.get(name)
    if not isinstance(parts, list) or not all(isinstance(one, dict) for one in parts):
        raise LocationError(f"{path}: the answer has no {name}", "invalid")
    return parts


def _read_instant(text: Any, path: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise LocationError(f"{path}: {str(text)[:40]!r} is no instant", "invalid") from None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _write(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
