"""Which requests Google's APIs take, by their discovery documents: paths, parameters and their values.

Compute Engine v1, Cloud Monitoring v3, Cloud SQL Admin v1, Kubernetes Engine v1 and Memorystore for Redis v1, as of
2026-11 (https://www.googleapis.com/discovery/v1/apis). Only lists are here; a client that asks for something else, or
with a parameter that the method has not, is refused as the real service refuses it.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

_PROJECT = "(?P<project>[a-z][-a-z0-9]{4,28}[a-z0-9])"
#: Parameters of every method.
_COMMON = frozenset({"alt", "fields", "key", "prettyPrint", "quotaUser", "userIp", "$.xgafv", "callback"})
_LIST = frozenset({"filter", "maxResults", "orderBy", "pageToken", "returnPartialSuccess"})
_AGGREGATED = _LIST | {"includeAllScopes", "serviceProjectNumber"}
_SERIES = frozenset(
    {
        "filter", "interval.startTime", "interval.endTime", "orderBy", "view", "pageSize", "pageToken",
        "outputDurationUnit",
        *(f"{which}.{name}" for which in ("aggregation", "secondaryAggregation")
          for name in ("alignmentPeriod", "crossSeriesReducer", "groupByFields", "perSeriesAligner")),
    }
)  # fmt: skip
#: Kinds that have an aggregated list; images, snapshots and SSL proxies have none.
_AGGREGATED_KINDS = (
    "addresses|autoscalers|backendServices|disks|forwardingRules|instanceGroupManagers|instanceTemplates|instances|"
    "targetHttpProxies|targetHttpsProxies|targetPools|targetTcpProxies|urlMaps"
)
METHODS: Mapping[str, frozenset[str]] = {
    rf"/compute/v1/projects/{_PROJECT}/aggregated/(?P<aggregated>{_AGGREGATED_KINDS})": _AGGREGATED,
    rf"/compute/v1/projects/{_PROJECT}/(?P<listed>global/(images|snapshots)|zones/[a-z0-9-]+/machineTypes)": _LIST,
    rf"/v3/projects/{_PROJECT}/(?P<monitoring>timeSeries)": _SERIES,
    rf"/v1/projects/{_PROJECT}/(?P<sql>instances)": frozenset({"filter", "maxResults", "pageToken"}),
    rf"/v1/projects/{_PROJECT}/locations/-/(?P<container>clusters)": frozenset({"projectId", "zone"}),
    rf"/v1/projects/{_PROJECT}/locations/-/(?P<redis>instances)": frozenset({"pageSize", "pageToken"}),
}
#: Metrics with what they are of, their kind and type, and the labels of the metric.
METRICS: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "compute.googleapis.com/instance/cpu/utilization": ("gce_instance", "GAUGE", "DOUBLE", ("instance_name",)),
    "agent.googleapis.com/memory/percent_used": ("gce_instance", "GAUGE", "DOUBLE", ("state",)),
    **{
        f"compute.googleapis.com/instance/network/{way}_bytes_count":
            ("gce_instance", "DELTA", "INT64", ("instance_name", "loadbalanced"))
        for way in ("received", "sent")
    },
    **{
        f"compute.googleapis.com/instance/disk/{way}_{what}_count":
            ("gce_instance", "DELTA", "INT64", ("device_name", "device_type", "instance_name", "storage_type"))
        for way in ("read", "write") for what in ("ops", "bytes")
    },
    "cloudsql.googleapis.com/database/cpu/utilization": ("cloudsql_database", "GAUGE", "DOUBLE", ()),
    "cloudsql.googleapis.com/database/memory/utilization": ("cloudsql_database", "GAUGE", "DOUBLE", ()),
    "cloudsql.googleapis.com/database/network/connections": ("cloudsql_database", "GAUGE", "INT64", ()),
    "cloudsql.googleapis.com/database/postgresql/num_backends": ("cloudsql_database", "GAUGE", "INT64", ("database",)),
    "redis.googleapis.com/clients/connected": ("redis_instance", "GAUGE", "INT64", ("role",)),
}  # fmt: skip
RESOURCE_LABELS: Mapping[str, tuple[str, ...]] = {
    "gce_instance": ("project_id", "instance_id", "zone"),
    "cloudsql_database": ("project_id", "database_id", "region"),
    "redis_instance": ("project_id", "region", "instance_id", "node_id"),
}
#: Which aligners a kind of metric takes, of those that matter here.
_ALIGNERS = {
    "GAUGE": {"ALIGN_MEAN", "ALIGN_MAX", "ALIGN_MIN", "ALIGN_SUM"},
    "DELTA": {"ALIGN_RATE", "ALIGN_DELTA", "ALIGN_SUM"},
}
_REDUCERS = {"REDUCE_MEAN", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_SUM", "REDUCE_COUNT"}


class BadRequestError(Exception):
    """A request that the service would answer with a 400 or 404."""


def match_method(path: str, options: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The project and the named part of the path that says which method it is."""
    for pattern, allowed in METHODS.items():
        if match := re.fullmatch(pattern, path):
            if unknown := set(options) - allowed - _COMMON:
                raise BadRequestError(f"Unknown name {sorted(unknown)}: Cannot bind query parameter")
            _check_size(options, "maxResults", 500 if path.startswith("/compute") else 1000)
            _check_size(options, "pageSize", 100_000)
            return {name: value for name, value in match.groupdict().items() if value is not None}
    raise BadRequestError(f"no method has the path {path}")


