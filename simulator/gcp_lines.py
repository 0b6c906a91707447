"""What the Google Cloud export states of a line that does not change from day to day: nested records per line."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from simulator import gcp_schema as schema
from simulator.company import GCP_ORGANIZATION, GCP_REGIONS, Account
from simulator.fleet import Line

DEFAULT_MODEL = {"id": "7754-699E-0EBF", "description": "Default"}
FLEXIBLE_MODEL = {"id": "70D7-D1AB-12A4", "description": "Compute Flexible CUD 1 Year"}
_FOLDERS = {"prod": ("771100220033", "production"), "staging": ("771100220044", "pre-production")}
#: The price under a commitment and under a negotiated contract, in percent of the list price.
PLAN_PERCENT, CONTRACT_PERCENT = 72, 92


def effective_price(line: Line) -> int:
    """The price that is paid before credits, in millionths."""
    percent = {"plan": PLAN_PERCENT, "discounted": CONTRACT_PERCENT}.get(line.payment, 100)
    return line.item.price * percent // 100


def name_resource(line: Line) -> str:
    """The resource's full name; empty where the service names none."""
    if not line.item.resource:
        return ""
    kind, project, region = line.item.extra["type"], line.account.id, line.region
    name = short_name(line)
    if line.item.code in ("Compute Engine", "Networking"):
        place = f"regions/{region}" if kind == "addresses" else f"zones/{region}-b"
        return f"//compute.googleapis.com/projects/{project}/{place}/{kind}/{name}"
    host = {"Cloud SQL": "cloudsql", "Kubernetes Engine": "container", "Cloud Run": "run"}.get(line.item.code, "cloud")
    return f"//{host}.googleapis.com/projects/{project}/locations/{region}/{kind or 'resources'}/{name}"


def short_name(line: Line) -> str:
    """The resource's own name."""
    return f"{line.item.resource}-{line.team}-{line.token[:6]}"


def describe_project(account: Account) -> dict[str, Any]:
    """The project record with its labels and ancestors."""
    number, folder = _FOLDERS.get(account.environment, ("771100220055", "development"))
    return {
        "id": account.id,
        "number": account.number,
        "name": account.name,
        "labels": [{"key": "environment", "value": account.environment}],
        "ancestry_numbers": f"/{GCP_ORGANIZATION}/{number}/",
        "ancestors": [
            {"resource_name": f"projects/{account.number}", "display_name": account.name},
            {"resource_name": f"folders/{number}", "display_name": folder},
            {"resource_name": f"organizations/{GCP_ORGANIZATION}", "display_name": "fernhill.example"},
        ],
    }


def _labels(line: Line) -> list[dict[str, str]]:
    if line.tagging == "none":
        return []
    labels = {"team": line.team}
    labels["env" if line.tagging == "partly" else "environment"] = line.account.environment
    return [{"key": key, "value": value} for key, value in sorted(labels.items())]


def _price(line: Line) -> dict[str, Any]:
    paid, listed = Decimal(effective_price(line)) / 1_000_000, Decimal(line.item.price) / 1_000_000
    standard = listed * CONTRACT_PERCENT / 100 if line.payment == "discounted" else listed
    return {
        "effective_price": paid,
        "tier_start_amount": Decimal(0),
        "unit": line.item.unit,
        "pricing_unit_quantity": Decimal(1),
        "list_price": listed,
        "effective_price_default": standard.quantize(Decimal("0.000001")),
        "list_price_consumption_model": paid if line.payment == "plan" else listed,
    }


def describe_lines(lines: Sequence[Line]) -> dict[str, pa.Array]:
    """One nested value per line of every column that does not depend on the day."""
    extra = [line.item.extra for line in lines]
    region = [line.region for line in lines]
    return {
        "service": pa.array(
            [{"id": e["service_id"], "description": line.item.code} for e, line in zip(extra, lines, strict=True)],
            schema.SERVICE,
        ),
        "sku": pa.array(
            [{"id": e["sku"], "description": line.item.meter} for e, line in zip(extra, lines, strict=True)],
            schema.SERVICE,
        ),
        "project": pa.array([describe_project(line.account) for line in lines], schema.PROJECT),
        "labels": pa.array([_labels(line) for line in lines], schema.LABELS),
        "system_labels": pa.array([_system_labels(line) for line in lines], schema.LABELS),
        "tags": pa.array([_tags(line) for line in lines], schema.TAGS),
        "location": pa.array(
            [{"location": r, "country": GCP_REGIONS[r], "region": r, "zone": None} for r in region], schema.LOCATION
        ),
        "resource": pa.array(
            [
                {"name": short_name(line), "global_name": name_resource(line)} if line.item.resource else None
                for line in lines
            ],
            schema.RESOURCE,
        ),
        "price": pa.array([_price(line) for line in lines], schema.PRICE),
        "consumption_model": pa.array(
            [FLEXIBLE_MODEL if line.payment == "plan" else DEFAULT_MODEL for line in lines], schema.SERVICE
        ),
    }


def _system_labels(line: Line) -> list[dict[str, str]]:
    if line.item.extra["type"] != "instances" or line.item.code != "Compute Engine":
        return []
    family = line.item.meter.split(" ")[0].lower()
    return [
        {"key": "compute.googleapis.com/cores", "value": "8"},
        {"key": "compute.googleapis.com/machine_spec", "value": f"{family}-standard-8"},
    ]


def _tags(line: Line) -> list[dict[str, Any]]:
    return [{"key": "data-class", "value": "internal", "inherited": True, "namespace": GCP_ORGANIZATION}]
