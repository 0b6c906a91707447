"""A stand-in for the APIs of Google Cloud that list resources and what was measured of them.

Compute Engine, Cloud Monitoring, Cloud SQL, Kubernetes Engine and Memorystore for Redis on one port, in pages, with
what real projects have: zones that cannot be reached, access that is denied, too many calls, answers that break off.
Requests are held against the discovery documents (`tests.peers.google_requests`).
"""

import datetime as dt
import http.server
import json
import re
import statistics
import threading
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.peers.google_requests import METRICS, BadRequestError, match_method, read_filter

#: Few, so that everything has several pages.
PAGE_ROWS = 2
PAGE_POINTS = 200
HOUR = dt.timedelta(hours=1)
_AGGREGATIONS: dict[str, Callable[[list[float]], float]] = {"REDUCE_MAX": max, "REDUCE_MIN": min, "REDUCE_SUM": sum}


@dataclass(frozen=True)
class Fault:
    """An answer in place of the real one, to requests whose path and query have ``where`` in them."""

    status: int = 200
    reason: str = ""
    where: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    #: the body in place of the one that there would be: not JSON, or JSON of another shape
    body: bytes | None = None
    #: so many bytes of the real answer, then the connection ends
    cut_after: int | None = None
    #: for ever, or once
    stays: bool = False


@dataclass(frozen=True)
class Measured:
    """One series: labels of resource and metric, and a value of every hour from the window's first on."""

    metric: str
    resource: dict[str, str]
    labels: dict[str, str]
    values: Sequence[float]