def _check_size(options: Mapping[str, Sequence[str]], name: str, most: int) -> None:
    for value in options.get(name, ()):
        if not value.isdigit() or not 0 <= int(value) <= most:
            raise BadRequestError(f"Invalid value for field '{name}': '{value}'")


def read_filter(options: Mapping[str, Sequence[str]]) -> tuple[str, str, str]:
    """The metric and the further condition (label and value after ``=`` or ``!=``) of a list of series, all checked."""
    (text,) = options["filter"]
    terms = [re.fullmatch(r'([a-z._]+) (=|!=) "([^"]+)"', term) for term in text.split(" AND ")]
    if any(term is None for term in terms):
        raise BadRequestError(f"the filter {text!r} cannot be parsed")
    found = {term[1]: (term[2], term[3]) for term in terms if term is not None}
    if found.get("metric.type", ("", ""))[0] != "=":
        raise BadRequestError("the filter must name one metric type")
    metric = found.pop("metric.type")[1]
    if metric not in METRICS:
        raise BadRequestError(f"Cannot find metric(s) that match type = {metric!r}")
    resource, kind, _, labels = METRICS[metric]
    if found.pop("resource.type", ("=", resource)) != ("=", resource):
        raise BadRequestError(f"{metric} is of {resource}")
    wanted = {f"metric.label.{label}" for label in labels}
    if set(found) - wanted:
        raise BadRequestError(f"{metric} has no {sorted(set(found) - wanted)}")
    _check_aggregation(options, kind, wanted | {f"resource.label.{label}" for label in RESOURCE_LABELS[resource]})
    ((label, (sign, value)),) = found.items() or [("", ("", ""))]
    return metric, label.rpartition(".")[2], f"{sign}{value}"


def _check_aggregation(options: Mapping[str, Sequence[str]], kind: str, labels: set[str]) -> None:
    for name in ("interval.startTime", "interval.endTime"):
        dt.datetime.fromisoformat(options[name][0])
        if not options[name][0].endswith("Z"):
            raise BadRequestError(f"{name} is no timestamp of RFC 3339 in UTC")
    period = re.fullmatch(r"(\d+)s", options["aggregation.alignmentPeriod"][0])
    if period is None or int(period[1]) < 60:
        raise BadRequestError("the alignment period must be at least 60 s")
    if options["aggregation.perSeriesAligner"][0] not in _ALIGNERS[kind]:
        raise BadRequestError(f"a {kind} metric cannot be aligned by {options['aggregation.perSeriesAligner'][0]}")
    if options["aggregation.crossSeriesReducer"][0] not in _REDUCERS:
        raise BadRequestError("no such reducer")
    if unknown := set(options["aggregation.groupByFields"]) - labels:
        raise BadRequestError(f"there are no labels {sorted(unknown)} to group by")
