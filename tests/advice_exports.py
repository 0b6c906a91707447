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
