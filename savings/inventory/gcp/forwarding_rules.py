"""Forwarding rules of load balancers, and whether anything stands behind them."""

import re
from collections.abc import Iterator
from typing import Any

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name, read_labels

#: Kinds that a rule leads to, on the way to a backend; what is not here cannot be followed.
_STEPS = (
    "backendServices", "targetPools", "targetHttpProxies", "targetHttpsProxies", "targetTcpProxies", "urlMaps",
)  # fmt: skip
_BACKEND = re.compile(r"projects/[^\"]+?/(?:backendServices|backendBuckets|urlMaps)/[^\"/]+")


def read_forwarding_rules(scope: GcpReader) -> Iterator[Row]:
    """All forwarding rules of a project; whether one has a backend is null where the way to it was not read."""
    missing: dict[str, str] = {}
    known: dict[str, dict[str, Any]] = {}
    for kind in _STEPS:
        for _, found in scope.aggregated(kind, f"compute.{kind}.list", missing):
            known[_name(found["selfLink"])] = found
    for region, rule in scope.aggregated("forwardingRules", "compute.forwardingRules.list"):
        target = rule.get("backendService") or rule.get("target")
        has_backend = None if target is None else _has_backend(_name(target), known)
        yield {
            "account_id": scope.account_id,
            "region": region,
            "resource_id": full_name(rule["selfLink"]),
            "billed_as": [rule["id"]],
            "scheme": rule.get("loadBalancingScheme"),
            "created_at": rule["creationTimestamp"],
            "target": target and _name(target),
            "has_backend": None if missing and not has_backend else has_backend,
            "tags": read_labels(rule),
        }


def _name(url: str) -> str:
    return url[url.index("projects/") :]


def _has_backend(name: str, known: dict[str, dict[str, Any]], depth: int = 4) -> bool | None:
    """Whether something stands behind it; null where that cannot be followed."""
    if "/backendBuckets/" in name:
        return True
    found = known.get(name)
    if found is None or depth == 0:
        return None
    if "/backendServices/" in name:
        return bool(found.get("backends"))
    if "/targetPools/" in name:
        return bool(found.get("instances"))
    following = [found.get("urlMap"), found.get("service")] if "urlMaps" not in name else _services(found, name)
    answers = [_has_backend(_name(one), known, depth - 1) for one in following if one]
    if any(answers):
        return True
    return None if None in answers or not answers else False


def _services(url_map: dict[str, Any], name: str) -> list[str]:
    """Every backend that a map of URLs names anywhere; one that only redirects names none."""
    texts = {match for text in _texts(url_map) for match in _BACKEND.findall(text)}
    return sorted(texts - {name})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


GCP_FORWARDING_RULES = InventoryTable(
    name="gcp_forwarding_rules",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "scheme": "varchar",
        "created_at": "timestamp",
        "target": "varchar",
        "has_backend": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=(*(f"compute.{kind}.list" for kind in _STEPS), "compute.forwardingRules.list"),
    read=read_forwarding_rules,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules/aggregatedList",
)
