"""Static addresses, regional and global."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name, read_labels


def read_addresses(scope: GcpReader) -> Iterator[Row]:
    """All reserved addresses of a project."""
    for region, address in scope.aggregated("addresses", "compute.addresses.list"):
        yield {
            "account_id": scope.account_id,
            "region": region,
            "resource_id": full_name(address["selfLink"]),
            "billed_as": [address["id"]],
            "status": address["status"],
            "address_type": address.get("addressType", "EXTERNAL"),
            "purpose": address.get("purpose"),
            "created_at": address["creationTimestamp"],
            "users": [str(user) for user in address.get("users") or []],
            "tags": read_labels(address),
        }


GCP_ADDRESSES = InventoryTable(
    name="gcp_addresses",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "status": "varchar",
        "address_type": "varchar",
        "purpose": "varchar",
        "created_at": "timestamp",
        "users": "varchar[]",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.addresses.list",),
    read=read_addresses,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/addresses/aggregatedList",
)
