"""Custom images, and whether a disk or a template of the project was made of each."""

import json
from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name, read_labels


def read_images(scope: GcpReader) -> Iterator[Row]:
    """The project's own images; whether one is used is null where disks or templates could not all be read."""
    missing: dict[str, str] = {}
    used = {disk.get("sourceImageId") for _, disk in scope.aggregated("disks", "compute.disks.list", missing)}
    templates = json.dumps(
        [one for _, one in scope.aggregated("instanceTemplates", "compute.instanceTemplates.list", missing)]
    )
    for image in scope.listed("global/images", "compute.images.list"):
        family = image.get("family")
        is_named = f'/images/{image["name"]}"' in templates or (
            family is not None and f'/images/family/{family}"' in templates
        )
        is_used = image["id"] in used or is_named
        yield {
            "account_id": scope.account_id,
            "region": "",
            "resource_id": full_name(image["selfLink"]),
            "billed_as": [image["id"]],
            "status": image["status"],
            "created_at": image["creationTimestamp"],
            "family": family,
            "size_bytes": image.get("archiveSizeBytes"),
            "is_used": True if is_used else (None if missing else False),
            "tags": read_labels(image),
        }


GCP_IMAGES = InventoryTable(
    name="gcp_images",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "status": "varchar",
        "created_at": "timestamp",
        "family": "varchar",
        "size_bytes": "bigint",
        "is_used": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.disks.list", "compute.images.list", "compute.instanceTemplates.list"),
    read=read_images,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/images/list",
    is_global=True,
)