@dataclass
class Google:
    """A server on a free port; a context manager. ``resources``: by project and kind, by zone, region or ``global``."""

    resources: dict[str, dict[str, dict[str, list[dict[str, Any]]]]] = field(default_factory=dict)
    series: dict[str, list[Measured]] = field(default_factory=dict)
    unreachable: list[str] = field(default_factory=list)
    warnings: dict[tuple[str, str], str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    has_execution_errors: bool = False

    def __enter__(self) -> Self:
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.google = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, project: str, kind: str, place: str, **item: Any) -> dict[str, Any]:
        """A resource of a kind in a zone, region or ``global``; Compute Engine's get their address and number."""
        number = sum(
            len(rows) for kinds in self.resources.values() for rows_of in kinds.values() for rows in rows_of.values()
        )
        if kind not in ("sql", "clusters", "redis"):
            name = item["name"]
            link = f"https://www.googleapis.com/compute/v1/projects/{project}/{place}/{kind}/{name}"
            plain = {"id": str(5_000_000_000_000_000_000 + number), "selfLink": link,
                     "creationTimestamp": "2026-01-10T01:02:03.456-07:00"}  # fmt: skip
            if place.startswith("zones/"):
                plain["zone"] = f"https://www.googleapis.com/compute/v1/projects/{project}/{place}"
            item = {**plain, **item}
        self.resources.setdefault(project, {}).setdefault(kind, {}).setdefault(place, []).append(item)
        return item

    def measure(
        self, project: str, metric: str, resource: dict[str, str], values: Sequence[float], **labels: str
    ) -> None:
        """What was measured of a resource, an hour each."""
        assert metric in METRICS
        self.series.setdefault(project, []).append(Measured(metric, resource, labels, values))

    def take_fault(self, target: str) -> Fault | None:
        """The first fault that waits for such a request."""
        with self.lock:
            for fault in self.faults:
                if fault.where in target:
                    if not fault.stays:
                        self.faults.remove(fault)
                    return fault
        return None

    def reply(self, path: str, options: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """Status and body for one request."""
        try:
            found = match_method(path, options)
            if found["project"] in self.denied:
                return 403, _error(403, "Required permission is missing. hunter2", "forbidden")
            if found["project"] not in self.resources:
                return 404, _error(404, "The resource was not found", "notFound")
            return 200, self._answer(found, options)
        except BadRequestError as error:
            self.refused.append(str(error))
            return 400, _error(400, str(error), "invalid")

    def _answer(self, found: dict[str, str], options: dict[str, list[str]]) -> dict[str, Any]:
        of_project = self.resources[found["project"]]
        if kind := found.get("aggregated"):
            return self._aggregate(kind, of_project.get(kind, {}), options)
        if place := found.get("listed"):
            place, _, kind = place.rpartition("/")
            return self._page(of_project.get(kind, {}).get(place, []), "items", options, "maxResults")
        if "monitoring" in found:
            return self._list_series(found["project"], options)
        if "container" in found:
            # a list without pages
            clusters = [one for rows in of_project.get("clusters", {}).values() for one in rows]
            return {"clusters": clusters, **({"missingZones": self.unreachable} if self.unreachable else {})}
        kind, key, size = ("sql", "items", "maxResults") if "sql" in found else ("redis", "instances", "pageSize")
        rows = [one for rows in of_project.get(kind, {}).values() for one in rows]
        page = self._page(rows, key, options, size)
        if self.unreachable and kind == "redis":
            page["unreachable"] = self.unreachable
        if self.unreachable and kind == "sql":
            regions = {re.sub("^[a-z]+/|-[a-z]$", "", one) for one in self.unreachable}
            page["warnings"] = [{"code": "REGION_UNREACHABLE", "region": one} for one in sorted(regions)]
        return page

    def _page(self, rows: list[Any], key: str, options: dict[str, list[str]], size: str) -> dict[str, Any]:
        start = int(options.get("pageToken", ["0"])[0])
        end = start + min(PAGE_ROWS, int(options.get(size, ["500"])[0]))
        page: dict[str, Any] = {key: rows[start:end]} if rows else {}
        return {**page, "nextPageToken": str(end)} if end < len(rows) else page

    def _aggregate(
        self, kind: str, places: dict[str, list[dict[str, Any]]], options: dict[str, list[str]]
    ) -> dict[str, Any]:
        """Every place is in every page; one that has nothing to show there says so by a warning."""
        is_partial = options.get("returnPartialSuccess") == ["true"]
        lost = [place for place in self.unreachable if place.startswith(("zones/", "regions/", "global"))]
        if lost and not is_partial:
            raise BadRequestError("a zone cannot be reached")
        flat = [(place, one) for place, rows in sorted(places.items()) if place not in lost for one in rows]
        page = self._page(flat, "flat", options, "maxResults")
        items: dict[str, dict[str, Any]] = {place: {} for place in (*places, "regions/us-east1") if place not in lost}
        for place, one in page.pop("flat", []):
            items[place].setdefault(kind, []).append(one)
        for place, part in items.items():
            if (place, kind) in self.warnings:
                part["warning"] = {"code": self.warnings[place, kind], "message": "hunter2"}
            elif not part:
                part["warning"] = {"code": "NO_RESULTS_ON_PAGE", "message": f"no results for '{place}' on this page."}
        answer = {"kind": "compute#aggregatedList", "items": items, **page}
        if lost:
            answer["unreachables"] = lost
            answer["warning"] = {"code": "UNREACHABLE", "message": "some places could not be reached"}
        return answer

    def _list_series(self, project: str, options: dict[str, list[str]]) -> dict[str, Any]:
        metric, label, condition = read_filter(options)
        start = dt.datetime.fromisoformat(options["interval.startTime"][0])
        grouped: defaultdict[tuple[str, ...], list[Measured]] = defaultdict(list)
        by = options["aggregation.groupByFields"]
        for one in self.series.get(project, []):
            if one.metric == metric and _holds(one.labels.get(label, ""), condition):
                grouped[tuple(_value(one, name) for name in by)].append(one)
        points = [
            (key, place, value)
            for key, same in grouped.items()
            for place, value in _newest_first(same, options["aggregation.crossSeriesReducer"][0])
        ]
        begin = int(options.get("pageToken", ["0"])[0])
        pages: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        is_whole = METRICS[metric][2] == "INT64" and METRICS[metric][1] == "GAUGE"
        for key, place, value in points[begin : begin + PAGE_POINTS]:
            at = (start + HOUR * (place + 1)).isoformat().replace("+00:00", "Z")
            # whole numbers of 64 bits are texts
            number: dict[str, Any] = {"int64Value": str(int(value))} if is_whole else {"doubleValue": value}
            pages.setdefault(key, []).append({"interval": {"startTime": at, "endTime": at}, "value": number})
        answer: dict[str, Any] = {
            "timeSeries": [_series(metric, by, key, found) for key, found in pages.items()], "unit": "1",
        }  # fmt: skip
        if begin + PAGE_POINTS < len(points):
            answer["nextPageToken"] = str(begin + PAGE_POINTS)
        if self.has_execution_errors:
            answer["executionErrors"] = [{"code": 14, "message": "hunter2"}]
        return answer


def _error(status: int, message: str, reason: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}


def _holds(value: str, condition: str) -> bool:
    return not condition or (value != condition[2:] if condition.startswith("!=") else value == condition[1:])


def _value(one: Measured, name: str) -> str:
    part, _, label = name.split(".")
    return (one.resource if part == "resource" else one.labels)[label]


def _newest_first(same: list[Measured], reducer: str) -> list[tuple[int, float]]:
    """What several series come to by the hour; points come newest first."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for one in same:
        for place, value in enumerate(one.values):
            found[place].append(value)
    reduce = _AGGREGATIONS.get(reducer, statistics.fmean)
    return [(place, reduce(values)) for place, values in sorted(found.items(), reverse=True)]


def _series(metric: str, by: list[str], key: tuple[str, ...], points: list[dict[str, Any]]) -> dict[str, Any]:
    labels: dict[str, dict[str, str]] = {"resource": {}, "metric": {}}
    for name, value in zip(by, key, strict=True):
        part, _, label = name.split(".")
        labels[part][label] = value
    return {
        "metric": {"type": metric, **({"labels": labels["metric"]} if labels["metric"] else {})},
        "resource": {"type": METRICS[metric][0], "labels": labels["resource"]},
        "metricKind": "GAUGE",
        "points": points,
    }


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    google: Google


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        google, url = self.server.google, urllib.parse.urlsplit(self.path)
        options = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        google.calls.append((url.path, options, {name.lower(): value for name, value in self.headers.items()}))
        fault = google.take_fault(urllib.parse.unquote(self.path))
        if fault is not None and fault.status != 200:
            self._send(fault.status, json.dumps(_error(fault.status, "hunter2", fault.reason)).encode(), fault)
        elif fault is not None and fault.body is not None:
            self._send(200, fault.body, fault)
        else:
            status, body = google.reply(url.path, options)
            self._send(status, json.dumps(body).encode(), fault)

    def do_POST(self) -> None:
        """Nothing is ever written."""
        self.server.google.refused.append(f"{self.command} {self.path}")
        self._send(405, b"{}", None)

    do_DELETE = do_PATCH = do_PUT = do_POST

    def _send(self, status: int, body: bytes, fault: Fault | None) -> None:
        self.send_response(status)
        headers = {"content-type": "application/json; charset=UTF-8", "content-length": str(len(body))}
        for name, value in {**headers, **(fault.headers if fault else {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if fault is not None and fault.cut_after is not None:
            self.wfile.write(body[: fault.cut_after])
            self.close_connection = True
            return
        self.wfile.write(body)
