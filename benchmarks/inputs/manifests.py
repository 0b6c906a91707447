"""Manifests as AWS and Azure write them beside their exports."""

import calendar
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.inputs.formats import Format

Listed = Sequence[tuple[str, int, int]]
Edit = Callable[[dict[str, Any]], Any] | None


def write_aws_manifest(fmt: Format, folder: str, period: dt.date, files: Listed, edit: Edit) -> tuple[str, bytes]:
    """Name and content of a manifest of AWS Data Exports; ``edit`` changes it, or replaces it by bytes."""
    after = (period + dt.timedelta(days=31)).replace(day=1)
    manifest = {
        "executionId": "13a9b1eb-43e8-4152-9e2e-ed64ad8f0b1a",
        "dataFiles": [f"s3://example-billing/{name}" for name, _, _ in files],
        "billingPeriod": {"start": f"{period:%Y%m%d}T000000.000Z", "end": f"{after:%Y%m%d}T000000.000Z"},
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:104857600123:export/{fmt.name}",
    }
    name = f"export/metadata/BILLING_PERIOD={period:%Y-%m}/export-Manifest.json"
    return name, _encode(manifest, edit)


def write_azure_manifest(fmt: Format, folder: str, period: dt.date, files: Listed, edit: Edit) -> tuple[str, bytes]:
    """Name and content of a manifest of a Cost Management export run."""
    last = period.replace(day=calendar.monthrange(period.year, period.month)[1])
    manifest = {
        "manifestVersion": "2024-04-01",
        "byteCount": sum(size for _, size, _ in files),
        "blobCount": len(files),
        "dataRowCount": sum(rows for _, _, rows in files),
        "exportConfig": {
            "exportName": "export",
            "resourceId": "/providers/Microsoft.Billing/billingAccounts/68203417/providers/"
            "Microsoft.CostManagement/exports/export",
            "type": fmt.export_type,
            "timeFrame": "TheLastMonth",
        },
        "runInfo": {
            "submittedTime": f"{last}T23:10:59.1032074Z",
            "runId": "5dd895cd-5eac-46ee-9bba-cd9ace75e6c7",
            "startDate": f"{period}T00:00:00",
            "endDate": f"{last}T00:00:00",
        },
        "blobs": [{"blobName": name, "byteCount": size, "dataRowCount": rows} for name, size, rows in files],
    }
    return f"{folder}manifest.json", _encode(manifest, edit)


def _encode(manifest: dict[str, Any], edit: Edit) -> bytes:
    edited = edit(manifest) if edit else None
    if isinstance(edited, bytes):
        return edited
    return json.dumps(manifest if edited is None else edited, indent=1).encode("utf-8", "surrogatepass")
