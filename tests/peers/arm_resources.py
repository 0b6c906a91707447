"""Azure Resource Manager's lists of resources and Azure Monitor's metrics, beside what `Arm` knows.

A list is answered in pages of two. What the real service refuses is refused here: no version of the API, a method that
is no GET, a metric without its hours, sizes of machines without a region (which are too many to list).
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from tests.peers.arm import PAGE_ROWS, Arm, Cut

Answer = tuple[int, dict[str, str], Any]
_METRICS = "/providers/microsoft.insights/metrics"


@dataclass
class ArmResources(Arm):
    """Resources by the path of the list that they are in, in any case.

    ``denied``: parts of paths that may not be read. ``unregistered``: providers that nobody registered. ``cut``: parts
    of paths of which every page but the first ends in the middle. ``elsewhere``: the address that a list's next page is
    said to be at. ``measured``: samples by resource and metric. ``unknown``: metrics that no resource has.
    ``answers``: by path, in place of what would be answered. ``asked``: every GET with its options.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    measured: dict[tuple[str, str], list[tuple[dt.datetime, float | None]]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    unregistered: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    elsewhere: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, path: str, *resources: dict[str, Any]) -> None:
        """Resources of a list, such as ``/subscriptions/s/providers/Microsoft.Compute/disks``."""
        self.lists.setdefault(path.lower(), []).extend(resources)

    def measure(self, resource_id: str, metric: str, samples: list[tuple[dt.datetime, float | None]]) -> None:
        """Hourly samples of a resource; one without a value is what Monitor has of an hour without any."""
        self.measured[resource_id.lower(), metric] = samples

    def read(self, method: str, path: str, options: dict[str, str]) -> Answer:
        """A page of a list, or what was measured of a resource."""
        self.asked.append((path, options))
        key = path.lower()
        if method != "GET":
            return _refuse(405, "MethodNotAllowed")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", options.get("api-version", "")):
            return _refuse(400, "MissingApiVersionParameter")
        if not re.match(r"/subscriptions/[^/]+/.", key):
            return _refuse(404, "InvalidResourceType")
        if any(part.lower() in key for part in self.denied):
            return _refuse(403, "AuthorizationFailed")
        if any(f"/{name.lower()}/" in key for name in self.unregistered):
            return _refuse(409, "MissingSubscriptionRegistration")
        if path in self.answers:
            return 200, {}, self.answers[path]
        if key.endswith(_METRICS):
            return self._measure(key.removesuffix(_METRICS), options)
        return self._list(path, options)

    def _list(self, path: str, options: dict[str, str]) -> Answer:
        key = path.lower()
        if key not in self.lists:
            # a provider has a list of everything that it knows, empty or not; of a resource that is not there, none
            is_known = re.fullmatch(r"/subscriptions/[^/]+/(resources|providers/[^/]+/[^/]+)", key)
            if not is_known and not re.search(r"/(connections|databases|elasticpools|virtualnetworkgateways)$", key):
                return _refuse(404, "ResourceNotFound")
        found = self._narrow(key, self.lists.get(key, []), options)
        if found is None:
            return _refuse(400, "InvalidFilter")
        start = int(options.get("$skiptoken", 0))
        following = start + PAGE_ROWS
        page: dict[str, Any] = {"value": found[start:following]}
        if following < len(found):
            rest = "&".join(f"{name}={value}" for name, value in options.items() if name != "$skiptoken")
            page["nextLink"] = f"{self.elsewhere or self.url}{path}?{rest}&$skiptoken={following}".replace(" ", "%20")
        is_cut = start > 0 and any(part.lower() in key for part in self.cut)
        return 200, {}, Cut(page) if is_cut else page

    def _narrow(self, key: str, found: list[dict[str, Any]], options: dict[str, str]) -> list[dict[str, Any]] | None:
        """What the options leave of a list; None for a filter that the service does not take."""
        wanted = options.get("$filter", "")
        if key.endswith("/skus"):
            match = re.fullmatch(r"location eq '([^']+)'", wanted)
            return [one for one in found if match[1] in one["locations"]] if match else None
        if key.endswith("/resources"):
            match = re.fullmatch(r"resourceType eq '([^']+)'", wanted)
            return [one for one in found if one["type"].lower() == match[1].lower()] if match else None
        if key.endswith("/virtualmachines"):
            kept = {"instanceView"} if options.get("statusOnly") == "true" else None
            return [_keep(one, kept) for one in found]
        return None if wanted else found

    def _measure(self, resource_id: str, options: dict[str, str]) -> Answer:
        """Every hour of the span; one without a sample has no value, as with a machine that did not run."""
        if options.get("interval") != "PT1H" or options.get("aggregation") not in (
            "Average", "Maximum", "Minimum", "Total",
        ):  # fmt: skip
            return _refuse(400, "BadRequest")
        if options["metricnames"] in self.unknown:
            return _refuse(400, "BadRequest")
        start, end = (dt.datetime.fromisoformat(part) for part in options["timespan"].split("/"))
        samples = dict(self.measured.get((resource_id, options["metricnames"]), []))
        word = options["aggregation"].lower()
        data = []
        for hour in range(int((end - start).total_seconds()) // 3600):
            at = start + dt.timedelta(hours=hour)
            value = samples.get(at)
            instant: dict[str, Any] = {"timeStamp": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
            data.append(instant if value is None else {**instant, word: value})
        series = [{"metadatavalues": [], "data": data}] if samples else []
        name = {"value": options["metricnames"], "localizedValue": options["metricnames"]}
        metric = {"id": resource_id, "type": "Microsoft.Insights/metrics", "name": name, "errorCode": "Success"}
        body = {"timespan": options["timespan"], "interval": "PT1H", "value": [{**metric, "timeseries": series}]}
        return 200, {}, body


def _keep(machine: dict[str, Any], kept: set[str] | None) -> dict[str, Any]:
    """A machine with its state alone, or without it, as the two lists have them."""
    properties = machine.get("properties")
    if not isinstance(properties, dict):
        return machine
    names = (kept & set(properties)) if kept is not None else set(properties) - {"instanceView"}
    return {**machine, "properties": {name: properties[name] for name in names}}


def _refuse(status: int, code: str) -> Answer:
    return status, {}, {"error": {"code": code, "message": "hunter2"}}
