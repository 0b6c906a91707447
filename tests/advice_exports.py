"""Exports of what providers advise, written as the providers write them."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

#: The columns of Data Exports' table, in the order in which an export selects them.
HUB_COLUMNS = (
    "account_id action_type currency_code current_resource_details current_resource_summary current_resource_type "
    "estimated_monthly_cost_after_discount estimated_monthly_cost_before_discount "
    "estimated_monthly_savings_after_discount estimated_monthly_savings_before_discount "
    "estimated_savings_percentage_after_discount estimated_savings_percentage_before_discount implementation_effort "
    "last_refresh_timestamp recommendation_id recommendation_lookback_period_in_days recommendation_source "
    "recommended_resource_details recommended_resource_summary recommended_resource_type region resource_arn "
    "restart_needed rollback_possible tags"
).split()
HUB_DAY = "2026-11-01"


def hub_row(**columns: Any) -> dict[str, Any]:
    """A row that advises a smaller machine for ``i-web``: half of 80 USD."""
    return {
        "account_id": "account-1",
        "action_type": "Rightsize",
        "currency_code": "USD",
        "current_resource_details": json.dumps({"ec2Instance": {"configuration": {"instance": {"type": "m5.large"}}}}),
        "current_resource_summary": "m5.large",
        "current_resource_type": "Ec2Instance",
        "estimated_monthly_cost_after_discount": "80.0",
        "estimated_monthly_cost_before_discount": "100.0",
        "estimated_monthly_savings_after_discount": "40.0",
        "estimated_monthly_savings_before_discount": "50.0",
        "estimated_savings_percentage_after_discount": "50.0",
        "estimated_savings_percentage_before_discount": "50.0",
        "implementation_effort": "Medium",
        "last_refresh_timestamp": f"{HUB_DAY}T00:00:00.000Z",
        "recommendation_id": "MTExMV9pLXdlYg==",
        "recommendation_lookback_period_in_days": "14",
        "recommendation_source": "ComputeOptimizer",
        "recommended_resource_details": "{}",
        "recommended_resource_summary": "m5.medium",
        "recommended_resource_type": "Ec2Instance",
        "region": "region-1",
        "resource_arn": "arn:aws:ec2:region-1:account-1:instance/i-web",
        "restart_needed": "true",
        "rollback_possible": "true",
        "tags": "{}",
    } | columns


def hub_csv(*rows: dict[str, Any]) -> bytes:
    """The rows as a file of the export, gzipped."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HUB_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def hub_files(*rows: dict[str, Any], day: str = HUB_DAY, export: str = "coh") -> dict[str, bytes]:
    """A refresh as Data Exports lays it out: a data file, and the manifest that names it, by their keys."""
    key = f"{export}/data/date={day}/{export}-00001.csv.gz"
    manifest = {
        "executionId": f"execution-{day}",
        "dataFiles": [f"s3://exports/{key}"],
        "columns": [{"name": name, "type": "string"} for name in HUB_COLUMNS],
    }
    place = f"{export}/metadata/date={day}/{export}-Manifest.json"
    return {key: hub_csv(*rows), place: json.dumps(manifest).encode()}


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """These files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _record(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": "RECORD", "fields": list(fields)}


def _field(name: str, kind: str = "STRING", mode: str = "NULLABLE") -> dict[str, Any]:
    return {"name": name, "type": kind, "mode": mode}


def _money(name: str) -> dict[str, Any]:
    return _record(name, _field("currency_code"), _field("units", "INTEGER"), _field("nanos", "INTEGER"))


#: The schema of Google's recommendations_export as its page states it, without what is about security.
RECOMMENDER_FIELDS = [
    *(_field(name) for name in "cloud_entity_type cloud_entity_id name location recommender".split()),
    _field("recommender_subtype"),
    _field("target_resources", mode="REPEATED"),
    _field("description"),
    _field("last_refresh_time", "TIMESTAMP"),
    _record(
        "primary_impact",
        _field("category"),
        _record(
            "cost_projection",
            _money("cost"),
            _money("cost_in_local_currency"),
            _record("duration", _field("seconds", "INTEGER"), _field("nanos", "INTEGER")),
            _field("pricing_type_name"),
        ),
    ),
    _field("state"),
    _field("recommendation_details"),
    _field("priority"),
]


def recommender_row(**columns: Any) -> dict[str, Any]:
    """A row that advises a smaller machine for ``web-1``: 73.268972762 USD less in 30 days, at list prices."""
    money = {"currency_code": "USD", "units": -73, "nanos": -268_972_762}
    return {
        "cloud_entity_type": "PROJECT_NUMBER",
        "cloud_entity_id": "323016592286",
        "name": "projects/323016592286/locations/us-east1-b/recommenders/r/recommendations/1",
        "location": "us-east1-b",
        "recommender": "google.compute.instance.MachineTypeRecommender",
        "recommender_subtype": "CHANGE_MACHINE_TYPE",
        "target_resources": ["//compute.googleapis.com/projects/my-project/zones/us-east1-b/instances/web-1"],
        "description": "Save cost by changing machine type from n1-standard-4 to custom-2-5120.",
        "last_refresh_time": "2026-11-02T06:41:17Z",
        "primary_impact": {
            "category": "COST",
            "cost_projection": {
                "cost": money,
                "cost_in_local_currency": None,
                "duration": {"seconds": 2_592_000, "nanos": 0},
                "pricing_type_name": "LIST",
            },
        },
        "state": "ACTIVE",
        "recommendation_details": "{}",
        "priority": "P4",
    } | columns


def advisor_row(subscription: str, machine: str, *, category: str = "Cost", **properties: Any) -> dict[str, Any]:
    """A recommendation to make a machine smaller: 120 USD less a year."""
    place = f"/subscriptions/{subscription}/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/{machine}"
    return {
        "id": f"{place}/providers/Microsoft.Advisor/recommendations/id-{machine}",
        "name": f"id-{machine}",
        "type": "Microsoft.Advisor/recommendations",
        "properties": {
            "category": category,
            "impact": "High",
            "impactedField": "Microsoft.Compute/virtualMachines",
            "impactedValue": machine,
            "lastUpdated": "2026-11-02T22:24:43.3216408Z",
            "recommendationTypeId": "e10b1381-5f0a-47ff-8c7b-37bd13d7c974",
            "shortDescription": {
                "problem": "Right-size or shutdown underutilized virtual machines",
                "solution": "Right-size or shutdown underutilized virtual machines",
            },
            "extendedProperties": {
                "recommendationType": "SkuChange",
                "currentSku": "Standard_D4s_v3",
                "targetSku": "Standard_D2s_v3",
                "annualSavingsAmount": "120",
                "savingsCurrency": "USD",
                "lookbackPeriod": "7",
            },
            "resourceMetadata": {"resourceId": place},
        }
        | properties,
    }
