"""What Cloud Monitoring measured, by the hour and resource."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from savings.inventory.cells import CellError, read_cell
from savings.inventory.contract import Window
from savings.inventory.gcp.cloud import GcpReader

PERMISSION = "monitoring.timeSeries.list"
LINK = "https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list"
HOUR = dt.timedelta(hours=1)
#: The most points of one page.
PAGE_POINTS = 100_000
Samples = list[tuple[dt.datetime, float]]


def measure(
    scope: GcpReader,
    window: Window,
    *,
    metric: str,
    resource: str,
    by: Sequence[str],
    align: str,
    reduce: str,
    where: str = "",
) -> dict[tuple[str, ...], Samples]:
    """A value an hour for each combination of the labels ``by`` (such as ``resource.label.instance_id``).

    ``align`` makes one value of an hour of each series, ``reduce`` one of the series with the same labels. The instant
    of a value is the start of its hour. ``where``: a further condition of the filter.
    """
    params: dict[str, Any] = {
        "filter": f'metric.type = "{metric}" AND resource.type = "{resource}"' + (f" AND {where}" if where else ""),
        "interval.startTime": window.start.isoformat().replace("+00:00", "Z"),
        "interval.endTime": window.end.isoformat().replace("+00:00", "Z"),
        "aggregation.alignmentPeriod": "3600s",
        "aggregation.perSeriesAligner": align,
        "aggregation.crossSeriesReducer": reduce,
        "aggregation.groupByFields": list(by),
        "view": "FULL",
        "pageSize": PAGE_POINTS,
    }
    found: defaultdict[tuple[str, ...], Samples] = defaultdict(list)
    for page in scope.pages("monitoring", "/v3/projects/{project}/timeSeries", PERMISSION, params):
        if page.get("executionErrors"):
            scope.mark_incomplete(f"Cloud Monitoring could not read all of {metric}", "")
        for series in page.get("timeSeries") or []:
            # a series may go on on the next page
            found[tuple(_read_label(series, label) for label in by)] += [read_point(p) for p in series["points"]]
    return dict(found)


def _read_label(series: dict[str, Any], label: str) -> str:
    part, _, name = label.split(".", 2)
    return str(series[part]["labels"][name])


def read_point(point: dict[str, Any]) -> tuple[dt.datetime, float]:
    """The start of a point's hour and its value; whole numbers come as texts. Raises `CellError` and `KeyError`."""
    value = point["value"]
    number = value.get("doubleValue", value.get("int64Value"))
    if number is None:
        raise CellError("a point of Cloud Monitoring's without a number")
    return _read_hour(point["interval"]["endTime"]), float(number)


@lru_cache(4096)
def _read_hour(end: str) -> dt.datetime:
    """The start of the hour that ends then; all series have the same few hundred."""
    at: dt.datetime = read_cell(end, "timestamp")
    return at.replace(tzinfo=dt.UTC) - HOUR


def add_samples(*parts: Samples) -> Samples:
    """Several measurements of the same hours, summed up; hours that only some have count as what those have."""
    total: defaultdict[dt.datetime, float] = defaultdict(float)
    for part in parts:
        for at, value in part:
            total[at] += value
    return sorted(total.items())


def scale(samples: Samples, factor: float) -> Samples:
    """The samples in another unit."""
    return [(at, value * factor) for at, value in samples]
